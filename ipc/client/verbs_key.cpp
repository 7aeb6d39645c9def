// icurectl key import|list|remove
#include <fstream>
#include <iostream>
#include <iterator>

#include "ipc/client/runner.h"
#include "ipc/client/table.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"
#include "ipc/client/when.h"

namespace icure::client {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 10;  // many times any key

/// A key as the method takes it: what is no text is DER, and goes as hex.
Json param_of(const std::string& text) {
  const auto json = Json::parse(text, nullptr, false);
  if (json.is_object()) return {{"jwk", json}};
  if (!text.empty() && text.front() != '\x30') return {{"pkcs8", text}};
  // Hex and DER both begin with 0x30: the digit 0, or the tag of a SEQUENCE.
  if (text.find_first_not_of("0123456789abcdefABCDEF \r\n\t") == std::string::npos) {
    return {{"pkcs8", text}};
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char byte : text) {
    hex += kDigits[static_cast<unsigned char>(byte) >> 4];
    hex += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return {{"pkcs8", hex}};
}

// From a file or the input, never from the command line: others can read that.
Exit run_import(Runner& runner, const Verb& verb, const Values& values) {
  const auto& path = values.at("file");
  std::string text;
  if (path == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    std::ifstream file(path, std::ios::binary);
    if (!file) return runner.fail(usage("cannot read " + path, "give the file of the key, or -"));
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty() || text.size() > kMostBytes) {
    return runner.fail(usage(path + " holds no private key",
                             "PKCS#8 as PEM, DER, hex or base64, or a JSON Web Key"));
  }
  const bool recovery = values.contains("recovery");
  auto params = recovery ? Json{{"recovery", text}} : param_of(text);
  params["owner"] = values.at("owner");
  const auto answer = runner.ask("key.import", params);
  if (!answer) return runner.fail(answer.error());
  runner.show(verb, *answer);
  return Json::parse(*answer).value("matches", false) ? Exit::ok : Exit::failed;
}

std::string imported_view(const Json& result, const Screen& screen) {
  const auto fingerprint = printable(text_of(result, "fingerprint"));
  if (child_of(result, "matches") == true) {
    return screen.paint(Colour::green, "imported") + ' ' + fingerprint +
           "\nWhat it opens becomes readable now: icurectl key list\n";
  }
  return screen.paint(Colour::yellow, "not imported") + ": the data owner does not list the key " +
         fingerprint + "\nIs it another owner's, or was the owner's key replaced?\n";
}

std::string keys_view(const Json& result, const Screen& screen) {
  Table table({{"OWNER", Shrink::no}, {"FINGERPRINT", Shrink::no}, {"IMPORTED"}, {"OPENS"}});
  for (const auto& row : child_of(result, "rows")) {
    table.add({text_of(row, "owner"), text_of(row, "fingerprint"),
               time_words(text_of(row, "imported"), screen.now), text_of(row, "opens")});
  }
  return table.empty() ? "no keys\n" : table.text(screen);
}

std::string removed_view(const Json&, const Screen&) {
  return "The key is gone, and what it had opened is erased.\n";
}

}  // namespace

std::vector<Verb> key_verbs() {
  const Arg owner{"--owner", "owner", "the data owner's id", Arg::Type::text, {}, true};
  auto only_owner = owner;
  only_owner.about = "only if it is this data owner's";
  only_owner.required = false;
  return {{.noun = "key",
           .verb = "import",
           .about = "takes in a data owner's private key, so that its records become readable",
           .method = "key.import",
           .args = {{"FILE",
                     "file",
                     "PKCS#8 (PEM, DER, hex, base64) or JWK; - reads the input",
                     Arg::Type::path,
                     {},
                     true},
                    owner,
                    {"--recovery", "recovery",
                     "FILE holds a recovery key, under which the platform keeps the private one",
                     Arg::Type::flag}},
           .view = imported_view,
           .run = run_import},
          {.noun = "key",
           .verb = "list",
           .about = "lists the private keys and how many records each opened",
           .method = "key.list",
           .view = keys_view},
          {.noun = "key",
           .verb = "remove",
           .about = "forgets a private key and erases what it had opened",
           .method = "key.remove",
           .args = {{"fingerprint",
                     "fingerprint",
                     "as \"icurectl key list\" shows it",
                     Arg::Type::text,
                     {},
                     true},
                    only_owner},
           .view = removed_view}};
}

}  // namespace icure::client
