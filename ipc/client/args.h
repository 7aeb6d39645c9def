// Arguments that many verbs share.
#pragma once
#include <vector>

#include "ipc/client/verb.h"

namespace icure::client {

Arg limit_arg();
std::vector<Arg> page_args();       ///< --limit, --cursor, --all
std::vector<Arg> freshness_args();  ///< --refresh, --max-age

/// In place of a JSON text: it is read from the input.
inline constexpr auto kFromInput = "-";

/// The name in Values of --all, which is no param of any method.
inline constexpr auto kAllPages = "--all";

template <class... More>
std::vector<Arg> with(std::vector<Arg> args, const More&... more) {
  (args.insert(args.end(), more.begin(), more.end()), ...);
  return args;
}

}  // namespace icure::client
