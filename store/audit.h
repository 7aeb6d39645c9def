// The audit log as the rest of the program sees it: who read or changed which record, each entry
// chained to the one before under a key, so that one that was edited or cut out is missed.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/kind.h"
#include "daemon/base/result.h"

namespace icure::store {

/// Calls of one caller that are alike. Holds ids and digests, never names or contacts.
struct AuditEntry {
  WallTime at{};  ///< Of the first call.
  std::int64_t uid = 0;
  std::string program;  ///< As it calls itself; unverified.
  std::string actor;    ///< A user's id; may be empty.
  bool actor_verified = false;
  std::string method;
  std::optional<Kind> kind;  ///< Of the record.
  std::string id;            ///< Of the record; empty where there is none.
  std::string query;         ///< What was asked where there is no id: see Stores::query_mark().
  std::optional<std::uint64_t> records;  ///< How many a list or search told.
  std::string outcome;                   ///< "ok", or the word of the error.
  std::uint64_t calls = 1;

  bool operator==(const AuditEntry&) const = default;
};

/// The method of an entry that says that entries before it are missing or were changed.
inline constexpr std::string_view kAuditBroken = "audit.broken";

using AuditHash = std::array<unsigned char, 32>;

/// A place in the chain: the number of an entry, and its hash, which depends on all before it.
struct AuditHead {
  std::uint64_t seq = 0;  ///< 0: before the first one.
  AuditHash hash{};
  bool operator==(const AuditHead&) const = default;
};

struct AuditRow {
  std::uint64_t seq = 0;
  AuditEntry entry;
  AuditHash hash{};
};

/// How far a proof of the chain has come. Begins as AuditWalk{.kept = what the ledger has}.
struct AuditWalk {
  std::optional<AuditHead> kept = {};  ///< A head that was noted elsewhere, to be met.
  AuditHead at = {};
  std::uint64_t entries = 0;                    ///< That hold.
  std::optional<std::uint64_t> broken_at = {};  ///< The first that is missing or does not hold.
  bool finished = false;
};

/// Confined to the audit's thread. Fails with io (disk full: read_only) or corrupt.
class Audit {
 public:
  virtual ~Audit() = default;

  /// All or nothing, on the disk when it returns. Returns the new head.
  virtual Result<AuditHead> append(std::span<const AuditEntry> entries) = 0;
  virtual AuditHead head() const = 0;
  /// Entries after number `since`, oldest first.
  virtual Result<std::vector<AuditRow>> list(std::uint64_t since, std::size_t limit) = 0;
  /// Proves the next entries, at most so many; to be called until it is finished. Entries that are
  /// damaged on the disk do not hold.
  virtual Result<AuditWalk> prove(AuditWalk walk, std::size_t most) = 0;
  /// Erases the oldest entries, at most so many, as far as they are from before `time`, and leaves
  /// a signed checkpoint. Returns how many.
  virtual Result<std::uint64_t> forget(WallTime time, std::size_t most) = 0;
};

/// Where the head is noted besides, so that an older copy of the log, or one that lacks its newest
/// entries, is noticed at the next start and by a proof. In the ledger's file and on its thread;
/// fails as Audit.
class AuditHeads {
 public:
  virtual ~AuditHeads() = default;
  /// Absent: none was.
  virtual Result<std::optional<AuditHead>> kept() = 0;
  /// To be called every 10 minutes and at a stop.
  virtual Result<Done> keep(const AuditHead& head) = 0;
};

}  // namespace icure::store
