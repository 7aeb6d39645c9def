// icurectl invite import: every row of a file checked by the daemon, then all of them sent.
#pragma once
#include "ipc/client/verb.h"

namespace icure::client {

inline constexpr auto kImportFile = "--file";  ///< Names in Values of what is no param.
inline constexpr auto kDryRun = "--dry-run";
inline constexpr auto kSkipFaulty = "--skip-faulty";

/// For Verb::run. Nothing is sent while a row is faulty, unless such rows shall be left out; a row
/// that was accepted before is not sent again.
Exit run_import(Runner& runner, const Verb& verb, const Values& values);

}  // namespace icure::client
