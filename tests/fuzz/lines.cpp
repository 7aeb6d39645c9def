// What a program writes to the socket, up to the params of a method: pieces -> lines -> requests.
#include <algorithm>
#include <string>
#include <vector>

#include "ipc/frame.h"
#include "ipc/params.h"
#include "ipc/protocol.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace icure;
using fuzz::require;
using Json = nlohmann::json;

constexpr std::size_t kMaxLine = 2048;
constexpr int kDeep = 50;  // surely fine

struct Everything {
  std::string text;
  std::optional<Secret> secret;
  std::optional<bool> flag;
  std::optional<std::int64_t> number;
  std::optional<std::vector<std::string>> words;
  std::optional<ipc::RawJson> object;
  static constexpr auto params() {
    return std::tuple(ipc::param("text", &Everything::text, "").length(0, 20),
                      ipc::param("secret", &Everything::secret, ""),
                      ipc::param("flag", &Everything::flag, ""),
                      ipc::param("number", &Everything::number, "").range(-5, 1'000'000),
                      ipc::param("words", &Everything::words, "").allowed({"a", "b"}),
                      ipc::param("object", &Everything::object, ""));
  }
};

int deepest(std::string_view text) {
  int depth = 0;
  int most = 0;
  for (const char c : text) {
    if (c == '{' || c == '[') most = std::max(most, ++depth);
    if (c == '}' || c == ']') --depth;
  }
  return most;
}

/// The lines of `text` as they are read when it comes in pieces of that size at most.
std::vector<std::string> lines_of(std::string_view text, std::size_t piece, bool& overlong) {
  ipc::LineBuffer buffer(kMaxLine);
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto room = buffer.room();
    require(!room.empty(), "there is always room");
    const auto size = std::min({room.size(), piece, text.size()});
    std::copy_n(text.data(), size, room.data());
    buffer.filled(size);
    text.remove_prefix(size);
    while (const auto line = buffer.next()) {
      lines.emplace_back(line->text);
      if (lines.size() % 2 == 0) buffer.wipe_line();
    }
  }
  overlong = buffer.overlong();
  return lines;
}

void decode(const ipc::Request& request) {
  const auto decoded = ipc::decode_params<Everything>(request.params);
  if (!decoded) return fuzz::require_words(decoded.error());
  const auto json = Json::parse(request.params.text, nullptr, false);
  if (!json.is_object()) return;  // a huge number in an object
  require(json["text"] == decoded->text, "a string is read as another parser reads it");
  require(!decoded->number || json["number"] == *decoded->number, "so is a number");
  require(!decoded->words || json["words"] == *decoded->words, "so is a list");
  if (decoded->object) {
    require(json["object"] == Json::parse(decoded->object->text, nullptr, false), "so an object");
  }
}

/// What is answered can be read by our own clients.
void answer(const ipc::Request& request) {
  if (request.id.empty()) return;
  std::string out;
  ipc::append_result(out, request.id, request.params.text);
  const ipc::PaddedText result(std::string_view(out).substr(0, out.size() - 1));
  const auto line = ipc::parse_server_line(result.view());
  require(line && line->id == request.id && line->result == request.params.text,
          "a result comes as it was sent");
  out.clear();
  ipc::append_error(out, request.id, {ipc::kMethodNotFound, {Code::invalid, request.method}});
  const ipc::PaddedText error(std::string_view(out).substr(0, out.size() - 1));
  const auto refused = ipc::parse_server_line(error.view());
  require(refused && refused->id == request.id && !refused->error.empty(), "so does an error");
}

void read_line(std::string_view line) {
  const ipc::PaddedText padded(line);
  const auto request = ipc::parse_request(padded.view());
  static_cast<void>(ipc::parse_server_line(padded.view()));
  if (request) {
    fuzz::require_json(line, "a request is JSON");
    decode(*request);
    answer(*request);
    return;
  }
  fuzz::require_words(request.error().error.error);
  require(fuzz::is_json(request.error().id) || fuzz::may_hold_huge_number(line),
          "the id is a token");
  if (request.error().error.code == ipc::kParseError) {
    require(!fuzz::is_json(line) || deepest(line) > kDeep, "JSON is not called none");
  } else {
    fuzz::require_json(line, "what is no request is JSON all the same");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = fuzz::text_of(data, size);
  bool overlong = false;
  bool overlong_in_pieces = false;
  const auto lines = lines_of(text, text.size(), overlong);
  const auto again = lines_of(text, 1 + data[size - 1] % 64, overlong_in_pieces);
  require(lines == again && overlong == overlong_in_pieces, "pieces make no difference");
  std::string joined;
  for (const auto& line : lines) joined += line + '\n';
  require(text.starts_with(joined), "nothing is lost");
  for (const auto& line : lines) read_line(line);
  read_line(text.substr(0, text.find('\n')));
  return 0;
}
