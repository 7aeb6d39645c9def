#include "tests/converge/history.h"

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/sandbox/changes.h"
#include "tests/sandbox/mutate.h"

namespace icure::converge {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr int kShortest = 150;  // steps of a history; most are a job of a thread
constexpr int kLongest = 1200;
constexpr Millis kInterval = 10min;
constexpr Millis kFullInterval = 40min;
constexpr std::size_t kAll = 1000;  // more than there are of any kind

sandbox::Options a_clinic(fakes::SeededRandom& chance) {
  sandbox::Options options;
  options.seed = chance.below(1U << 30);
  options.users = static_cast<std::uint32_t>(2 + chance.below(30));
  options.hcps = static_cast<std::uint32_t>(3 + chance.below(8));
  options.patients = static_cast<std::uint32_t>(chance.below(30));
  options.devices = static_cast<std::uint32_t>(chance.below(6));
  return options;
}

Task<Done> ask_run(sync::Engine& engine, bool full, std::optional<Result<store::Run>>* answer) {
  auto run = co_await engine.run_now(full, true);
  if (answer) answer->emplace(std::move(run));
  co_return Done{};
}

Task<Done> ask_ids(sync::Refresher& refresher, Kind kind, std::vector<std::string> ids,
                   std::stop_token stop) {
  co_await refresher.by_ids(kind, std::move(ids), stop);
  co_return Done{};
}

Task<Done> apply(sync::Approver& approver, std::string batch, std::stop_token stop,
                 std::optional<Result<store::Batch>>* answer, int& under_way) {
  ++under_way;
  auto decided = co_await approver.decide(std::move(batch), sync::Decision::apply, stop);
  --under_way;
  if (answer) answer->emplace(std::move(decided));
  co_return Done{};
}

Task<Done> ask_email(sync::Refresher& refresher, std::string email, std::stop_token stop) {
  co_await refresher.user_by(store::Key::email, std::move(email), stop);
  co_return Done{};
}

}  // namespace

History::History(std::uint64_t seed, Chronicle::Strict strict)
    : chance_(seed),
      daemon_chance_(seed + 1),
      log_(clock_),
      world_(a_clinic(chance_)),
      chronicle_(world_, clock_, strict),
      line_(world_, clock_, chance_, log_) {}

History::~History() {
  if (daemon_ && !daemon_->stop()) std::abort();
}

void History::fail(const std::string& what) {
  if (!failure_.empty()) return;
  failure_ = what;
  log_.note("FAILED: {}", what);
}

std::string History::run() {
  start();
  const auto steps = kShortest + static_cast<int>(chance_.below(kLongest - kShortest));
  for (int step = 0; step < steps && failure_.empty(); ++step) act();
  if (failure_.empty()) settle();
  return failure_;
}

void History::start() {
  static const Secret key = Secret::zeroed(32);
  const auto path = (directory_.path() / std::to_string(images_)).string();
  auto files = store::open_stores({path, key, "https://x.test", daemon_chance_, clock_});
  if (!files) return fail("the store does not open: " + files.error().message);
  for (const auto& warning : (*files)->warnings()) fail(warning);
  if (!(*files)->ledger().close_cut_off_runs()) fail("the ledger cannot be written");
  daemon_ = std::make_unique<Daemon>(std::move(*files), line_, clock_, daemon_chance_);
  log_.note("the daemon starts");
  check();
  daemon_->start({1 + chance_.below(8), kFullInterval, {}},
                 {{kAllKinds.begin(), kAllKinds.end()}, kInterval, kFullInterval});
}

void History::act() {
  const auto draw = chance_.below(1000);
  if (draw < 40) return mutate();
  if (draw < 46) return kill();
  if (draw < 54) return set_clock();
  if (draw < 64) return ask_for_run();
  if (draw < 84) return refresh();
  if (draw < 90) return overtake();
  if (draw < 94) {
    log_.note("the platform starts anew");
    return line_.forget_tokens();
  }
  if (draw < 98) {
    log_.note("an outage {}", line_.is_cut() ? "ends" : "begins");
    const bool ends = line_.is_cut();
    return line_.cut(ends ? std::nullopt : std::optional(sync::Cause::connect));
  }
  if (draw < 100) return lose_index();
  if (draw < 110) return approve();
  if (draw < 135) return check();
  go_on();
}

/// A job of some thread, or if all wait, time.
void History::go_on() {
  if (daemon_->turn(chance_)) return;
  const auto next = clock_.next();
  if (!next) return fail("nothing will ever happen again");
  clock_.advance(*next);
}

void History::mutate() {
  clock_.advance(1ms);  // so that it stands clearly before or after everything else
  const auto done = sandbox::mutate(world_, chance_.below(1U << 30), 1 + chance_.below(4));
  for (const auto& each : done) {
    const auto id = each["id"].get<std::string>();
    log_.note("{} {} {} {}", each["op"].get<std::string>(), each["kind"].get<std::string>(), id,
              each.value("rev", ""));
    chronicle_.changed(*kind_named(each["kind"].get<std::string>()), id);
  }
  clock_.advance(1ms);
}

