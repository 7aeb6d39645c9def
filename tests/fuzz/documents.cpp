// Documents of the platform as writes take them: up to three, a line each: what an edit was made
// against, the edit (a merge patch), and what the platform has by now.
#include <array>

#include "sync/write/contact.h"
#include "sync/write/merge.h"
#include "sync/write/message.h"
#include "sync/write/put_document.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace icure;
using fuzz::require;
using Json = nlohmann::json;
namespace write = sync::write;

void edit(std::string_view base, std::string_view patch, std::string_view theirs) {
  const auto merged = write::merge(base, patch, theirs);
  if (!merged) return fuzz::require_words(merged.error());
  require(merged->document.empty() != merged->conflicts.empty(), "a merge, or conflicts");
  for (const auto& conflict : merged->conflicts) {
    require(conflict.member.starts_with('/'), "a conflict names its member");
    require(conflict.ours != conflict.theirs, "in a conflict the two differ");
  }
  if (merged->document.empty()) return;
  const auto after = Json::parse(merged->document, nullptr, false);
  require(after.is_object(), "a merged document is JSON");
  require(merged->changes == (after != Json::parse(theirs, nullptr, false)), "a change is told");
}

/// Where nobody else was there. Else a removal of what the base does not have is no edit.
void edit_twice(std::string_view base, std::string_view patch) {
  const auto once = write::merge(base, patch, base);
  if (!once) return;
  require(once->conflicts.empty(), "nobody is in conflict with himself");
  const auto twice = write::merge(once->document, patch, once->document);
  require(twice && twice->conflicts.empty() && !twice->changes, "an edit made twice is made once");
}

void prepare(std::string_view document) {
  static const write::Revocation revoked{{"a-token"}, WallTime(Millis(1))};
  const auto put = write::put_document(document, revoked);
  if (!put) return fuzz::require_words(put.error());
  const auto json = Json::parse(*put, nullptr, false);
  require(json.is_object(), "what is PUT is JSON");
  if (json.contains("passwordHash")) require(json["passwordHash"] == "*", "no hash is PUT");
}

void reach(std::string_view document) {
  const write::ContactRules rules{"32", "0", true};
  static_cast<void>(write::name_of(document));
  for (const auto kind : {Kind::hcp, Kind::patient}) {
    static_cast<void>(write::may_be_invited(kind, document));
    for (const auto channel :
         {write::Channel::automatic, write::Channel::email, write::Channel::sms}) {
      const auto contact = write::choose_contact(kind, document, channel, rules);
      if (!contact) {
        require(!write::verdict_on(contact.error()).hint.empty(), "a refusal has a hint");
        continue;
      }
      require(contact->channel != write::Channel::automatic, "a channel was chosen");
      const auto same = write::given_contact(contact->address, contact->channel, rules);
      require(same && same->address == contact->address, "a contact has one form");
    }
  }
  static_cast<void>(write::sender_email(document));
}

void normalise(std::string_view text) {
  const write::ContactRules rules{"+32", "0", true};
  if (const auto email = write::normal_email(text)) {
    const auto again = write::normal_email(*email);
    require(again && *again == *email, "an e-mail has one form");
  }
  if (const auto phone = write::normal_phone(text, rules)) {
    const auto again = write::normal_phone(*phone, rules);
    require(again && *again == *phone, "a number has one form");
    require(phone->size() >= 7 && phone->size() <= 16, "a number is E.164");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = fuzz::text_of(data, size);
  std::array<std::string_view, 3> parts;
  for (auto& part : parts) {
    part = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  edit(parts[0], parts[1], parts[2].empty() ? parts[0] : parts[2]);
  edit_twice(parts[0], parts[1]);
  prepare(parts[0]);
  reach(parts[0]);
  if (parts[0].size() < 100) normalise(parts[0]);
  return 0;
}
