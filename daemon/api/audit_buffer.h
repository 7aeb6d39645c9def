// Calls on their way into the audit log: those that are alike become one entry, and what cannot be
// written yet is bounded. Pure.
#pragma once
#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/audit.h"

namespace icure::api {

/// A call as the log is to have it; valid while it is added.
struct AuditedCall {
  std::int64_t uid = 0;
  std::string_view program;
  std::string_view actor;
  bool actor_verified = false;
  std::string_view method;
  std::optional<Kind> kind;
  std::string_view id;
  std::string_view query;
  std::optional<std::uint64_t> records;
  std::string_view outcome;
};

/// Of calls by the same caller of the same method about the same record with the same outcome.
enum class Repeats {
  counted,  ///< Together.
  apart,    ///< Each has an entry of its own.
};

/// Calls of one caller that are alike, within a minute, are two entries at most: the first goes out
/// with what was counted until then, so that a crash loses little; the rest, when the minute is
/// over, as one more. A repeat allocates nothing.
class AuditBuffer {
 public:
  static constexpr Millis kTogether{60'000};
  static constexpr std::size_t kMostWaiting = 50'000;
  static constexpr std::size_t kMostTogether = 50'000;  ///< Beyond, each call is an entry.
  /// The method of an entry that counts calls that are missing: more came than could be written.
  static constexpr std::string_view kLost = "audit.lost";

  void add(const AuditedCall& call, Repeats repeats, const Clock& clock);

  enum class Which { due, all };  ///< `all`: also what is counted further.
  /// Entries to be written, in the order of their first calls as far as they are due.
  std::vector<store::AuditEntry> take(Which which, const Clock& clock);
  /// Those of take() that could not be written.
  void put_back(std::vector<store::AuditEntry> entries);

  std::size_t waiting() const { return waiting_.size(); }
  /// When the next of those that are counted is due, of uptime.
  std::optional<Millis> next_due() const;
  std::uint64_t lost() const { return lost_; }  ///< Calls; until an entry says so.
  std::uint64_t ever_lost() const { return ever_lost_; }

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    std::size_t operator()(const AuditedCall& call) const;
    std::size_t operator()(const store::AuditEntry& entry) const;
  };
  struct Alike {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    bool operator()(const AuditedCall& a, const AuditedCall& b) const;
    bool operator()(const store::AuditEntry& a, const store::AuditEntry& b) const;
    bool operator()(const AuditedCall& a, const store::AuditEntry& b) const;
    bool operator()(const store::AuditEntry& a, const AuditedCall& b) const;
  };
  struct Counting {
    Millis ends{};
    std::uint64_t batch = 0;  // of `waiting_`, while the first entry stands there
    std::size_t first = 0;    // its index
    WallTime since{};         // of the first of `calls`
    std::uint64_t calls = 0;  // since that entry went out
    std::optional<std::uint64_t> records;
  };
  using Together = std::unordered_map<store::AuditEntry, Counting, Hash, Alike>;

  void lose(std::uint64_t calls);
  void end_counting(Which which, Millis uptime, std::vector<store::AuditEntry>& out);

  std::vector<store::AuditEntry> waiting_;
  std::uint64_t batch_ = 0;
  Together together_;
  std::deque<Together::pointer> by_age_;  // all last equally long: the first ends first
  std::uint64_t lost_ = 0;
  std::uint64_t ever_lost_ = 0;
};

}  // namespace icure::api
