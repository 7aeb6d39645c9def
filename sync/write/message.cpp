#include "sync/write/message.h"

#include <algorithm>
#include <utility>

#include "sync/write/json.h"
#include "sync/write/text.h"

namespace icure::sync::write {
namespace {

constexpr std::string_view kEmail = R"(Subject: Your access to {solution}

<p>Hello {patient.firstName|and welcome},</p>
<p>{inviter.lastName|Your care team} invites you to {solution}.</p>
<p>Open <a href="{link}">{link}</a> and sign in as <b>{login}</b> with this code:</p>
<p><b>{token}</b></p>
<p>The code works for a limited time. Keep it to yourself. If you did not expect this message, you
may ignore it.</p>
)";

constexpr std::string_view kSms =
    "{inviter.lastName|Your care team} invites you to {solution}. "
    "Open {link} and sign in as {login} with the code {token}";

constexpr std::string_view kSubject = "Subject:";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // as editors of Windows save it

/// The first line of `text`, which is taken from it.
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view without_mark(std::string_view file) {
  if (file.starts_with(kByteOrderMark)) file.remove_prefix(kByteOrderMark.size());
  return file;
}

Result<Template> parse_body(std::string_view text, std::size_t first_line) {
  if (trimmed(text).empty()) {
    return Error{Code::invalid, "the template has no text", "write what the message shall say"};
  }
  const auto end = trimmed(text).end();  // blank lines before it count, so that numbers stay true
  return Template::parse(std::string_view(text.begin(), end), first_line);
}

Result<Template> parse_subject(std::string_view text) {
  if (trimmed(text).empty()) {
    return Error{Code::invalid, "the subject is empty", "write a subject"};
  }
  if (trimmed(text).find_first_of("\r\n") != text.npos) {
    return Error{Code::invalid, "the subject has more than one line", "write it on one line"};
  }
  return Template::parse(trimmed(text));
}

}  // namespace

PersonName name_of(std::string_view document) {
  const auto json = parse_object(document);
  if (!json) return {};
  PersonName name{text_of(*json, "firstName"), text_of(*json, "lastName")};
  for (const auto& each : member(*json, "names")) {
    if (name.last.empty()) name.last = text_of(each, "lastName");
    for (const auto& first : member(each, "firstNames")) {
      if (name.first.empty() && first.is_string()) name.first = first.get<std::string>();
    }
  }
  if (name.last.empty()) name.last = text_of(*json, "name");
  if (name.last.empty()) name.last = text_of(*json, "companyName");
  return name;
}

EmailTemplate::EmailTemplate(Template subject, Template html)
    : subject_(std::move(subject)), html_(std::move(html)) {}

Result<EmailTemplate> EmailTemplate::parse(std::string_view file) {
  file = without_mark(file);
  const auto first = take_line(file);
  const auto second = take_line(file);
  if (!first.starts_with(kSubject) || !trimmed(second).empty()) {
    return Error{Code::invalid, "the template does not begin with a subject and an empty line",
                 "write \"Subject: ...\" on its first line, nothing on the second, then the HTML"};
  }
  auto subject = parse_subject(first.substr(kSubject.size()));
  if (!subject) return subject.error();
  auto html = parse_body(file, 3);
  if (!html) return html.error();
  return EmailTemplate(*std::move(subject), *std::move(html));
}

EmailTemplate EmailTemplate::built_in() {
  return *parse(kEmail);
}

Result<Done> EmailTemplate::set_subject(std::string_view text) {
  auto subject = parse_subject(text);
  if (!subject) {
    auto error = subject.error();
    error.message = "in the subject: " + error.message;
    return error;
  }
  subject_ = *std::move(subject);
  return Done{};
}

Email EmailTemplate::fill(const Values& values) const {
  return Email{subject_.fill(values, Escape::none), html_.fill(values, Escape::html)};
}

SmsTemplate::SmsTemplate(Template message) : message_(std::move(message)) {}

Result<SmsTemplate> SmsTemplate::parse(std::string_view file) {
  auto message = parse_body(without_mark(file), 1);
  if (!message) return message.error();
  return SmsTemplate(*std::move(message));
}

SmsTemplate SmsTemplate::built_in() {
  return *parse(kSms);
}

Sms SmsTemplate::fill(const Values& values) const {
  return Sms{message_.fill(values, Escape::none)};
}

}  // namespace icure::sync::write
