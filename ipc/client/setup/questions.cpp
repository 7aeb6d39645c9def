#include "ipc/client/setup/questions.h"

#include <grp.h>

#include <algorithm>
#include <array>
#include <istream>
#include <ostream>

#include "ipc/client/text.h"

namespace icure::client {
namespace {

struct Question {
  const char* param;  ///< The flag's.
  std::string Answers::*answer;
  const char* words;
};

constexpr std::array<Question, 6> kQuestions = {
    {{"url", &Answers::url, "Address of the platform"},
     {"login", &Answers::login, "The platform's user that this daemon is (login or e-mail)"},
     {"gateway_url", &Answers::gateway_url,
      "Address of the message gateway (none: invitations wait)"},
     {"spec_id", &Answers::spec_id, "The gateway's spec id"},
     {"group", &Answers::group, "Group of this machine whose programs may ask (none: by hand)"},
     {"role", &Answers::role, "Its role: reader, operator or admin"}}};

/// What need not be asked since the answer before it was none.
bool pointless(const Question& question, const Answers& answers) {
  if (question.answer == &Answers::spec_id) return answers.gateway_url.empty();
  return question.answer == &Answers::role && answers.group.empty();
}

}  // namespace

std::string ask_line(std::istream& in, std::ostream& err, const std::string& question,
                     const std::string& fallback) {
  err << question;
  if (!fallback.empty()) err << " [" << printable(fallback) << ']';
  err << ": " << std::flush;
  std::string line;
  std::getline(in, line);
  if (line.ends_with('\r')) line.pop_back();
  return line.empty() ? fallback : line;
}

void take_flags(const Values& values, Answers& answers) {
  for (const auto& question : kQuestions) {
    const auto given = values.find(question.param);
    if (given != values.end()) answers.*question.answer = given->second;
  }
  if (answers.role.empty() && !answers.group.empty()) answers.role = "reader";
}

void ask_person(std::istream& in, std::ostream& err, const Values& values, Answers& answers) {
  for (const auto& question : kQuestions) {
    if (values.contains(question.param) || pointless(question, answers)) continue;
    auto known = answers.*question.answer;
    if (known.empty() && question.answer == &Answers::role) known = "reader";
    answers.*question.answer = ask_line(in, err, question.words, known);
  }
}

std::string fault_of(const Answers& answers) {
  if (answers.url.empty()) return "the platform's address is missing: --url";
  if (answers.login.empty()) return "the daemon's user is missing: --login";
  if (answers.gateway_url.empty() != answers.spec_id.empty()) {
    return "a gateway has both an address and a spec id: --gateway-url, --gateway-spec-id";
  }
  if (answers.group.empty()) return {};
  if (!::getgrnam(answers.group.c_str())) {
    return "this machine has no group \"" + answers.group + "\": groupadd --system " +
           answers.group;
  }
  constexpr std::array<std::string_view, 3> kRoles = {"reader", "operator", "admin"};
  const bool role = std::find(kRoles.begin(), kRoles.end(), answers.role) != kRoles.end();
  return role ? "" : "a role is reader, operator or admin: --role";
}

}  // namespace icure::client
