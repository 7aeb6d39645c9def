#include "tests/sandbox/listing.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "tests/sandbox/filters.h"
#include "tests/sandbox/json_out.h"

namespace icure::sandbox {
namespace {

std::string joined(const std::vector<Row>& rows) {
  std::string out = "[";
  for (const Row& row : rows) {
    if (out.size() > 1) out += ',';
    out += row.text();
  }
  return out += ']';
}

}  // namespace

std::optional<std::size_t> limit_of(const Request& request) {
  const auto text = request.parameter("limit");
  if (!text) return kDefaultLimit;
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (error != std::errc() || *end != '\0' || limit == 0) return std::nullopt;
  return limit;
}

std::optional<std::vector<std::string>> ids_of(const Request& request) {
  const auto body = parse_json(request.body);
  if (!body || !body->is_object() || body->size() != 1 || !body->contains("ids"))
    return std::nullopt;
  const nlohmann::json& list = body->at("ids");
  if (!list.is_array()) return std::nullopt;
  std::vector<std::string> ids;
  for (const nlohmann::json& id : list) {
    if (!id.is_string()) return std::nullopt;
    ids.push_back(id.get<std::string>());
  }
  return ids;
}

Reply document_list(const std::vector<Row>& rows) {
  return list_reply(joined(rows));
}

Reply id_list(const std::vector<std::string>& ids) {
  std::string out = "[";
  JsonOut list(out);
  for (const std::string& id : ids) list.item(id);
  return list_reply(out += ']');
}

Reply document_page(const std::vector<Row>& rows, const std::string& next_key,
                    const std::string& next_id) {
  std::string out = "{\"rows\":" + joined(rows);
  if (!next_id.empty()) {
    JsonOut page(out);
    page.open("nextKeyPair", '{');
    if (!next_key.empty()) page.raw("startKey", next_key);
    page.text("startKeyDocId", next_id).close('}');
  }
  return list_reply(out += '}');
}

Reply match_reply(const Documents& documents, Kind kind, const Call& call) {
  const auto filter = parse_json(call.request.body);
  if (!filter) return error_reply(400, "Malformed JSON");
  const auto ids = match_filter(documents, kind, call.caller, *filter);
  return ids ? id_list(*ids) : error_reply(400, "Unknown filter, or one that lacks a field");
}

Reply filter_reply(const Documents& documents, Kind kind, const Call& call) {
  const auto chain = parse_json(call.request.body);
  const auto limit = limit_of(call.request);
  if (!chain || !chain->is_object() || !chain->contains("filter") || !limit)
    return error_reply(400, "Malformed filter chain");
  auto ids = match_filter(documents, kind, call.caller, chain->at("filter"));
  if (!ids) return error_reply(400, "Unknown filter, or one that lacks a field");
  if (kind == Kind::patient) std::sort(ids->begin(), ids->end());
  auto at = ids->begin();
  // The trap: when that document has gone, nothing is left and the page looks like the last.
  if (const auto start = call.request.parameter("startDocumentId"))
    at = std::find(ids->begin(), ids->end(), *start);
  std::vector<Row> rows;
  for (; at != ids->end() && rows.size() < *limit; ++at)
    if (const auto row = documents.table(kind).find(*at);
        row && documents.visible(*row, call.caller.circle))
      rows.push_back(*row);
  return document_page(rows, "", at == ids->end() ? "" : *at);
}

Reply by_ids_reply(const Documents& documents, Kind kind, const Call& call) {
  const auto ids = ids_of(call.request);
  if (!ids) return error_reply(400, "Expected ids and nothing else");
  if (ids->empty() && kind == Kind::hcp)
    return error_reply(400, "A required query parameter was not specified for this request.");
  std::vector<Row> rows;
  for (const std::string& id : *ids)
    if (const auto row = documents.table(kind).find(id);
        row && documents.visible(*row, call.caller.circle))
      rows.push_back(*row);
  return document_list(rows);
}

}  // namespace icure::sandbox
