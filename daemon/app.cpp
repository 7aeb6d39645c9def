#include "daemon/app.h"

#include <unistd.h>

#include <csignal>

#include "daemon/access_rules.h"
#include "daemon/api/examples.h"
#include "daemon/api/schemas.h"
#include "daemon/base/notable.h"
#include "daemon/heap.h"
#include "daemon/line_options.h"
#include "daemon/machine_id.h"
#include "daemon/names.h"
#include "daemon/notify.h"

namespace icure {
namespace {

using namespace std::chrono_literals;

// SIGTERM promises an end within 5 s; what hangs on a dead disk is left to the file system.
constexpr Millis kLongestStop = 4500ms;

std::vector<api::Warning> warnings_of(const store::Stores& files) {
  std::vector<api::Warning> warnings;
  for (const auto& text : files.warnings()) {
    log::note(log::Notable::mended, text);
    warnings.push_back({"store", text, "nothing to do if it does not come back"});
  }
  return warnings;
}

store::Order newest_order(store::MirrorWriter& mirror) {
  auto newest = mirror.newest_order();
  return newest ? *newest : 0;  // unreadable: then the first sweep fails and says so
}

}  // namespace

App::App(uv_loop_t& loop, Random& random, Clock& clock, ConfigSources sources, LoadedConfig loaded,
         OpenStore store)
    : loop_(loop),
      clock_(clock),
      sources_(std::move(sources)),
      config_(std::move(loaded)),
      store_(std::move(store)),
      end_reads_(loop, [this] { store_.point->end_turn(); }),
      turns_(loop),
      mirror_thread_(loop, "mirror", loop::Worker::Pace::patient),
      ledger_thread_(loop, "ledger", loop::Worker::Pace::prompt, &store_.files->ledger_group()),
      audit_thread_(loop, "audit", loop::Worker::Pace::patient),
      scan_thread_(loop, "scan"),
      parse_thread_(loop, "parse", loop::Worker::Pace::patient),
      scrypt_thread_(loop, "scrypt"),
      upkeep_thread_(loop, "upkeep", loop::Worker::Pace::patient),
      http_(loop, clock, line_options(config_.config.platform)),
      session_(http_, clock, login_of(config_.config.platform)),
      rest_(session_, newest_order(store_.files->mirror())),
      brake_(store_.files->ledger(), ledger_thread_, clock, random, std::move(store_.batches)),
      sweeper_(rest_, store_.files->mirror(), mirror_thread_, parse_thread_, clock, brake_),
      engine_(rest_, sweeper_, {store_.files->ledger(), ledger_thread_}, clock, random),
      refresher_(rest_, sweeper_, engine_, store_.files->mirror(), mirror_thread_, parse_thread_,
                 clock),
      approver_(brake_, sweeper_, engine_),
      websockets_(loop, line_options(config_.config.platform)),
      hints_({refresher_, engine_, store_.files->mirror(), mirror_thread_, *store_.point, clock}),
      live_({websockets_, session_, rest_, engine_, hints_, clock, random}),
      create_(rest_, refresher_),
      edit_(rest_, refresher_),
      remove_(rest_, refresher_),
      outbox_(store_.files->outbox(), ledger_thread_, engine_, session_.time(), clock, random,
              machine_id()),
      inviting_({loop, *store_.files, *store_.point, *store_.scan, ledger_thread_, scan_thread_,
                 session_, rest_, refresher_, outbox_, clock, random}),
      keys_({store_.files->private_keys(), ledger_thread_, store_.files->decrypted(),
             store_.files->exchange_data(), mirror_thread_, *store_.scan, scan_thread_,
             *store_.point, session_, engine_, clock}),
      logins_({store_.files->logins(), ledger_thread_, scrypt_thread_, *store_.point, *store_.scan,
               scan_thread_, http_, refresher_, engine_, brake_, clock, random},
              std::move(store_.logins)),
      audit_trail_({store_.files->audit(), audit_thread_, store_.files->audit_heads(),
                    ledger_thread_,
                    [this](std::string_view query) { return store_.files->query_mark(query); },
                    session_.time(), clock}),
      directory_{*store_.point, *store_.scan, scan_thread_, engine_, refresher_, brake_, clock, {}},
      user_api_(directory_),
      owner_api_(directory_, keys_),
      owner_search_api_(directory_),
      key_api_(keys_),
      writes_{directory_, outbox_, store_.files->outbox(), ledger_thread_, random},
      user_write_api_(writes_),
      owner_write_api_(writes_, keys_),
      token_api_(writes_, inviting_.users()),
      invite_api_(writes_, inviting_.invites()),
      outbox_api_(outbox_, store_.files->outbox(), ledger_thread_),
      auth_api_(directory_, logins_, inviting_.invites()),
      sync_api_(engine_),
      brake_api_(directory_, sweeper_, approver_),
      audit_api_(audit_trail_),
      metrics_api_({directory_, rest_, outbox_, audit_trail_, request_counts_, kVersion,
                    clock.wall(), config_.config.store.directory}),
      status_api_(directory_, session_, live_, outbox_, keys_, audit_trail_,
                  store_.files->condition(), {kVersion, clock.wall(), warnings_of(*store_.files)}),
      store_api_(store_.files->safekeeping(), upkeep_thread_, store_key_in),
      events_api_(*store_.events, *store_.point),
      tell_events_(loop, [this] { events_api_.turn(); }),
      tell_changes_(loop, [this] { mirror_changed(); }),
      event_upkeep_(*store_.files, mirror_thread_, ledger_thread_, session_.time(), clock),
      store_watch_(*store_.files, ledger_thread_, clock),
      hello_(methods_, kVersion,
             [this](Secret session) { return logins_.whose(std::move(session)); }),
      server_(loop, clock, methods_,
              {static_cast<std::size_t>(config_.config.ipc.max_message),
               static_cast<std::size_t>(config_.config.ipc.max_clients), geteuid()},
              nullptr),
      network_(loop, [this] { engine_.network_changed(); }),
      last_resort_(loop) {
  for (const auto& [name, schema] : api::component_schemas()) methods_.add_schema(name, schema);
  hello_.register_on(methods_);
  status_api_.register_on(methods_);
  store_api_.register_on(methods_);
  audit_api_.register_on(methods_);
  metrics_api_.register_on(methods_);
  user_api_.register_on(methods_);
  owner_api_.register_on(methods_);
  owner_search_api_.register_on(methods_);
  key_api_.register_on(methods_);
  user_write_api_.register_on(methods_);
  owner_write_api_.register_on(methods_);
  token_api_.register_on(methods_);
  invite_api_.register_on(methods_);
  outbox_api_.register_on(methods_);
  auth_api_.register_on(methods_);
  sync_api_.register_on(methods_);
  brake_api_.register_on(methods_);
  events_api_.register_on(methods_);
  for (auto& [method, example] : api::examples()) {
    methods_.add_example(method, std::move(example));
  }
  for (const int number : {SIGTERM, SIGINT}) {
    signals_.push_back(std::make_unique<loop::Signal>(loop, number, [this] { stop(); }));
  }
  signals_.push_back(std::make_unique<loop::Signal>(loop, SIGHUP, [this] { reload(); }));
  for (const auto* op : {"user.create", "owner.create"}) outbox_.carry_out(op, create_);
  for (const auto* op : {"user.modify", "user.enable", "user.disable", "owner.modify"}) {
    outbox_.carry_out(op, edit_);
  }
  outbox_.carry_out("user.delete", remove_);
  server_.add_observer(audit_trail_);
  server_.add_observer(request_counts_);
  engine_.watch([this] { changed(); });
  engine_.watch_login([this] { return session_.password_changed(); });
}

App::~App() = default;

Result<Done, StartFailure> App::listen() {
  const auto& config = config_.config;
  auto rules = resolve_access(config.access);
  if (!rules) return StartFailure{kExitConfig, rules.error()};
  apply(config_, std::move(*rules));
  auto passed = notify::passed_socket();
  if (!passed) return StartFailure{kExitConfig, start_failure(passed.error()).lines};
  Result<Done> listening = Done{};
  if (*passed) {
    listening = server_.listen(**passed);
  } else {
    ipc::SocketFile file{config.ipc.socket, static_cast<mode_t>(config.ipc.mode), std::nullopt};
    if (!config.ipc.group.empty()) {
      auto group = group_id(config.ipc.group);
      if (!group) return StartFailure{kExitConfig, {"ipc.group: " + group.error().message}};
      file.group = *group;
    }
    listening = server_.listen(file);
  }
  if (!listening) return start_failure(listening.error());
  return Done{};
}

void App::run() {
  scope_.run(engine_.loop(scope_.token()));
  scope_.run(hints_.loop(scope_.token()));
  scope_.run(live_.loop(scope_.token()));
  scope_.run(outbox_.loop(scope_.token()));
  scope_.run(inviting_.loop(scope_.token()));
  scope_.run(keys_.loop(scope_.token()));
  scope_.run(logins_.loop(scope_.token()));
  scope_.run(event_upkeep_.loop(scope_.token()));
  scope_.run(store_watch_.loop([this](auto now) { store_changed(now); }, scope_.token()));
  scope_.run(watch(scope_.token()));
  audit_scope_.run(audit_trail_.loop(audit_scope_.token()));
  if (auto listening = network_.listen(); !listening) {
    log::warning(
        "no news of this machine's network ({}): a line that comes back is found a little "
        "later, by asking",
        listening.error().message);
  }
  log::note(log::Notable::serving, fmt::format("serving; version {}", kVersion));
  notify::ready();
  changed();
  uv_run(&loop_, UV_RUN_DEFAULT);
  tell_turns();
}

void App::tell_turns() const {
  const auto micros = [](std::chrono::nanoseconds span) { return span.count() / 1000; };
  const auto& turns = turns_.turns();
  log::info("{} turns of the loop; processor time p50 {} us, p99.9 {} us, longest {} us",
            turns.count(), micros(turns.quantile(0.5)), micros(turns.quantile(0.999)),
            micros(turns.max()));
}

/// Feeds systemd's watchdog, but only after every thread has shown that it still gets on.
Task<Done> App::watch(std::stop_token stop) {
  const auto interval = notify::watchdog_interval();
  if (!interval) co_return Done{};
  for (;;) {
    auto nothing = [] { return Done{}; };
    co_await mirror_thread_.run(nothing);
    co_await ledger_thread_.run(nothing);
    co_await audit_thread_.run(nothing);
    co_await scan_thread_.run(nothing);
    co_await parse_thread_.run(nothing);
    notify::alive();
    auto slept = co_await clock_.sleep(*interval, stop);
    if (!slept) co_return Done{};
  }
}

void App::changed() {
  store_.files->condition().glance();
  logins_.mirror_changed();  // a run may have changed the brake alone
  live_.line_changed();
  outbox_.wake();
  keys_.line_changed();
  if (stopping_) return;
  notify::status(status_api_.summary());
  if (const auto state = status_api_.state_name(); state != told_state_) tell(told_state_ = state);
  const auto& run = engine_.last();
  if (!run || run->id == swept_up_after_) return;
  swept_up_after_ = run->id;
  scope_.run(give_back_memory());
}

/// What a run takes up at its peak is not needed until the next one. On the thread that gives way
/// to none: others may wait for the heap meanwhile.
Task<Done> App::give_back_memory() {
  auto give_back = [] {
    heap::give_back();
    return Done{};
  };
  co_await scan_thread_.run(std::move(give_back));
  co_return Done{};
}

/// At the end of each turn, since the writers' threads wake the loop after each job: nobody needs
/// to look again and again whether the mirror has changed.
void App::mirror_changed() {
  store_watch_.turn();
  if (store_.point->changes() == told_changes_) return;
  told_changes_ = store_.point->changes();
  inviting_.mirror_changed();
  keys_.mirror_changed();
  logins_.mirror_changed();
}

void App::tell(std::string change) {
  if (stopping_) return;
  scope_.run(event_upkeep_.tell(store::Topic::daemon, std::move(change), "daemon"));
}

void App::store_changed(store::Condition::Is now) {
  status_api_.condition_changed();
  changed();
  if (now == store::Condition::Is::sound && !stopping_) scope_.run(sync_again());
}

/// What the store did not take in is asked for again; while the sync is paused that waits.
Task<Done> App::sync_again() {
  const bool full = engine_.last() && engine_.last()->full;
  const auto run = co_await engine_.run_now(full, false);
  if (!run) log::info("no sync yet: {}", run.error().message);
  co_return Done{};
}

void App::stop() {
  if (std::exchange(stopping_, true)) return;
  notify::stopping();
  log::note(log::Notable::stopping, "stopping");
  last_resort_.start(kLongestStop, [] {
    log::error("something hangs; stopping all the same (nothing that was accepted is lost)");
    _exit(0);
  });
  scope_.drain(
      [this] { server_.stop([this] { audit_scope_.drain([this] { uv_stop(&loop_); }); }); });
}

}  // namespace icure
