// The outbox and one item: an attempt, and what becomes of the item then.
#include <algorithm>

#include "daemon/base/log.h"
#include "sync/backoff.h"
#include "sync/outbox/outbox.h"
#include "sync/outbox/outcome.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using store::ItemState;

constexpr Millis kLedgerPause = 30s;  // after a failure of our own disk
constexpr Millis kLongestWish = 24h;  // what a Retry-After may ask for
constexpr Millis kLongestNap = 1h;    // times by the wall clock are looked at again
constexpr Millis kLineSpread = 1s;    // not all at once when the line is back

/// Whether a fault may as well be one of this item alone, on a line that is there.
bool is_ambiguous(const Fault& fault) {
  return fault.cause == Cause::timeout || fault.cause == Cause::bad_answer ||
         fault.cause == Cause::oversized || fault.cause == Cause::server;
}

/// Whether what builds on such an item comes to nothing as well.
bool is_nothing(ItemState state) {
  return store::has_ended(state) && state != ItemState::done;
}

ItemState state_after(Outcome::Next next) {
  switch (next) {
    case Outcome::Next::done:
      return ItemState::done;
    case Outcome::Next::blocked:
      return ItemState::blocked;
    case Outcome::Next::failed:
      return ItemState::failed;
    case Outcome::Next::expired:
      return ItemState::expired;
    case Outcome::Next::cancelled:
      return ItemState::cancelled;
    case Outcome::Next::retry:
      return ItemState::retrying;
    case Outcome::Next::line:
    case Outcome::Next::wait:
    case Outcome::Next::stopping:
      break;
  }
  return ItemState::queued;
}

}  // namespace

/// Writes down each step of an attempt before the next one begins.
class Outbox::Ledgered final : public Progress {
 public:
  explicit Ledgered(Outbox& outbox) : outbox_(outbox) {}

  Task<Result<Done>> save(const store::Item& item, std::string step, std::string note) override {
    store::Step taken{std::move(step), outbox_.clock_.wall(), std::move(note)};
    auto saved = co_await outbox_.save(item, std::move(taken));
    if (saved) outbox_.tell(item);
    co_return saved;
  }

 private:
  Outbox& outbox_;
};

Task<Done> Outbox::attempt(Lanes::Place place, std::stop_token stop) {
  auto item = co_await item_at(place.number);
  if (item) {
    co_await try_item(*item, stop);
  } else {
    log::error("item {} of the outbox cannot be read: {}", place.number, item.error().message);
    lanes_.queue(place, clock_.uptime() + kLedgerPause);
  }
  wake();
  attempt_over_.fire();
  co_return Done{};
}

Task<Done> Outbox::until_at_rest(store::Item item) {
  const auto place = Lanes::place_of(item);
  while (lanes_.runs(place) && !stopping_) co_await attempt_over_.wait();
  co_return Done{};
}

Task<Done> Outbox::try_item(store::Item& item, std::stop_token stop) {
  const auto place = Lanes::place_of(item);
  // A date is looked at again; the end of a delay was counted by uptime, whatever the clock says.
  if (item.state == ItemState::queued && item.next_try && *item.next_try > clock_.wall()) {
    lanes_.queue(place, due_of(item));
    co_return Done{};
  }
  // What it waited for may have taken a person's time.
  const bool first = item.attempts == 0 && !item.since;
  if (first && lanes_.waited(place)) item.since = clock_.wall();
  Outcome outcome;
  const auto operation = operations_.find(item.op);
  if (is_too_old(item)) {
    outcome = gave_up(item);
  } else if (operation == operations_.end()) {
    outcome.next = Outcome::Next::blocked;
    outcome.text = "this version of the daemon does not know how to do that";
    outcome.hint = "ask an administrator to install the version that took it in, then try again";
  } else {
    auto begun = co_await begin(item);
    if (!begun) {
      log::error("the outbox rests: {}", begun.error().message);
      lanes_.queue(place, clock_.uptime() + kLedgerPause);
      co_return Done{};
    }
    if (!*begun) {
      lanes_.queue(place, clock_.uptime());  // it runs no more
      put_in_lane(item);
      co_return Done{};
    }
    tell(item);
    Ledgered progress(*this);
    outcome = co_await operation->second->attempt(item, progress, stop);
    count_line_fault(item, outcome);
    if (outcome.fault) {
      engine_.failed(*outcome.fault);
    } else if (outcome.next == Outcome::Next::done) {
      engine_.succeeded();
    }
  }
  co_return co_await settle(item, std::move(outcome));
}

/// Marks the item as under way. False: since it was read, somebody took it back or put it aside.
Task<Result<bool>> Outbox::begin(store::Item& item) {
  auto job = [&]() -> Result<bool> {
    auto current = ledger_.item(item.number);
    if (!current) return current.error();
    if (!current->since) current->since = item.since;
    item = std::move(*current);
    const bool waits = item.state == ItemState::queued || item.state == ItemState::retrying ||
                       item.state == ItemState::sending;
    if (!waits) return false;
    item.state = ItemState::sending;
    auto saved = ledger_.save(item, std::nullopt);
    if (!saved) return saved.error();
    return true;
  };
  co_return co_await ledger_thread_.run(std::move(job));
}

/// An item that meets no answer again and again, while the line is found to be there each time, is
/// itself what is wrong, and must not go on as if nothing was.
void Outbox::count_line_fault(const store::Item& item, Outcome& outcome) {
  if (outcome.next != Outcome::Next::line) {
    line_faults_.erase(item.number);
    return;
  }
  if (!outcome.fault || !is_ambiguous(*outcome.fault)) return;
  if (++line_faults_[item.number] < 2) return;
  outcome = refused(write::Refusal::no_answer);
}

