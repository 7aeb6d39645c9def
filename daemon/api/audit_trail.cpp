#include "daemon/api/audit_trail.h"

#include <cctype>

#include "daemon/base/hex.h"
#include "daemon/base/notable.h"

namespace icure::api {
namespace {

using namespace std::chrono_literals;

constexpr Millis kCommit = 1s;     // at most so much is lost by a crash
constexpr Millis kTogether = 15s;  // what was counted and is due within that is written together
constexpr std::size_t kMuch = 10'000;  // entries that are written without waiting for more
constexpr Millis kNoteHead = 10min;
constexpr Millis kForget = 1h;
constexpr std::size_t kStep = 10'000;  // entries of one job, so that others get in between
constexpr std::size_t kLongestId = 128;

constexpr std::string_view kForbidden = "forbidden";

/// Of what a caller wrote as an id and is none: it may be a name.
bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    const auto c = static_cast<unsigned char>(text[at]);
    if (dash ? c != '-' : std::isxdigit(c) == 0) return false;
  }
  return true;
}

bool names_a_record(const ipc::CallEnd& call) {
  const auto& trace = call.trace;
  if (trace.id.empty() || trace.id.size() > kLongestId) return false;
  if (call.outcome == ipc::kOutcomeOk && trace.rows != std::size_t{0}) return true;
  return is_uuid(trace.id);
}

}  // namespace

void AuditTrail::ended(const ipc::CallEnd& call) {
  const auto& trace = call.trace;
  const bool refused = call.outcome == kForbidden;
  if (!refused) {
    // What was no call, or could not be one, has touched nothing.
    if (call.outcome == ipc::kOutcomeNoMethod || call.outcome == ipc::kOutcomeParams) return;
    if (trace.method->effect == ipc::Effect::none) return;
    if (trace.method->effect == ipc::Effect::reads && !options_.reads) return;
  }
  const auto& caller = call.caller;
  AuditedCall audited;
  audited.uid = static_cast<std::int64_t>(caller.peer.uid);
  audited.program = caller.client;
  audited.actor = caller.actor;
  audited.actor_verified = caller.actor_verified;
  audited.method = trace.method ? std::string_view(trace.method->name) : "unknown";
  audited.kind = trace.kind;
  audited.records = trace.rows;
  audited.outcome = call.outcome;
  std::string mark;
  if (names_a_record(call)) {
    audited.id = trace.id;
  } else if (const auto asked = trace.id.empty() ? trace.params : trace.id; !asked.empty()) {
    mark = parts_.mark(asked);
    audited.query = mark;
  }
  const bool changed = trace.method && trace.method->effect == ipc::Effect::changes &&
                       call.outcome == ipc::kOutcomeOk;
  const auto before = buffer_.waiting();
  buffer_.add(audited, changed ? Repeats::apart : Repeats::counted, parts_.clock);
  const auto after = buffer_.waiting();
  if (after != before && (before == 0 || after == kMuch)) wake();
}

void AuditTrail::wake() {
  auto nap = nap_;  // the one under way: who wakes may begin another
  nap.request_stop();
}

/// How long nothing is to be done if no call comes.
Millis AuditTrail::until_next() const {
  const auto now = parts_.clock.uptime();
  auto next = forget_at_;
  if (head_ != noted_) next = std::min(next, note_at_);
  if (const auto due = buffer_.next_due()) next = std::min(next, std::max(*due, now + kTogether));
  return std::max(next - now, Millis(0));
}

/// Until something is to be done.
Task<Done> AuditTrail::pause(std::stop_token stop) {
  const bool idle = buffer_.waiting() == 0;
  const auto longest = idle ? until_next() : kCommit;
  nap_ = std::stop_source();
  if (stop.stop_requested()) co_return Done{};
  auto slept = co_await parts_.clock.sleep(longest, nap_.get_token());
  // The first that comes waits for others, but not for much.
  if (slept || !idle || stop.stop_requested() || buffer_.waiting() >= kMuch) co_return Done{};
  nap_ = std::stop_source();
  co_await parts_.clock.sleep(kCommit, nap_.get_token());
  co_return Done{};
}

