#include "sync/wire.h"

#include <simdjson.h>

#include <deque>
#include <nlohmann/json.hpp>

#include "sync/slices.h"

namespace icure::sync::wire {

struct Text::Parsed {
  std::string json;
  std::deque<std::string> names;  ///< Ids and revisions, unescaped; they stay where they are.

  std::string_view keep(std::string_view name) { return names.emplace_back(name); }
};

Text::Text(std::unique_ptr<Parsed> parsed) : parsed_(std::move(parsed)) {}
Text::Text(Text&&) noexcept = default;
Text& Text::operator=(Text&&) noexcept = default;
Text::~Text() = default;

namespace {

Fault bad(const char* what) {
  return Fault{Cause::bad_answer, 200, what};
}

/// The text on one line, with room for simdjson's padding.
Answer<std::unique_ptr<Text::Parsed>> take_in(std::string body) {
  if (const auto first = body.find_first_not_of(" \t\r\n");
      first != std::string::npos && body[first] == '<') {
    return Fault{Cause::captive_portal, 200, "the answer is a web page"};
  }
  // Slices go out as lines: a pretty-printed answer is put on one line first.
  // Each sought alone: find_first_of() looks every byte up, which was half of an unchanged sweep.
  if (body.find('\n') != std::string::npos || body.find('\r') != std::string::npos) {
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
  return parsed;
}

/// The member `name` of a JSON object if it is a non-empty string.
std::optional<std::string_view> text_member(simdjson::dom::element object, const char* name) {
  std::string_view text;
  if (object[name].get_string().get(text) != simdjson::SUCCESS || text.empty()) return {};
  return text;
}

Answer<Page> page_of(std::unique_ptr<Text::Parsed> text,
                     const std::vector<std::string_view>& rows) {
  std::vector<store::Document> documents;
  documents.reserve(rows.size());
  SliceReader reader;
  for (const auto row : rows) {
    const auto document = reader.read(row);
    if (!document) return bad("a document is not JSON");
    const auto id = text_member(*document, "id");
    const auto rev = text_member(*document, "rev");
    if (!id || !rev) return bad("a document lacks its id or rev");
    documents.push_back({text->keep(*id), text->keep(*rev), row});
  }
  return Page{Text(std::move(text)), std::move(documents), std::nullopt};
}

/// Absent or null: the last page. Fails on any other shape, which must not look like the end.
Answer<std::optional<NextPage>> next_of(std::string_view member) {
  if (member.empty()) return std::optional<NextPage>();
  SliceReader reader;
  const auto pair = reader.read(member);
  if (!pair) return bad("the next page's key is not JSON");
  if (pair->is_null()) return std::optional<NextPage>();
  NextPage next;
  const auto id = text_member(*pair, "startKeyDocId");
  if (!id) return bad("the next page's id is missing");
  next.start_id = *id;
  simdjson::dom::element key;
  if ((*pair)["startKey"].get(key) == simdjson::SUCCESS && !key.is_null()) {
    std::string_view text;
    if (key.get_string().get(text) != simdjson::SUCCESS) return bad("the next page's key is odd");
    next.start_key = std::string(text);
  }
  return std::optional(std::move(next));
}

}  // namespace

Answer<Page> parse_page(std::string body) {
  auto text = take_in(std::move(body));
  if (!text) return text.error();
  const auto slices = slices_of_page((*text)->json);
  if (!slices) return bad("the page is cut off, not JSON, or has no rows");
  auto next = next_of(slices->next);
  if (!next) return next.error();
  auto page = page_of(std::move(*text), slices->rows);
  if (page) page->next = std::move(*next);
  return page;
}

Answer<Page> parse_documents(std::string body) {
  auto text = take_in(std::move(body));
  if (!text) return text.error();
  const auto rows = slices_of_array((*text)->json);
  if (!rows) return bad("the answer is cut off, or not an array of objects");
  return page_of(std::move(*text), *rows);
}

Answer<Page> parse_document(std::string body) {
  return parse_documents("[" + std::move(body) + "]");
}

Answer<Stubs> parse_stubs(std::string body) {
  auto text = take_in(std::move(body));
  if (!text) return text.error();
  const auto rows = slices_of_array((*text)->json);
  if (!rows) return bad("the answer is cut off, or not an array of objects");
  std::vector<std::size_t> sizes;
  std::vector<store::Stub> stubs;
  SliceReader reader;
  for (const auto row : *rows) {
    const auto element = reader.read(row);
    simdjson::dom::element stub;
    if (!element || (*element)["stub"].get(stub) != simdjson::SUCCESS) {
      return bad("a stub is missing");
    }
    const auto id = text_member(stub, "id");
    const auto rev = text_member(stub, "rev");
    if (!id || !rev) return bad("a stub lacks its id or rev");
    stubs.push_back({(*text)->keep(*id), (*text)->keep(*rev)});
    sizes.push_back(row.size());
  }
  return Stubs{Text(std::move(*text)), std::move(stubs), std::move(sizes)};
}

bool is_deleted(std::string_view json) {
  if (json.find("deletionDate") == std::string_view::npos) return false;
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
