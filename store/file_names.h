// What the files of the store are called.
#pragma once

namespace icure::store {

inline constexpr auto kLedgerName = "ledger.db";
inline constexpr auto kMirrorName = "mirror.db";

}  // namespace icure::store