Task<Done> AuditTrail::loop(std::stop_token stop) {
  std::stop_callback end_nap(stop, [this] { wake(); });
  note_at_ = parts_.clock.uptime() + kNoteHead;
  forget_at_ = parts_.clock.uptime() + kTogether;  // the platform will have told the time by then
  while (!stop.stop_requested()) {
    co_await pause(stop);
    co_await write(AuditBuffer::Which::due);
    if (parts_.clock.uptime() >= note_at_) {
      co_await note_head();
      note_at_ = parts_.clock.uptime() + kNoteHead;
    }
    if (parts_.clock.uptime() >= forget_at_) {
      co_await forget_old(stop);
      forget_at_ = parts_.clock.uptime() + kForget;
    }
  }
  co_await flush();
  if (buffer_.waiting() > 0) log::error("{} audit entries are lost", buffer_.waiting());
  co_await note_head();
  co_return Done{};
}

Task<Done> AuditTrail::write(AuditBuffer::Which which) {
  auto entries = buffer_.take(which, parts_.clock);
  if (entries.empty()) co_return Done{};
  const auto size = entries.size();
  writing_ += size;
  auto append = [&] { return parts_.log.append(entries); };
  auto head = co_await parts_.log_thread.run(std::move(append));
  writing_ -= size;
  if (!head) {
    if (!fault_) log::warning("the audit log cannot be written: {}", head.error().message);
    fault_ = std::move(head).error();
    buffer_.put_back(std::move(entries));
    co_return Done{};
  }
  if (fault_) log::info("the audit log is written again");
  fault_.reset();
  head_ = *head;
  co_return Done{};
}

Task<Done> AuditTrail::flush() {
  return write(AuditBuffer::Which::all);
}

Task<Done> AuditTrail::note_head() {
  if (head_ == noted_) co_return Done{};
  const auto head = head_;
  auto keep = [&] { return parts_.heads.keep(head); };
  auto kept = co_await parts_.ledger_thread.run(std::move(keep));
  if (!kept) {
    log::warning("how far the audit log has come cannot be noted: {}", kept.error().message);
    co_return Done{};
  }
  noted_ = head;
  log::info("audit log: entry {}, chain {}", head.seq, to_hex(head.hash));
  co_return Done{};
}

Task<Done> AuditTrail::forget_old(std::stop_token stop) {
  const auto now = parts_.time.now();
  if (!now) co_return Done{};
  const auto before = *now - options_.keep;
  auto step = [&] { return parts_.log.forget(before, kStep); };
  while (!stop.stop_requested()) {
    auto forgotten = co_await parts_.log_thread.run(step);
    if (!forgotten) {
      log::warning("old audit entries cannot be erased: {}", forgotten.error().message);
      co_return Done{};
    }
    if (*forgotten == 0) co_return Done{};
  }
  co_return Done{};
}

Task<Result<std::vector<store::AuditRow>>> AuditTrail::list(std::uint64_t since,
                                                            std::size_t limit) {
  auto read = [&] { return parts_.log.list(since, limit); };
  co_return co_await parts_.log_thread.run(std::move(read));
}

Task<Result<store::AuditWalk>> AuditTrail::verify(std::stop_token stop) {
  auto look = [&] { return parts_.heads.kept(); };
  auto kept = co_await parts_.ledger_thread.run(std::move(look));
  if (!kept) co_return std::move(kept).error();
  store::AuditWalk walk;
  walk.kept = *kept;
  auto step = [&] { return parts_.log.prove(walk, kStep); };
  while (!walk.finished) {
    auto next = co_await parts_.log_thread.run(step);
    if (!next) co_return std::move(next).error();
    walk = *next;
    if (!walk.finished && stop.stop_requested()) {
      co_return Error{Code::unavailable, "the daemon stops"};
    }
  }
  if (walk.broken_at) {
    log::note(log::Notable::audit_broken,
              fmt::format("the audit log is broken at entry {}", *walk.broken_at),
              {{"entry", std::to_string(*walk.broken_at)}});
  }
  co_return walk;
}

std::optional<Warning> AuditTrail::warning() const {
  if (!fault_) return std::nullopt;
  auto text = "the audit log cannot be written: " + fault_->message +
              "; entries that wait: " + std::to_string(waiting());
  if (buffer_.lost() > 0) text += ", calls not kept: " + std::to_string(buffer_.lost());
  auto hint = fault_->hint;
  if (hint.empty()) {
    hint =
        "see the daemon's log; if audit.db is damaged, stop the daemon, move the file away and "
        "start it again: that entries are missing stays on record";
  }
  return Warning{"audit", std::move(text), std::move(hint)};
}

}  // namespace icure::api
