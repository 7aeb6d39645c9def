// A message of a notification websocket (its frames are libcurl's), and what we write to one.
#include "sync/live_frame.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace icure;
using fuzz::require;

void read_hint(Kind kind, std::string_view text) {
  const auto hint = sync::parse_hint(kind, std::string(text));
  if (!hint) {
    require(!hint.error().message.empty(), "a fault has words");
    return;
  }
  fuzz::require_json(text, "a hint is JSON");
  require(!hint->id.empty() && !hint->rev.empty(), "a hint names a document and its revision");
  require(fuzz::is_utf8(hint->id), "an id is UTF-8");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  for (const auto kind : kAllKinds) read_hint(kind, text);
  if (!fuzz::is_utf8(text)) return 0;
  for (const auto kind : kAllKinds) {
    const std::string owner(text);
    require(fuzz::is_json(sync::subscription(kind, {owner})), "a subscription is JSON");
    require(fuzz::is_json(sync::subscription(kind, {owner, "other"})), "so is one of many owners");
  }
  return 0;
}
