// What goes on by itself: exchange keys are learned, patients are read, in small steps.
#include <algorithm>

#include "daemon/base/log.h"
#include "sync/keys/keys.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

constexpr Millis kLook = 1s;        // what comes in meanwhile is looked at together
constexpr Millis kNotAgain = 1min;  // after a failure
constexpr Millis kUntilWoken = 24h;
constexpr std::size_t kPatients = 128;     // of a step: a few milliseconds on each thread
constexpr std::size_t kOwners = 500;       // of a step; few have keys
constexpr std::size_t kExchangeData = 50;  // of a step: RSA costs a millisecond each
constexpr int kMostPasses = 8;             // keys that open keys, in a row
constexpr std::size_t kMostShared = 1000;  // data owners whose keys lie in shares

}  // namespace

Task<Done> Keys::loop(std::stop_token stop) {
  auto loaded = co_await load();
  if (!loaded) {
    log::error("imported keys cannot be read: {}; {}", loaded.error().message, loaded.error().hint);
  }
  loaded_ = true;
  was_loaded_.fire();
  while (!stop.stop_requested()) {
    const auto now = parts_.point.changes();
    bool more = false;
    if (!held_.empty()) {
      if (now != looked_at_) co_await activate();
      if (learn_ != Learn::nothing) co_await learn(stop);
      if (!to_fetch_.empty()) co_await fetch(stop);
      if (learn_ != Learn::nothing) co_await learn(stop);
      if (now != looked_at_ || left_ > 0) more = co_await step();
    }
    if (more) continue;
    looked_at_ = now;
    co_await rest(stop);
  }
  co_return Done{};
}

/// Until there may be something to do.
Task<Done> Keys::rest(std::stop_token stop) {
  bool woken = co_await nap_.take(kLook, stop);
  const bool moved = looked_at_ != parts_.point.changes();
  if (!woken && !held_.empty() && (learn_ != Learn::nothing || (moved && !failed_))) {
    co_return Done{};
  }
  const bool fetches = !to_fetch_.empty() && parts_.engine.connection().online;
  auto longest = kUntilWoken;
  if (!held_.empty() && failed_) {
    longest = kNotAgain;
  } else if (!held_.empty() && fetches) {
    longest = std::max(fetch_not_before_ - parts_.clock.uptime(), kLook);
  }
  waits_for_change_ = !failed_;
  if (!woken) woken = co_await nap_.take(longest, stop);
  waits_for_change_ = false;
  if (woken) looked_at_.reset();  // not when it is woken: the loop may be in the middle of a look
  co_return Done{};
}

void Keys::wake() {
  nap_.wake();
}

void Keys::mirror_changed() {
  if (waits_for_change_ && !held_.empty()) nap_.wake();
}

void Keys::line_changed() {
  if (held_.empty()) return;
  if (!to_fetch_.empty()) nap_.wake();
  const auto& run = parts_.engine.last();
  if (!run || run->state != "done" || run->id == last_run_) return;
  last_run_ = run->id;
  const auto moved = [&run](Kind kind) {
    const auto counts = run->kinds.find(kind);
    return counts != run->kinds.end() && counts->second.added + counts->second.changed > 0;
  };
  if (run->full) to_fetch_ = owners();
  if (run->full || moved(Kind::hcp) || moved(Kind::device)) want(Learn::professionals);
  // Those that are noted one by one are learned as they are read; a first fill is not noted.
  if (run->full && moved(Kind::patient)) want(Learn::everybody);
  wake();
}

Task<Done> Keys::fetch(std::stop_token stop) {
  const auto line = parts_.engine.connection();
  if (!line.online || parts_.clock.uptime() < fetch_not_before_) co_return Done{};
  while (!to_fetch_.empty() && !stop.stop_requested()) {
    const auto owner = *to_fetch_.begin();
    auto fetched = co_await fetch_of(owner, stop);
    if (!fetched) {
      log::warning("exchange data could not be fetched: {}", fetched.error().message);
      fetch_not_before_ = parts_.clock.uptime() + kNotAgain;
      co_return Done{};
    }
    to_fetch_.erase(owner);
  }
  co_return Done{};
}

Task<Answer<Done>> Keys::fetch_of(std::string owner, std::stop_token stop) {
  std::set<std::string, std::less<>> alive;
  std::string from;
  std::uint64_t changed = 0;
  do {
    auto page = co_await calls_.page_of(owner, from, stop);
    if (!page) co_return std::move(page).error();
    for (const auto& document : page->documents) alive.emplace(document.id);
    auto keep = [this, &owner, &page] { return parts_.exchange_data.put(owner, page->documents); };
    auto kept = co_await parts_.mirror_thread.run(std::move(keep));
    if (!kept) co_return fault_of(kept.error());
    changed += *kept;
    const bool goes_on = page->next && page->next->start_id != from;
    from = goes_on ? page->next->start_id : "";
  } while (!from.empty());
  auto retain = [this, &owner, &alive] { return parts_.exchange_data.retain(owner, alive); };
  auto retained = co_await parts_.mirror_thread.run(std::move(retain));
  if (!retained) co_return fault_of(retained.error());
  if (changed > 0) want(Learn::professionals);
  co_return Done{};
}

