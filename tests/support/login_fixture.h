// Logins over a real store, and a platform that knows passwords and one-time codes. The daemon's
// part can be started again from its directory.
#pragma once
#include "sync/login/logins.h"
#include "tests/support/sync_fixture.h"

namespace icure::support {

class LoginTest : public SyncTest {
 protected:
  using Json = nlohmann::json;

  LoginTest() {
    auto read = http.answer;
    http.answer = [this, read](const fakes::FakeHttp::Seen& seen) {
      const bool login = seen.target.starts_with("/rest/v2/auth/login");
      if (!login || platform.fault) return read(seen);
      const auto body = Json::parse(seen.body);
      if (body["username"] == "me") return read(seen);
      return answer_login(body["username"], body["password"]);
    };
    platform.put("u1", "Anna");
    platform.put("u2", "Ben");
    for (const auto* id : {"u3", "u4", "u5", "u6", "u7"}) platform.put(id, "Another");
    for (auto& [id, user] : platform.of(Kind::user)) {
      user["passwordHash"] = "*";
      passwords[id] = "password of " + id;
    }
    options.offline_max_age = std::chrono::hours(72);
    options.privilege_max_age = std::chrono::hours(12);
    options.session_idle = std::chrono::hours(12);
    options.lockout = {3, std::chrono::minutes(15)};
    start();
    sweep();
    engine.succeeded();
  }

  void start() {
    daemon.reset();
    daemon = std::make_unique<Daemon>(*this);
    daemon->logins.configure(options);
  }
  /// The daemon is stopped and started: what is in memory only is lost.
  void restart() { start(); }

  void sweep() {
    sync::Counts counts;
    std::vector<Kind> users(1, Kind::user);
    auto faults =
        finish(sweeper.sweep(std::move(users), sync::Depth::full, counts, stop.get_token()));
    EXPECT_TRUE(faults.empty());
    daemon->point->end_turn();
  }
  void cut_the_line() {
    platform.fault = sync::Cause::connect;
    engine.failed({sync::Cause::connect});
  }

  Result<sync::LoggedIn> log_in(const std::string& name, const std::string& password,
                                const std::string& otp = "", std::int64_t uid = 1000) {
    auto request = request_of(name, password, otp, uid);
    auto done = finish(daemon->logins.log_in(std::move(request), stop.get_token()));
    daemon->point->end_turn();
    return done;
  }
  static sync::LoginRequest request_of(const std::string& name, const std::string& password,
                                       const std::string& otp = "", std::int64_t uid = 1000) {
    return {name, Secret(std::string_view(password)), Secret(std::string_view(otp)), uid, "desk"};
  }
  /// What the login's refusal says; "in" if there is none.
  static std::string word(const Result<sync::LoggedIn>& login) {
    if (login) return "in";
    switch (login.error().code) {
      case Code::login_failed:
        return "failed";
      case Code::login_locked:
        return "locked";
      case Code::otp_needed:
        return "otp";
      case Code::offline:
        return "offline";
      case Code::not_mirrored:
        return "not mirrored";
      default:
        return "? " + login.error().message;
    }
  }
  std::string try_login(const std::string& name, const std::string& password,
                        const std::string& otp = "", std::int64_t uid = 1000) {
    return word(log_in(name, password, otp, uid));
  }
  std::string token_of(const Result<sync::LoggedIn>& login) {
    EXPECT_TRUE(login) << login.error().message;
    return login ? std::string(login->token.reveal()) : "";
  }
  Result<sync::SessionView> current(const std::string& token) {
    daemon->point->end_turn();
    return finish(daemon->logins.current(Secret(std::string_view(token))));
  }
  bool is_in(const std::string& token) { return static_cast<bool>(current(token)); }
  bool has_verifier(const std::string& user) {
    return stores->logins().verifier(user)->has_value();
  }
  std::size_t sessions_on_disk() { return stores->logins().sessions()->size(); }
  /// Lets the loop of logins go on for that long.
  void run_loop(Millis for_so_long) {
    std::stop_source end;
    auto loop = daemon->logins.loop(end.get_token());
    loop.start();
    pump();
    advance(for_so_long);
    end.request_stop();
    pump();
    EXPECT_TRUE(loop.done());
    daemon->point->end_turn();
  }

  sync::Answer<sync::HttpReply> answer_login(const std::string& name, const std::string& password) {
    ++logins_asked;
    if (login_status) return fakes::reply_of(*login_status, "");
    for (const auto& [id, user] : platform.of(Kind::user)) {
      if (name != id && name != user["login"]) continue;
      if (user["status"] != "ACTIVE" || user.contains("deletionDate")) break;
      const auto bar = password.find('|');
      const auto code = codes.find(id);
      const bool has_code = code != codes.end();
      if (passwords[id] != (has_code ? password.substr(0, bar) : password)) break;
      if (has_code && bar == std::string::npos) return fakes::reply_of(417, "");
      if (has_code && password.substr(bar + 1) != code->second) return fakes::reply_of(406, "");
      const auto token =
          jwt(clock.wall() + std::chrono::hours(1), logins_asked, R"(,"u":")" + id + '"' + claims);
      auto reply = fakes::reply_of(200, Json{{"token", token}, {"refreshToken", token}}.dump());
      reply.date = clock.wall();
      return reply;
    }
    return fakes::reply_of(401, "");
  }

  std::map<std::string, std::string> passwords;  // by id
  std::map<std::string, std::string> codes;      // of those with a second factor
  std::optional<int> login_status;               // of every person's login
  std::string claims;                            // further ones of a token
  int logins_asked = 0;
  sync::LoginOptions options;

  struct Daemon {
    explicit Daemon(LoginTest& t)
        : point(std::move(*t.stores->open_reader(1 << 20))),
          scan(std::move(*t.stores->open_reader(1 << 20))),
          refresher(t.rest, t.sweeper, t.engine, t.stores->mirror(), t.mirror_thread, t.parser,
                    t.clock),
          logins({t.stores->logins(), t.ledger_thread, t.parser, *point, *scan, t.parser, t.http,
                  refresher, t.engine, t.brake, t.clock, t.random},
                 kept(t.stores->logins())) {}
    static sync::KeptLogins kept(store::Logins& ledger) {
      auto found = sync::kept_logins(ledger);
      EXPECT_TRUE(found);
      found->cost = store::ScryptCost{16, 1, 1};  // what is slow is tested once elsewhere
      return std::move(*found);
    }
    std::unique_ptr<store::MirrorReader> point;
    std::unique_ptr<store::MirrorReader> scan;
    sync::Refresher refresher;
    sync::Logins logins;
  };
  std::unique_ptr<Daemon> daemon;
};

}  // namespace icure::support
