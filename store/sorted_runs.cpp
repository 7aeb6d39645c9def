#include "store/sorted_runs.h"

#include <endian.h>

#include <algorithm>
#include <cstring>
#include <queue>
#include <utility>

namespace icure::store {
namespace {

using Length = std::uint32_t;
constexpr std::size_t kPartBytes =
    8000;  // a part fills a page of the file: 8192 less 80 of the cipher

/// The entry that begins there; empty if that is not one.
std::string_view entry_at(std::string_view entries, std::size_t start) {
  Length length = 0;
  if (entries.size() - start < sizeof length) return {};
  std::memcpy(&length, entries.data() + start, sizeof length);
  const auto rest = entries.substr(start + sizeof length);
  return length <= rest.size() ? rest.substr(0, length) : std::string_view();
}

void append(std::string& entries, std::string_view entry) {
  const auto length = static_cast<Length>(entry.size());
  entries.append(reinterpret_cast<const char*>(&length), sizeof length);
  entries += entry;
}

std::uint64_t beginning_of(std::string_view entry) {
  std::uint64_t number = 0;
  std::memcpy(&number, entry.data(), std::min(entry.size(), sizeof number));
  return be64toh(number);
}

}  // namespace

/// One that is read from its beginning to its end.
class SortedRuns::Run {
 public:
  Run(SortedRuns& runs, std::int64_t first, std::int64_t last)
      : runs_(runs), next_(first), last_(last) {}

  std::string_view entry() const { return entry_; }

  /// Whether there is a further entry.
  bool next() {
    if (at_ == part_.size()) {
      if (next_ > last_) return false;
      part_ = runs_.take_part(next_++);
      at_ = 0;
    }
    entry_ = entry_at(part_, at_);
    if (entry_.empty()) throw SQLite::Exception("a sorted run is damaged", SQLITE_CORRUPT);
    at_ += sizeof(Length) + entry_.size();
    return true;
  }

 private:
  SortedRuns& runs_;
  std::int64_t next_;
  std::int64_t last_;
  std::string part_;
  std::size_t at_ = 0;
  std::string_view entry_;
};

SortedRuns::SortedRuns(SQLite::Database& db, std::string name)
    : name_(std::move(name)),
      runs_(db, "SELECT first_part, last_part FROM run WHERE name = ?1"),
      add_run_(db, "INSERT INTO run (first_part, last_part, name) VALUES (?1, ?2, ?3)"),
      forget_runs_(db, "DELETE FROM run WHERE name = ?1"),
      last_part_(db, "SELECT coalesce(max(last_part), 0) FROM run"),
      part_(db, "SELECT entries FROM run_part WHERE number = ?1"),
      add_part_(db, "INSERT INTO run_part (number, entries) VALUES (?1, ?2)"),
      remove_part_(db, "DELETE FROM run_part WHERE number = ?1") {}

void SortedRuns::add(std::string_view entry) {
  kept_.push_back({beginning_of(entry), static_cast<std::uint32_t>(entries_.size())});
  append(entries_, entry);
}

std::size_t SortedRuns::kept_bytes() const {
  return entries_.size() + kept_.size() * sizeof kept_[0];
}

void SortedRuns::forget_kept() {
  entries_ = {};
  kept_ = {};
}

void SortedRuns::sort_kept() {
  std::sort(kept_.begin(), kept_.end(), [this](const Kept& a, const Kept& b) {
    if (a.beginning != b.beginning) return a.beginning < b.beginning;
    return entry_at(entries_, a.at) < entry_at(entries_, b.at);
  });
}

void SortedRuns::set_down() {
  if (kept_.empty()) return;
  sort_kept();
  std::int64_t last = 0;
  {
    auto rows = last_part_();
    rows.next();
    last = rows.integer(0);
  }
  const auto first = last + 1;
  std::string part;
  part.reserve(kPartBytes);
  const auto write_part = [&] { add_part_.run(++last, Blob{part}); };
  for (const auto& each : kept_) {
    const auto entry = entry_at(entries_, each.at);
    if (!part.empty() && part.size() + sizeof(Length) + entry.size() > kPartBytes) {
      write_part();
      part.clear();
    }
    append(part, entry);
  }
  write_part();
  add_run_.run(first, last, name_);
  forget_kept();
}

std::string SortedRuns::take_part(std::int64_t number) {
  std::string entries;
  if (auto rows = part_(number); rows.next()) entries = rows.blob(0);
  remove_part_.run(number);
  return entries;
}

void SortedRuns::merge(const std::function<void(std::string_view)>& visit) {
  const bool in_file = runs_(name_).next();
  if (in_file) {
    set_down();
    merge_file(visit);
  } else {
    sort_kept();
    for (const auto& each : kept_) visit(entry_at(entries_, each.at));
    forget_kept();
  }
}

void SortedRuns::merge_file(const std::function<void(std::string_view)>& visit) {
  std::vector<Run> runs;
  for (auto rows = runs_(name_); rows.next();)
    runs.emplace_back(*this, rows.integer(0), rows.integer(1));
  const auto is_later = [](const Run* a, const Run* b) { return a->entry() > b->entry(); };
  std::priority_queue<Run*, std::vector<Run*>, decltype(is_later)> waiting(is_later);
  for (auto& run : runs) {
    if (run.next()) waiting.push(&run);
  }
  while (!waiting.empty()) {
    auto* const run = waiting.top();
    waiting.pop();
    visit(run->entry());
    if (run->next()) waiting.push(run);
  }
  forget_runs_.run(name_);
}

}  // namespace icure::store
