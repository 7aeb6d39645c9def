#include "sync/wire.h"

#include <simdjson.h>

#include <nlohmann/json.hpp>

namespace icure::sync::wire {

struct Text::Parsed {
  std::string json;
  simdjson::dom::parser parser;  // owns the unescaped strings
  simdjson::dom::element root;
};

Text::Text(std::unique_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}
Text::Text(Text&&) noexcept = default;
Text& Text::operator=(Text&&) noexcept = default;
Text::~Text() = default;

namespace {

Fault bad(const char* what) {
  return Fault{Cause::bad_answer, 200, what};
}

Answer<std::unique_ptr<Text::Parsed>> parse(std::string body) {
  if (const auto first = body.find_first_not_of(" \t\r\n");
      first != std::string::npos && body[first] == '<') {
    return Fault{Cause::captive_portal, 200, "the answer is a web page"};
  }
  // Slices go out as lines: a pretty-printed answer is put on one line first.
  if (body.find_first_of("\r\n") != std::string::npos) {
    std::string small(body.size(), '\0');
    std::size_t length = 0;
    if (simdjson::minify(body.data(), body.size(), small.data(), length) != simdjson::SUCCESS) {
      return bad("the answer is not JSON");
    }
    small.resize(length);
    body = std::move(small);
  }
  auto parsed = std::make_unique<Text::Parsed>();
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  parsed->json = std::move(body);
  // false: the padding is ours, the text need not be copied.
  const auto error =
      parsed->parser.parse(parsed->json.data(), parsed->json.size(), false).get(parsed->root);
  if (error != simdjson::SUCCESS) return bad("the answer is cut off or not JSON");
  return parsed;
}

/// Slices of the elements of the array `key` of an object, or of the text itself if it is empty.
Answer<std::vector<std::string_view>> slices(const std::string& json, std::string_view key) {
  namespace od = simdjson::ondemand;
  od::parser parser;
  od::document document;
  od::array array;
  const simdjson::padded_string_view padded(json.data(), json.size(), json.capacity());
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return bad("not JSON");
  const auto error = key.empty() ? document.get_array().get(array)
                                 : document.find_field_unordered(key).get_array().get(array);
  if (error != simdjson::SUCCESS) return bad("an array is missing");
  std::vector<std::string_view> found;
  for (auto element : array) {
    od::object object;
    std::string_view slice;
    if (element.get_object().get(object) != simdjson::SUCCESS ||
        object.raw_json().get(slice) != simdjson::SUCCESS) {
      return bad("an element is not an object");
    }
    const auto end = slice.find_last_not_of(" \t");  // raw_json() may reach to the next token
    found.push_back(slice.substr(0, end + 1));
  }
  return found;
}

/// The member `name` of a JSON object if it is a non-empty string.
std::optional<std::string_view> text_member(simdjson::dom::element object, const char* name) {
  std::string_view text;
  if (object[name].get_string().get(text) != simdjson::SUCCESS || text.empty()) return {};
  return text;
}

Answer<Page> page_of(std::unique_ptr<Text::Parsed> parsed, simdjson::dom::array rows,
                     std::vector<std::string_view> raw) {
  std::vector<store::Document> documents;
  documents.reserve(raw.size());
  for (const auto row : rows) {
    const auto id = text_member(row, "id");
    const auto rev = text_member(row, "rev");
    if (!id || !rev) return bad("a document lacks its id or rev");
    documents.push_back({*id, *rev, raw[documents.size()]});
  }
  return Page{Text(std::move(parsed)), std::move(documents), std::nullopt};
}

/// Absent or null: the last page. Fails on any other shape, which must not look like the end.
Answer<std::optional<NextPage>> next_of(simdjson::dom::element root) {
  simdjson::dom::element pair;
  if (root["nextKeyPair"].get(pair) != simdjson::SUCCESS || pair.is_null()) {
    return std::optional<NextPage>();
  }
  NextPage next;
  const auto id = text_member(pair, "startKeyDocId");
  if (!id) return bad("the next page's id is missing");
  next.start_id = *id;
  simdjson::dom::element key;
  if (pair["startKey"].get(key) == simdjson::SUCCESS && !key.is_null()) {
    std::string_view text;
    if (key.get_string().get(text) != simdjson::SUCCESS) return bad("the next page's key is odd");
    next.start_key = std::string(text);
  }
  return std::optional(std::move(next));
}

}  // namespace

Answer<Page> parse_page(std::string body) {
  auto parsed = parse(std::move(body));
  if (!parsed) return parsed.error();
  simdjson::dom::array rows;
  if ((*parsed)->root["rows"].get_array().get(rows) != simdjson::SUCCESS) {
    return bad("the page has no rows");
  }
  auto raw = slices((*parsed)->json, "rows");
  if (!raw) return raw.error();
  auto next = next_of((*parsed)->root);
  if (!next) return next.error();
  auto page = page_of(std::move(*parsed), rows, std::move(*raw));
  if (page) page->next = std::move(*next);
  return page;
}

Answer<Page> parse_documents(std::string body) {
  auto parsed = parse(std::move(body));
  if (!parsed) return parsed.error();
  simdjson::dom::array rows;
  if ((*parsed)->root.get_array().get(rows) != simdjson::SUCCESS) {
    return bad("the answer is not an array");
  }
  auto raw = slices((*parsed)->json, "");
  if (!raw) return raw.error();
  return page_of(std::move(*parsed), rows, std::move(*raw));
}

Answer<Page> parse_document(std::string body) {
  return parse_documents("[" + std::move(body) + "]");
}

Answer<Stubs> parse_stubs(std::string body) {
  auto parsed = parse(std::move(body));
  if (!parsed) return parsed.error();
  simdjson::dom::array rows;
  if ((*parsed)->root.get_array().get(rows) != simdjson::SUCCESS) {
    return bad("the answer is not an array");
  }
  auto raw = slices((*parsed)->json, "");
  if (!raw) return raw.error();
  std::vector<std::size_t> sizes;
  for (const auto slice : *raw) sizes.push_back(slice.size());
  std::vector<store::Stub> stubs;
  for (const auto row : rows) {
    simdjson::dom::element stub;
    if (row["stub"].get(stub) != simdjson::SUCCESS) return bad("a stub is missing");
    const auto id = text_member(stub, "id");
    const auto rev = text_member(stub, "rev");
    if (!id || !rev) return bad("a stub lacks its id or rev");
    stubs.push_back({*id, *rev});
  }
  return Stubs{Text(std::move(*parsed)), std::move(stubs), std::move(sizes)};
}

bool is_deleted(std::string_view json) {
  if (json.find("\"deletionDate\"") == std::string_view::npos) return false;
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  simdjson::dom::element date;
  return parser.parse(json.data(), json.size()).get(root) == simdjson::SUCCESS &&
         root["deletionDate"].get(date) == simdjson::SUCCESS && !date.is_null();
}

bool shared_with_any(std::string_view json, const std::vector<std::string>& owners) {
  const auto patient = nlohmann::json::parse(json, nullptr, false);
  if (!patient.is_object()) return false;
  const auto delegations = patient.find("delegations");
  const auto security = patient.find("securityMetadata");
  const auto secure = security == patient.end() ? std::string() : security->dump();
  for (const auto& owner : owners) {
    if (delegations != patient.end() && delegations->contains(owner)) return true;
    if (secure.find('"' + owner + '"') != std::string::npos) return true;
  }
  return false;
}

std::string to_cursor(const NextPage& next) {
  nlohmann::json cursor = {{"id", next.start_id}};
  if (next.start_key) cursor["key"] = *next.start_key;
  return cursor.dump();
}

std::optional<NextPage> from_cursor(const std::string& cursor) {
  const auto json = nlohmann::json::parse(cursor, nullptr, false);
  if (!json.is_object() || !json.contains("id") || !json["id"].is_string()) return std::nullopt;
  NextPage next{std::nullopt, json["id"].get<std::string>()};
  if (json.contains("key") && json["key"].is_string()) next.start_key = json["key"];
  return next;
}

}  // namespace icure::sync::wire
