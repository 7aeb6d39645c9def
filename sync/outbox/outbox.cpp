#include "sync/outbox/outbox.h"

#include <algorithm>

#include "daemon/base/notable.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kPage = 1000;  // items read at once
constexpr Millis kLoadRetry = 5s;    // after a failure of our own disk
constexpr Millis kLongestNap = 1h;   // times by the wall clock are looked at again
constexpr Millis kHousekeeping = 1h;
constexpr Millis kRetention = 30 * 24h;  // of items that ended, with their keys

Error stopping() {
  return {Code::unavailable, "the daemon is stopping", "try again in a moment"};
}

}  // namespace

void Outbox::wake() {
  auto nap = nap_;  // the one under way: who wakes may begin another
  nap.request_stop();
}

void Outbox::configure(OutboxOptions options) {
  options_ = options;
  lanes_.set_parallel(options.parallel);
  wake();
}

Task<Done> Outbox::loop(std::stop_token stop) {
  std::stop_callback end_nap(stop, [this] { wake(); });
  while (!loaded_ && !stop.stop_requested()) {
    auto read = co_await load();
    if (read) continue;
    log::error("the outbox cannot be read: {}", read.error().message);
    load_error_ = std::move(read).error();
    load_over_.fire();
    co_await nap(kLoadRetry, stop);
  }
  if (!stop.stop_requested()) tasks_.run(keep_house(tasks_.token()));
  while (!stop.stop_requested()) {
    start_due();
    auto pause = kLongestNap;
    const auto due = lanes_.next_due();
    if (due && line_usable()) pause = std::clamp(*due - clock_.uptime(), Millis(0), pause);
    co_await nap(pause, stop);
  }
  co_return co_await drain();
}

/// Reads what is unfinished, and leaves it to a person if it may have been carried out elsewhere.
Task<Result<Done>> Outbox::load() {
  const std::string text = "this machine's data was restored or copied: it may be done already";
  const std::string hint = "look at the platform; then release it, or discard it";
  auto settle = [&] { return ledger_.settle_on(machine_, text, hint); };
  auto held = co_await ledger_thread_.run(std::move(settle));
  if (!held) co_return held.error();
  if (*held > 0) {
    log::note(log::Notable::held, fmt::format("{} items of the outbox are held: {}", *held, text),
              {{"items", std::to_string(*held)}});
  }
  std::uint64_t after = 0;
  for (bool more = true; more;) {
    auto read = co_await load_page(after, more);
    if (!read) co_return read;
  }
  loaded_ = true;
  load_error_.reset();
  load_over_.fire();
  tasks_.run(refresh_summary());
  co_return Done{};
}

/// The items after `after`, which then is the last one's number.
Task<Result<Done>> Outbox::load_page(std::uint64_t& after, bool& more) {
  auto job = [&] { return ledger_.unfinished(after, kPage); };
  auto items = co_await ledger_thread_.run(std::move(job));
  if (!items) co_return items.error();
  more = !items->empty();
  if (more) after = items->back().number;
  for (auto& item : *items) {
    if (item.state == store::ItemState::sending) {  // a stop or a crash cut it off
      auto whole = co_await item_at(item.number);
      if (!whole) co_return whole.error();
      item = std::move(*whole);
      item.state = store::ItemState::queued;
      auto saved = co_await save(item, std::nullopt);
      if (!saved) co_return saved;
    }
    put_in_lane(item);
  }
  co_return Done{};
}

/// Nothing is taken in before its place among the others is known.
Task<Result<Done>> Outbox::loaded() {
  while (!loaded_) {
    if (stopping_) co_return stopping();
    if (load_error_) co_return *load_error_;
    co_await load_over_.wait();
  }
  co_return Done{};
}

void Outbox::start_due() {
  if (!line_usable()) return;
  while (const auto place = lanes_.take(clock_.uptime())) {
    tasks_.run(attempt(*place, tasks_.token()));
  }
}

/// Until it is known to be away: the first attempt finds out as well as anything.
bool Outbox::line_usable() const {
  const auto line = engine_.connection();
  return !line.known || line.online;
}

Task<Done> Outbox::nap(Millis duration, std::stop_token stop) {
  if (stop.stop_requested()) co_return Done{};
  nap_ = std::stop_source();
  auto slept = co_await clock_.sleep(duration, nap_.get_token());
  static_cast<void>(slept);  // woken or not, the caller looks at what there is to do
  co_return Done{};
}

Task<Done> Outbox::drain() {
  stopping_ = true;
  load_over_.fire();
  attempt_over_.fire();
  bool drained = false;
  tasks_.drain([this, &drained] {
    drained = true;
    drained_.fire();
  });
  if (!drained) co_await drained_.wait();
  co_return Done{};
}

Task<Result<store::Accepted>> Outbox::enqueue(store::Item item, store::IdempotencyKey key) {
  auto ready = co_await loaded();
  if (!ready) co_return ready.error();
  if (item.id.empty()) item.id = uuid4(random_);
  if (item.created == WallTime()) item.created = clock_.wall();
  const auto most = options_.max_items;
  auto job = [&] { return ledger_.enqueue(std::move(item), key, most); };
  auto accepted = co_await ledger_thread_.run(std::move(job));
  if (accepted && !accepted->again) follow(accepted->item);
  co_return accepted;
}

