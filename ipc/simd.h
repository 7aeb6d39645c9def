// simdjson, for the few sources of ipc/ that read JSON on the hot path.
#pragma once
#include <simdjson.h>

#include "ipc/padded.h"

namespace icure::ipc {

static_assert(kPadding >= simdjson::SIMDJSON_PADDING);

/// Calls `use(parser, text)` with a parser whose memory is kept for the next small text, and given
/// back after a large one. What the parser holds ends with the call. `use` must not come here
/// again.
template <class Use>
auto with_parser(Padded json, Use use) {
  constexpr std::size_t kSmall = std::size_t{64} * 1024;
  const simdjson::padded_string_view text(json.text.data(), json.text.size(),
                                          json.text.size() + kPadding);
  if (json.text.size() > kSmall) {
    simdjson::ondemand::parser once;
    return use(once, text);
  }
  thread_local simdjson::ondemand::parser kept;
  return use(kept, text);
}

}  // namespace icure::ipc
