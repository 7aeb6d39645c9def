// Arguments that many verbs share.
#pragma once
#include <vector>

#include "ipc/client/verb.h"

namespace icure::client {

Arg limit_arg();
std::vector<Arg> page_args();       ///< --limit, --cursor, --all
std::vector<Arg> freshness_args();  ///< --refresh, --max-age

std::vector<Arg> global_args();  ///< --socket, --json, --timeout: what any verb takes
Arg socket_arg();
Arg json_arg();
Arg timeout_arg();

/// Where the daemon looks for its configuration if nobody tells it.
inline constexpr auto kDefaultConfig = "/etc/icure-syncd/config.toml";
Arg config_arg();                             ///< --config, for what runs the daemon's program
std::string config_of(const Values& values);  ///< What it says, or the default.

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