/// Writes down what became of an item, lets those go on that waited for it, and tells.
Task<Done> Outbox::settle(store::Item& item, Outcome outcome) {
  const auto place = Lanes::place_of(item);
  if (outcome.next == Outcome::Next::stopping) {
    lanes_.queue(place, clock_.uptime() + kLedgerPause);
    co_return Done{};
  }
  const auto step = note(item, std::move(outcome));
  const bool nothing = is_nothing(item.state);
  // First: a crash in between must not let them go.
  if (nothing) co_await block_dependants(item);
  auto saved = co_await save(item, step);
  if (!saved) {
    log::error("the outbox rests: {}", saved.error().message);
    lanes_.queue(place, clock_.uptime() + kLedgerPause);
    co_return Done{};
  }
  if (nothing) co_await block_dependants(item);  // that were accepted meanwhile
  if (store::has_ended(item.state)) line_faults_.erase(item.number);
  if (item.state == ItemState::queued && !item.next_try) {
    lanes_.queue(place, clock_.uptime() + full_jitter(kLineSpread, random_));
  } else {
    put_in_lane(item);
  }
  tell(item);
  co_return Done{};
}

/// Brings the item into the state that follows; returns the step that tells of it, if one does.
std::optional<store::Step> Outbox::note(store::Item& item, Outcome outcome) {
  if (outcome.next == Outcome::Next::retry && is_too_old(item)) outcome = gave_up(item);
  item.state = state_after(outcome.next);
  item.next_try.reset();
  if (outcome.next == Outcome::Next::line) return std::nullopt;
  item.last_error = outcome.text;
  item.hint = outcome.hint;
  if (outcome.next == Outcome::Next::wait) {
    item.next_try = outcome.until;
    item.since = outcome.until;
    return std::nullopt;
  }
  if (outcome.next == Outcome::Next::retry) {
    retry_later(item, outcome);
    return std::nullopt;
  }
  ++item.attempts;
  return store::Step{std::string(name_of(item.state)), clock_.wall(), std::move(outcome.text)};
}

void Outbox::retry_later(store::Item& item, const Outcome& outcome) {
  const auto doubled = options_.retry_min * (1 << std::min(++item.attempts, 20u));
  const auto ceiling = std::max(options_.retry_min, std::min(doubled, options_.retry_max));
  auto delay = options_.retry_min + full_jitter(ceiling - options_.retry_min, random_);
  if (outcome.retry_after) delay = std::max(delay, std::min(*outcome.retry_after, kLongestWish));
  item.next_try = clock_.wall() + delay;
}

Outcome Outbox::gave_up(const store::Item& item) const {
  auto outcome = refused(write::Refusal::gave_up);
  if (!item.last_error.empty()) outcome.text += "; the last time: " + item.last_error;
  return outcome;
}

Task<Done> Outbox::block_dependants(const store::Item& item) {
  const auto& verdict = write::verdict_on(write::Refusal::needs_another);
  const auto because_of = std::string(verdict.text) + ": item " + item.id;
  const auto dependants = lanes_.dependants(Lanes::place_of(item));
  for (const auto place : dependants) lanes_.park(place);
  for (const auto place : dependants) co_await block(place, because_of);
  co_return Done{};
}

Task<Done> Outbox::block(Lanes::Place place, const std::string& because_of) {
  const auto now = clock_.wall();
  bool blocked = false;
  auto job = [&]() -> Result<store::Item> {
    auto item = ledger_.item(place.number);
    if (!item) return item;
    // A person may have put it aside or taken it back meanwhile.
    if (item->state != ItemState::queued && item->state != ItemState::retrying) return item;
    item->state = ItemState::blocked;
    item->next_try.reset();
    item->last_error = because_of;
    item->hint = write::verdict_on(write::Refusal::needs_another).hint;
    const store::Step step{std::string(name_of(item->state)), now, because_of};
    auto saved = ledger_.save(*item, step);
    if (!saved) return saved.error();
    blocked = true;
    return item;
  };
  auto item = co_await ledger_thread_.run(std::move(job));
  if (!item) {
    log::error("item {} of the outbox rests until the next start: {}", place.number,
               item.error().message);
  } else if (blocked) {
    tell(*item);
  } else {
    put_in_lane(*item);
  }
  co_return Done{};
}

Task<Result<store::Item>> Outbox::item_at(std::uint64_t number) {
  auto job = [this, number] { return ledger_.item(number); };
  co_return co_await ledger_thread_.run(std::move(job));
}

/// `item` outlives the task.
Task<Result<Done>> Outbox::save(const store::Item& item, std::optional<store::Step> step) {
  auto job = [&] { return ledger_.save(item, step); };
  co_return co_await ledger_thread_.run(std::move(job));
}

/// When it may go, of uptime.
Millis Outbox::due_of(const store::Item& item) const {
  if (!item.next_try) return clock_.uptime();
  const auto longest = item.state == ItemState::retrying ? kLongestWish : kLongestNap;
  return clock_.uptime() + std::clamp(*item.next_try - clock_.wall(), Millis(0), longest);
}

/// By a time that is beyond doubt: a clock that was set ahead gives nothing up.
bool Outbox::is_too_old(const store::Item& item) const {
  const auto since = std::max(item.created, item.since.value_or(item.created));
  const auto now = time_.now();
  return now && *now - since >= options_.give_up_after;
}

}  // namespace icure::sync
