#include "sync/outbox/wording.h"

#include <algorithm>

namespace icure::sync {
namespace {

constexpr std::size_t kLongestName = 64;

struct File {
  std::string name;
  std::string text;
};

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

/// The first that there is; nothing: our own words.
Result<std::optional<File>> find(std::string_view channel, std::string_view ending,
                                 const InviteDetails& details, const Wording& wording) {
  auto languages = details.languages;
  languages.push_back(wording.language);
  const auto& named = details.template_name;
  const auto begin = (named.empty() ? named : named + ".") + std::string(channel) + ".";
  for (const auto& language : languages) {
    if (!is_plain_name(language)) continue;  // the platform's text, and no way out of the directory
    auto name = begin + language + std::string(ending);
    auto text = wording.files(name);
    if (!text) return std::move(text).error();
    if (*text) return std::optional(File{std::move(name), std::move(**text)});
  }
  if (named.empty()) return std::optional<File>();
  return Error{Code::invalid,
               "there is no template " + begin + wording.language + std::string(ending),
               "write it, or invite without naming a template"};
}

Error in_file(const std::string& name, Error error) {
  error.message = name + ": " + error.message;
  return error;
}

}  // namespace

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName &&
         std::all_of(name.begin(), name.end(), is_plain);
}

Result<write::EmailTemplate> email_template(const InviteDetails& details, const Wording& wording) {
  auto file = find("email", ".html", details, wording);
  if (!file) return std::move(file).error();
  auto made = write::EmailTemplate::built_in();
  if (*file) {
    auto parsed = write::EmailTemplate::parse((*file)->text);
    if (!parsed) return in_file((*file)->name, parsed.error());
    made = std::move(*parsed);
  }
  if (!details.subject.empty()) {
    if (auto set = made.set_subject(details.subject); !set) return set.error();
  }
  return made;
}

Result<write::SmsTemplate> sms_template(const InviteDetails& details, const Wording& wording) {
  auto file = find("sms", ".txt", details, wording);
  if (!file) return std::move(file).error();
  if (!*file) return write::SmsTemplate::built_in();
  auto parsed = write::SmsTemplate::parse((*file)->text);
  if (!parsed) return in_file((*file)->name, parsed.error());
  return parsed;
}

}  // namespace icure::sync
