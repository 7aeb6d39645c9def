// What happened in a history, for whoever has to find out why it went wrong.
#pragma once
#include <fmt/core.h>

#include <string>

#include "tests/fakes/fake_clock.h"

namespace icure::converge {

class EventLog {
 public:
  explicit EventLog(const fakes::FakeClock& clock) : clock_(clock) {}

  template <class... Args>
  void note(fmt::format_string<Args...> text, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), "{:>11.3f} s  ",
                   static_cast<double>(clock_.uptime().count()) / 1000);
    fmt::format_to(std::back_inserter(text_), text, std::forward<Args>(args)...);
    text_ += '\n';
  }
  const std::string& text() const { return text_; }

 private:
  const fakes::FakeClock& clock_;
  std::string text_;
};

}  // namespace icure::converge
