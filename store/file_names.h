// What the files of the store are called.
#pragma once

namespace icure::store {

inline constexpr auto kLedgerName = "ledger.db";
/// In the place of a ledger that is damaged, as long as the daemon runs; holds nothing that counts.
inline constexpr auto kStandInName = "ledger.db.stand-in";
inline constexpr auto kMirrorName = "mirror.db";
inline constexpr auto kAuditName = "audit.db";

}  // namespace icure::store
