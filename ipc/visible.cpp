#include <algorithm>

#include "ipc/access.h"
#include "ipc/prove.h"

namespace icure::ipc {
namespace {

simdjson::error_code pick(od::parser& parser, simdjson::padded_string_view text,
                          const std::vector<std::string>& names, std::string& out) {
  od::document document;
  if (const auto bad = parser.iterate(text).get(document)) return bad;
  od::object members;
  if (const auto bad = document.get_object().get(members)) return bad;
  out = '{';
  for (auto member : members) {
    od::field field;
    if (const auto bad = std::move(member).get(field)) return bad;
    std::string_view name;
    std::string_view raw;
    if (const auto bad = field.unescaped_key().get(name)) return bad;
    const auto listed = std::lower_bound(names.begin(), names.end(), name);
    if (listed == names.end() || *listed != name) continue;
    if (name.find_first_of("\"\\") != std::string_view::npos) continue;  // would need escaping
    if (const auto bad = prove(document, field.value(), raw)) return bad;
    if (out.size() > 1) out += ',';
    out.append("\"").append(name).append("\":").append(raw);
  }
  out += '}';
  return simdjson::SUCCESS;
}

}  // namespace

std::string visible(const Grant& grant, Kind kind, std::string json) {
  const auto* names = grant.fields(kind);
  if (!names) return json;
  const auto size = json.size();
  json.append(kPadding, ' ');
  std::string out;
  const auto bad = with_parser(Padded(std::string_view(json).substr(0, size)),
                               [&](od::parser& parser, simdjson::padded_string_view text) {
                                 return pick(parser, text, *names, out);
                               });
  return bad ? "{}" : out;
}

}  // namespace icure::ipc
