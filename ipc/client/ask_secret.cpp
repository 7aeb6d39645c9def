#include "ipc/client/ask_secret.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace icure::client {
namespace {

/// Nothing that is typed is shown as long as this lives.
class Hidden {
 public:
  Hidden() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    auto hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    hiding_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
  }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;
  ~Hidden() {
    if (hiding_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }

 private:
  termios before_{};
  bool hiding_ = false;
};

}  // namespace

bool person_at_input() {
  return isatty(STDIN_FILENO) == 1;
}

std::string ask_secret(std::istream& in, std::ostream& err, const std::string& prompt) {
  std::string line;
  if (&in == &std::cin && person_at_input()) {
    {
      const Hidden hidden;  // before anybody is asked: what was typed until now is dropped
      err << prompt << std::flush;
      std::getline(in, line);
    }
    err << '\n';
  } else {
    std::getline(in, line);
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace icure::client