Task<Result<store::Item>> Outbox::act(Action action, std::string id, std::string reason) {
  auto ready = co_await loaded();
  if (!ready) co_return ready.error();
  auto find = [&] { return ledger_.item(id); };
  auto item = co_await ledger_thread_.run(std::move(find));
  if (!item) co_return item;
  const auto place = Lanes::place_of(*item);
  if (lanes_.runs(place)) item->state = store::ItemState::sending;
  auto may = allowed(action, item->state);
  if (!may) co_return may.error();
  lanes_.park(place);  // nobody else takes it up meanwhile
  if (action == Action::discard) co_await block_dependants(*item);

  const auto now = clock_.wall();
  std::optional<Error> refused;
  auto job = [&]() -> Result<store::Item> {
    auto current = ledger_.item(id);  // another administrator may have been faster
    if (!current) return current;
    if (auto still = allowed(action, current->state); !still) {
      refused = still.error();
      return current;
    }
    const auto step = apply(action, *current, reason, now);
    auto saved = ledger_.save(*current, step);
    if (!saved) return saved.error();
    return current;
  };
  auto changed = co_await ledger_thread_.run(std::move(job));
  const bool over = changed && !refused && store::has_ended(changed->state);
  if (over) co_await block_dependants(*changed);  // that were accepted meanwhile
  follow(changed ? *changed : *item);
  if (refused) co_return *refused;
  co_return changed;
}

void Outbox::follow(const store::Item& item) {
  if (!lanes_.runs(Lanes::place_of(item))) put_in_lane(item);
  tell(item);
  wake();
}

void Outbox::put_in_lane(const store::Item& item) {
  const auto place = Lanes::place_of(item);
  if (store::has_ended(item.state)) return lanes_.end(place);
  lanes_.add(item, due_of(item));
  if (item.state == store::ItemState::held || item.state == store::ItemState::blocked) {
    lanes_.park(place);
  }
}

void Outbox::tell(const store::Item& item) {
  for (const auto& told : observers_) told(item);
  summary_is_old_ = true;
  if (!refreshing_ && !stopping_ && loaded_) tasks_.run(refresh_summary());
}

/// One question at a time, however much happens meanwhile.
Task<Done> Outbox::refresh_summary() {
  refreshing_ = true;
  do {
    summary_is_old_ = false;
    auto job = [this] {
      Summary seen{ledger_.counts(), std::nullopt};
      for (const auto state :
           {store::ItemState::queued, store::ItemState::sending, store::ItemState::retrying,
            store::ItemState::blocked, store::ItemState::held}) {
        store::ItemQuery first;
        first.state = state;
        first.limit = 1;
        auto items = ledger_.list(first);
        if (!items || items->empty()) continue;
        const auto created = items->front().created;
        if (!seen.oldest || created < *seen.oldest) seen.oldest = created;
      }
      return seen;
    };
    summary_ = co_await ledger_thread_.run(std::move(job));
  } while (summary_is_old_ && !stopping_);
  refreshing_ = false;
  co_return Done{};
}

/// Forgets what ended long ago, and gives up what waits for too long, also while the line is away.
Task<Done> Outbox::keep_house(std::stop_token stop) {
  for (;;) {
    co_await forget_old();
    co_await give_up_old(store::ItemState::queued);
    co_await give_up_old(store::ItemState::retrying);
    auto slept = co_await clock_.sleep(kHousekeeping, stop);
    if (!slept) co_return Done{};
  }
}

/// With an item its key goes, and whoever asks again under that key would have it done twice.
Task<Done> Outbox::forget_old() {
  const auto now = time_.now();
  if (!now) co_return Done{};
  const auto before = *now - kRetention;
  auto job = [&] { return ledger_.forget(before); };
  auto forgotten = co_await ledger_thread_.run(std::move(job));
  if (!forgotten) {
    log::warning("old items of the outbox stay: {}", forgotten.error().message);
  } else if (*forgotten > 0) {
    log::info("forgot {} items of the outbox that ended long ago", *forgotten);
  }
  co_return Done{};
}

Task<Done> Outbox::give_up_old(store::ItemState state) {
  store::ItemQuery query;
  query.state = state;
  for (;;) {
    auto job = [&] { return ledger_.list(query); };
    auto items = co_await ledger_thread_.run(std::move(job));
    if (!items || items->empty()) co_return Done{};
    query.after = items->back().number;
    for (const auto& each : *items) {
      const auto now = time_.now();
      if (!now || *now - each.created < options_.give_up_after) co_return Done{};
      const auto place = Lanes::place_of(each);
      if (!is_too_old(each) || lanes_.runs(place)) continue;
      if (each.attempts == 0 && lanes_.waited(place)) continue;  // no fault of its own
      lanes_.park(place);
      auto item = co_await item_at(each.number);
      if (!item) continue;
      if (item->state == state) {
        auto outcome = gave_up(*item);
        co_await settle(*item, std::move(outcome));
      } else {
        put_in_lane(*item);  // somebody was faster
      }
    }
  }
}

}  // namespace icure::sync