/// Opens exchange keys until nothing new comes; then what was closed is tried again.
Task<Done> Keys::learn(std::stop_token stop) {
  auto what = std::exchange(learn_, Learn::nothing);
  std::size_t found = 0;
  for (int pass = 0; pass < kMostPasses && !stop.stop_requested(); ++pass) {
    for (const auto kind : {Kind::hcp, Kind::device, Kind::patient}) {
      if (kind == Kind::patient && what != Learn::everybody) continue;
      found += co_await learn_kind(kind, stop);
    }
    const auto of = owners();
    for (const auto& owner : of) found += co_await learn_exchange_data(owner);
    const bool recovered = co_await recover();
    if (!recovered) break;
    what = Learn::everybody;
  }
  if (stop.stop_requested() || (found == 0 && !read_again_)) co_return Done{};
  read_again_ = false;
  auto again = [this] { return parts_.decrypted.read_again(); };
  auto begun = co_await parts_.mirror_thread.run(std::move(again));
  if (!begun) log::warning("patients cannot be read: {}", begun.error().message);
  looked_at_.reset();
  log::info("{} exchange keys were opened", found);
  co_return Done{};
}

Task<std::size_t> Keys::learn_kind(Kind kind, std::stop_token stop) {
  struct Page {
    std::size_t found = 0;
    std::string last;  // empty: the end
  };
  Page page;
  std::size_t found = 0;
  do {
    auto read = [this, kind, &page] {
      store::ListQuery query;
      query.after = std::exchange(page.last, "");
      query.limit = kOwners;
      page.found = 0;
      auto rows = parts_.scan.platform().list(kind, query);
      parts_.scan.end_turn();
      if (!rows) return Done{};  // its kind is broken; reads of it say so
      for (const auto& row : *rows) {
        if (has_shares(row.json) && shared_.size() < kMostShared) shared_.insert(row.id);
        if (!has_exchange_keys(row.json)) continue;
        page.found += opener_.learn_owner(row.id, row.rev, row.json);
      }
      if (rows->size() == kOwners) page.last = rows->back().id;
      return Done{};
    };
    co_await parts_.scan_thread.run(std::move(read));
    found += page.found;
  } while (!page.last.empty() && !stop.stop_requested());
  co_return found;
}

Task<std::size_t> Keys::learn_exchange_data(std::string owner) {
  std::size_t found = 0;
  std::string after;
  for (;;) {
    auto read = [this, &owner, &after] {
      return parts_.exchange_data.of(owner, after, kExchangeData);
    };
    auto rows = co_await parts_.mirror_thread.run(std::move(read));
    if (!rows || rows->empty()) co_return found;
    after = rows->back().id;
    auto open = [this, &owner, &rows] {
      std::size_t opened = 0;
      for (const auto& row : *rows) {
        opened += opener_.learn_exchange_data(owner, row.id, row.rev, row.json);
      }
      return opened;
    };
    found += co_await parts_.scan_thread.run(std::move(open));
  }
}

/// Keys that the platform keeps in sealed form. Returns whether there were new ones.
Task<bool> Keys::recover() {
  const auto generation = generation_;
  const auto of = owners();
  std::set<std::string> recovered;
  auto job = [this, &of, &recovered] {
    bool any = false;
    for (const auto& owner : of) {
      const auto document = owner_document(owner);
      if (document && opener_.recover(owner, document->json)) any = true;
    }
    for (const auto& owner : shared_) {
      const auto document = owner_document(owner);
      if (document && opener_.combine_shares(owner, document->json)) any = true;
    }
    recovered = opener_.recovered_owners();
    parts_.scan.end_turn();
    return any;
  };
  const bool any = co_await parts_.scan_thread.run(std::move(job));
  if (generation != generation_) co_return false;  // a key went, and perhaps with it what it gave
  for (const auto& owner : recovered) {
    if (!of.contains(owner)) to_fetch_.insert(owner);
  }
  recovered_ = std::move(recovered);
  co_return any;
}

/// Reads some patients. Returns whether there may be more.
Task<bool> Keys::step() {
  const auto generation = generation_;
  failed_ = false;
  auto list = [this] { return parts_.decrypted.next(kPatients); };
  auto reading = co_await parts_.mirror_thread.run(std::move(list));
  if (!reading) {
    log::warning("patients cannot be read: {}", reading.error().message);
    failed_ = true;
    co_return false;
  }
  left_ = reading->left;
  if (left_ == 0) co_return false;
  std::size_t found = 0;
  auto open = [this, &reading, &found] {
    std::vector<store::ReadPatient> read;
    for (const auto& patient : reading->patients) {
      if (has_exchange_keys(patient.json)) {
        found += opener_.learn_owner(patient.id, patient.rev, patient.json);
      }
      auto opened = opener_.open(patient.json);
      if (!opened.sealed) continue;
      read.push_back({patient.row, patient.id, patient.rev, std::move(opened.json),
                      std::move(opened.words), std::move(opened.unread),
                      std::move(opened.opened_by)});
    }
    return read;
  };
  auto read = co_await parts_.scan_thread.run(std::move(open));
  if (generation != generation_) co_return true;  // a key went: what it opened is not kept
  auto keep = [this, &read] { return parts_.decrypted.keep(read); };
  auto kept = co_await parts_.mirror_thread.run(std::move(keep));
  if (!kept) {
    log::warning("what was opened could not be kept: {}", kept.error().message);
    failed_ = true;
    co_return false;
  }
  if (generation == generation_) counts_ = *kept;
  if (found > 0) {
    read_again_ = true;
    want(Learn::professionals);
  }
  co_return true;
}

}  // namespace icure::sync
