#include "daemon/api/audit_buffer.h"

#include <unistd.h>

#include <functional>
#include <tuple>
#include <utility>

namespace icure::api {
namespace {

AuditedCall view_of(const store::AuditEntry& entry) {
  return {entry.uid,  entry.program, entry.actor, entry.actor_verified, entry.method,
          entry.kind, entry.id,      entry.query, entry.records,        entry.outcome};
}

store::AuditEntry entry_of(const AuditedCall& call, WallTime at) {
  store::AuditEntry entry;
  entry.at = at;
  entry.uid = call.uid;
  entry.program = call.program;
  entry.actor = call.actor;
  entry.actor_verified = call.actor_verified;
  entry.method = call.method;
  entry.kind = call.kind;
  entry.id = call.id;
  entry.query = call.query;
  entry.records = call.records;
  entry.outcome = call.outcome;
  return entry;
}

void add_up(std::optional<std::uint64_t>& sum, const std::optional<std::uint64_t>& records) {
  if (records) sum = sum.value_or(0) + *records;
}

}  // namespace

std::size_t AuditBuffer::Hash::operator()(const AuditedCall& call) const {
  // What else is compared hardly ever differs where these are the same.
  const std::hash<std::string_view> of;
  return of(call.id.empty() ? call.query : call.id) * 31 + of(call.method);
}

std::size_t AuditBuffer::Hash::operator()(const store::AuditEntry& entry) const {
  return (*this)(view_of(entry));
}

bool AuditBuffer::Alike::operator()(const AuditedCall& a, const AuditedCall& b) const {
  const auto identity = [](const AuditedCall& call) {
    return std::tie(call.id, call.method, call.uid, call.program, call.actor, call.actor_verified,
                    call.kind, call.query, call.outcome);
  };
  return identity(a) == identity(b);
}

bool AuditBuffer::Alike::operator()(const store::AuditEntry& a, const store::AuditEntry& b) const {
  return (*this)(view_of(a), view_of(b));
}

bool AuditBuffer::Alike::operator()(const AuditedCall& a, const store::AuditEntry& b) const {
  return (*this)(a, view_of(b));
}

bool AuditBuffer::Alike::operator()(const store::AuditEntry& a, const AuditedCall& b) const {
  return (*this)(view_of(a), b);
}

void AuditBuffer::add(const AuditedCall& call, Repeats repeats, const Clock& clock) {
  if (repeats == Repeats::counted) {
    if (const auto known = together_.find(call); known != together_.end()) {
      auto& counting = known->second;
      if (counting.batch == batch_) {
        auto& first = waiting_[counting.first];
        ++first.calls;
        return add_up(first.records, call.records);
      }
      if (counting.calls++ == 0) counting.since = clock.wall();
      return add_up(counting.records, call.records);
    }
  }
  if (waiting_.size() >= kMostWaiting) return lose(1);
  waiting_.push_back(entry_of(call, clock.wall()));
  if (repeats == Repeats::apart || together_.size() >= kMostTogether) return;
  Counting counting;
  counting.ends = clock.uptime() + kTogether;
  counting.batch = batch_;
  counting.first = waiting_.size() - 1;
  by_age_.push_back(&*together_.emplace(waiting_.back(), counting).first);
}

void AuditBuffer::lose(std::uint64_t calls) {
  lost_ += calls;
  ever_lost_ += calls;
}

std::vector<store::AuditEntry> AuditBuffer::take(Which which, const Clock& clock) {
  auto out = std::exchange(waiting_, {});
  ++batch_;
  end_counting(which, clock.uptime(), out);
  if (lost_ > 0) {
    store::AuditEntry entry;
    entry.at = clock.wall();
    entry.uid = getuid();
    entry.program = "icure-syncd";
    entry.method = kLost;
    entry.outcome = "lost";
    entry.calls = std::exchange(lost_, 0);
    out.push_back(std::move(entry));
  }
  return out;
}

std::optional<Millis> AuditBuffer::next_due() const {
  if (by_age_.empty()) return std::nullopt;
  return by_age_.front()->second.ends;
}

void AuditBuffer::end_counting(Which which, Millis uptime, std::vector<store::AuditEntry>& out) {
  while (!by_age_.empty()) {
    const auto& [alike, counting] = *by_age_.front();
    if (which == Which::due && counting.ends > uptime) break;
    if (counting.calls > 0) {
      auto entry = alike;
      entry.at = counting.since;
      entry.calls = counting.calls;
      entry.records = counting.records;
      out.push_back(std::move(entry));
    }
    together_.erase(together_.find(alike));
    by_age_.pop_front();
  }
}

void AuditBuffer::put_back(std::vector<store::AuditEntry> entries) {
  ++batch_;  // what is counted into an entry that stands elsewhere now
  for (auto& entry : std::exchange(waiting_, std::move(entries))) {
    if (waiting_.size() < kMostWaiting) {
      waiting_.push_back(std::move(entry));
    } else {
      lose(entry.calls);
    }
  }
}

}  // namespace icure::api