/// Of kinds that are never empty, and are mirrored: an empty list is to be believed by a mirror
/// that is empty as well.
void History::lose_index() {
  for (const auto kind : {Kind::user, Kind::hcp}) {
    auto state = daemon_->reader().state(kind);
    if (!state || !state->complete) return;
  }
  log_.note("an index comes or goes");
  if (chance_.percent(50)) return line_.mend_index();
  line_.lose_index(chance_.percent(50) ? "/rest/v2/user/match" : "/rest/v2/hcparty/match");
}

/// The files as a killed process leaves them or, of the mirror, which is not synced at each commit,
/// as a power cut may.
void History::kill() {
  const auto from = directory_.path() / std::to_string(images_);
  const auto to = directory_.path() / std::to_string(++images_);
  fs::copy(from, to);
  const auto journal = to / "mirror.db-wal";
  std::error_code none;
  const auto size = fs::file_size(journal, none);
  const bool power_cut = chance_.percent(40) && !none;
  if (power_cut)
    fs::resize_file(journal, size - chance_.below(std::min<std::uintmax_t>(size, 200'000) + 1));
  line_.mend_index();
  log_.note("{}", power_cut ? "power is cut" : "the daemon is killed");
  if (!daemon_->stop()) fail("the daemon did not stop");
  daemon_.reset();
  fs::remove_all(from);
  start();
}

void History::set_clock() {
  constexpr std::array<Millis, 10> kJumps = {-24h * 400, -26h,  -1h, -10min, -1s,
                                             1s,         10min, 1h,  26h,    24h * 400};
  const Millis by = chance_.pick(kJumps);
  log_.note("the clock is set by {} s", by.count() / 1000);
  clock_.set_wall(by);
  chronicle_.clock_set();
}

void History::ask_for_run() {
  const bool full = chance_.percent(50);
  log_.note("a {} run is asked for", full ? "full" : "quick");
  daemon_->scope().run(ask_run(daemon_->engine(), full, nullptr));
}

void History::refresh() {
  const auto kind = chance_.pick(kAllKinds);
  const auto truth = chronicle_.truth(kind);
  if (truth.empty()) return;
  auto rows = daemon_->reader().list(kind, {"", kAll});
  if (!rows) return fail(rows.error().message);
  auto id = chance_.pick(truth).first;
  if (!rows->empty() && chance_.percent(50)) id = chance_.pick(*rows).id;
  const auto stop = daemon_->scope().token();
  if (kind == Kind::user && chance_.percent(30)) {
    const auto user = nlohmann::json::parse(chance_.pick(truth).second.json);
    if (!user.contains("email") || !user["email"].is_string()) return;
    log_.note("a reader asks for a user by e-mail");
    daemon_->scope().run(ask_email(daemon_->refresher(), user["email"].get<std::string>(), stop));
    return;
  }
  log_.note("a reader asks for {} {}", name_of(kind), id);
  daemon_->scope().run(ask_ids(daemon_->refresher(), kind, {id}, stop));
}

void History::approve() {
  const auto braked = daemon_->brake().open();
  if (braked.empty()) return;
  const auto& batch = chance_.pick(braked);
  log_.note("a person applies a batch of {}", name_of(batch.kind));
  daemon_->scope().run(
      apply(daemon_->approver(), batch.id, daemon_->scope().token(), nullptr, decisions_));
}

/// Whether all that is held back was applied.
bool History::approve_all() {
  for (const auto& batch : daemon_->brake().open()) {
    log_.note("a person applies the batch of {}", name_of(batch.kind));
    std::optional<Result<store::Batch>> answer;
    daemon_->scope().run(
        apply(daemon_->approver(), batch.id, daemon_->scope().token(), &answer, decisions_));
    for (int i = 0; i < 100'000 && !answer; ++i) go_on();
    if (!answer || !*answer) return false;
  }
  return true;
}

/// What a reader was answered is long on the way; meanwhile the document changes, and a sweep goes
/// by.
void History::overtake() {
  const auto kind = chance_.pick(kAllKinds);
  auto rows = daemon_->reader().list(kind, {"", kAll});
  if (!rows) return fail(rows.error().message);
  if (rows->empty()) return;
  const auto id = chance_.pick(*rows).id;
  // The daemon's own user stays as it is, and so do its professional and those above that.
  if (id == world_.own_user() || chronicle_.circle().contains(id)) return;
  const auto there = *sandbox::kind_named(name_of(kind));
  log_.note("an answer about {} {} will be late", name_of(kind), id);
  line_.hold_up_next(1500ms + Millis(chance_.below(400)));
  daemon_->scope().run(ask_ids(daemon_->refresher(), kind, {id}, daemon_->scope().token()));
  clock_.advance(1ms);
  bool done = false;
  if (chance_.percent(50)) {
    done = sandbox::purge(world_.documents, there, id);
  } else {
    done = sandbox::change(world_.documents, there, id, {{"name", "overtaken"}}).has_value();
  }
  if (done) chronicle_.changed(kind, id);
  clock_.advance(1ms);
  daemon_->scope().run(ask_run(daemon_->engine(), true, nullptr));
}

void History::check() {
  for (const auto kind : kAllKinds) check(kind);
}

void History::check(Kind kind) {
  auto state = daemon_->reader().state(kind);
  if (!state) return fail(state.error().message);
  auto rows = daemon_->reader().list(kind, {"", kAll});
  if (!rows) return fail(rows.error().message);
  const auto fault = chronicle_.fault_of(kind, *state, *rows, daemon_->brake().held(kind));
  if (!fault.empty()) fail(fmt::format("{}: {}", name_of(kind), fault));
}

/// The faults stop. Two full sweeps later the mirror must equal the platform.
void History::settle() {
  line_.calm();
  log_.note("all is calm");
  for (const auto kind : kAllKinds) {
    // An empty list is never believed where there were rows.
    if (!chronicle_.truth(kind).empty()) continue;
    nlohmann::ordered_json doc = {{"delegations", {{world_.own_hcp(), nlohmann::json::array()}}}};
    if (kind != Kind::patient) doc = {{"name", "the last"}};
    const auto there = *sandbox::kind_named(name_of(kind));
    if (!sandbox::create(world_.documents, there, doc)) return fail("the test cannot create");
    chronicle_.changed(kind, doc["id"].get<std::string>());
  }
  wait_until_idle();
  const bool by_request = chance_.percent(50);
  for (int sweep = 0; sweep < 2 && failure_.empty(); ++sweep) {
    const auto begun = clock_.wall();
    const bool done = by_request ? full_run_on_request() : full_run_on_schedule();
    if (!done) return fail("a full sweep did not end well");
    check();
    if (!approve_all()) return fail("a batch could not be applied");
    for (const auto kind : kAllKinds) {
      const auto state = daemon_->reader().state(kind);
      if (sweep == 1 && state->as_of < begun) fail("as_of stands still");
    }
  }
  wait_until_idle();
  compare();
}

/// What began under faults may still fail for them, or wait for an answer as long as a request may.
void History::wait_until_idle() {
  for (int i = 0; i < 100'000 && failure_.empty(); ++i) {
    if (daemon_->turn(chance_)) continue;
    if (!daemon_->engine().running() && decisions_ == 0) return;
    go_on();
  }
  fail("a run never ends");
}

bool History::full_run_on_request() {
  for (int tries = 0; tries < 10; ++tries) {
    log_.note("a full run is asked for");
    std::optional<Result<store::Run>> answer;
    daemon_->scope().run(ask_run(daemon_->engine(), true, &answer));
    for (int i = 0; i < 100'000 && !answer; ++i) go_on();
    if (!answer) return false;
    if (*answer) return (**answer).state == "done";
    if (!answer->error().retry_after) return false;
    clock_.advance(*answer->error().retry_after);
  }
  return false;
}

bool History::full_run_on_schedule() {
  const auto before = daemon_->engine().last() ? daemon_->engine().last()->id : "";
  for (const auto end = clock_.uptime() + 3 * kFullInterval; clock_.uptime() < end;) {
    go_on();
    const auto& last = daemon_->engine().last();
    if (!last || last->id == before || !last->full || last->state != "done") continue;
    if (last->kinds.size() == kAllKinds.size()) return true;
  }
  return false;
}

void History::compare() {
  for (const auto kind : kAllKinds) {
    auto truth = chronicle_.truth(kind);
    auto rows = daemon_->reader().list(kind, {"", kAll});
    if (!rows) return fail(rows.error().message);
    for (const auto& row : *rows) {
      const auto at = truth.find(row.id);
      if (at == truth.end()) return fail(fmt::format("{} {} is gone", name_of(kind), row.id));
      if (at->second.rev != row.rev || at->second.json != row.json) {
        return fail(fmt::format("{} {} is {} there, {} here", name_of(kind), row.id, at->second.rev,
                                row.rev));
      }
      if (kind == Kind::user) find_by_login(row);
      truth.erase(at);
    }
    if (!truth.empty()) {
      return fail(fmt::format("{} {} is missing", name_of(kind), truth.begin()->first));
    }
  }
}

/// The indexes tell the same as the rows.
void History::find_by_login(const store::Row& user) {
  const auto document = nlohmann::json::parse(user.json);
  if (!document.contains("login") || !document["login"].is_string()) return;
  auto found =
      daemon_->reader().find(Kind::user, store::Key::login, document["login"].get<std::string>());
  if (!found) return fail(found.error().message);
  for (const auto& row : *found) {
    if (row.id == user.id) return;
  }
  fail("user " + user.id + " is not found by its login");
}

}  // namespace icure::converge
