// A clinic's template of an e-mail or a text message; what stands behind a NUL is a person's name.
#include <algorithm>

#include "sync/write/message.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace icure;
using fuzz::require;
namespace write = sync::write;

write::Values all_are(const std::string& value) {
  return {{value, value}, {value, value}, value, value, value, Secret(value)};
}

auto count_of(std::string_view text, char c) {
  return std::count(text.begin(), text.end(), c);
}

void require_words_and_hint(const Error& error) {
  fuzz::require_words(error);
  require(!error.hint.empty(), "a refused template has a hint");
}

void fill_email(write::EmailTemplate mail, std::string_view subject, const std::string& name) {
  const auto harmless = mail.fill(all_are("x"));
  const auto hostile = mail.fill(all_are(name.empty() ? "x" : "x<i>\"'&\r\n" + name));
  for (const char c : {'<', '>', '"', '\''}) {
    require(count_of(harmless.html, c) == count_of(hostile.html, c), "a value is no HTML");
  }
  require(hostile.subject.find_first_of("\r\n") == std::string::npos, "a subject is one line");
  if (fuzz::is_utf8(name))
    require(fuzz::is_utf8(hostile.html) && fuzz::is_utf8(hostile.subject), "a mail is UTF-8");
  if (const auto set = mail.set_subject(subject); !set) require_words_and_hint(set.error());
}

void fill_sms(const write::SmsTemplate& sms, const std::string& name) {
  const auto lines = count_of(sms.fill(all_are("x")).message, '\n');
  const auto message = sms.fill(all_are("x\n" + name)).message;
  require(count_of(message, '\n') == lines, "a value stands on one line");
}

/// Any text can be had word by word.
void quote(std::string_view text) {
  std::string doubled;
  for (const char c : text) doubled.append(c == '{' ? 2 : 1, c);
  const auto made = write::Template::parse(doubled);
  if (!made) return require_words_and_hint(made.error());
  require(made->fill(all_are("x"), write::Escape::html) == text, "what is no placeholder stays");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text_of(data, size);
  const auto file = input.substr(0, input.find('\0'));
  const std::string name(input.substr(std::min(file.size() + 1, size)));
  const auto mail = write::EmailTemplate::parse(file);
  if (mail) {
    fill_email(*mail, file, name);
  } else {
    require_words_and_hint(mail.error());
  }
  const auto sms = write::SmsTemplate::parse(file);
  if (sms) {
    fill_sms(*sms, name);
  } else {
    require_words_and_hint(sms.error());
  }
  quote(file);
  return 0;
}
