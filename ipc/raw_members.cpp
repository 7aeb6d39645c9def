#include "ipc/raw_members.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ipc/prove.h"

namespace icure::ipc {
namespace {

simdjson::error_code read(od::parser& parser, simdjson::padded_string_view text,
                          std::span<RawMember> wanted) {
  od::document document;
  od::object object;
  if (const auto bad = parser.iterate(text).get(document)) return bad;
  if (const auto bad = document.get_object().get(object)) return bad;
  for (auto member : object) {
    od::field field;
    std::string_view name;
    std::string_view raw;
    if (const auto bad = std::move(member).get(field)) return bad;
    if (const auto bad = field.unescaped_key().get(name)) return bad;
    const auto at = std::find_if(wanted.begin(), wanted.end(),
                                 [name](const auto& each) { return each.name == name; });
    if (const auto bad = prove(document, field.value(), raw)) return bad;
    if (at == wanted.end()) continue;
    at->twice = !at->raw.empty();
    at->raw = raw;
  }
  // Only at the end is there no location any more.
  if (!document.current_location().error()) return simdjson::TAPE_ERROR;
  return simdjson::SUCCESS;
}

}  // namespace

Result<Done> read_members(Padded object, std::span<RawMember> wanted) {
  const auto bad =
      with_parser(object, [wanted](od::parser& parser, simdjson::padded_string_view text) {
        return read(parser, text, wanted);
      });
  if (!bad) return Done{};
  return Error{Code::invalid, std::string("this is not JSON: ") + simdjson::error_message(bad)};
}

bool is_string(std::string_view raw) {
  return raw.starts_with('"');
}

std::string unquoted(std::string_view raw) {
  if (raw.find('\\') == std::string_view::npos) return std::string(raw.substr(1, raw.size() - 2));
  return nlohmann::json::parse(raw).get<std::string>();
}

}  // namespace icure::ipc
