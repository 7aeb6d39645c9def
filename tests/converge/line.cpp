#include "tests/converge/line.h"

#include <openssl/evp.h>

#include <array>
#include <nlohmann/json.hpp>

#include "daemon/base/event.h"
#include "tests/sandbox/faults.h"
#include "tests/support/jwt.h"

namespace icure::converge {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kPlatformEpoch{1'790'000'000'000ms};  // its clock is never set
constexpr Millis kTimeout = 300s;
constexpr Millis kRefreshLife = 24h;
constexpr std::array kStatuses = {302, 400, 401, 402, 403, 404, 409, 412, 415, 500, 502, 503, 504};
constexpr std::array kWays = {sync::Cause::no_route, sync::Cause::dns, sync::Cause::connect,
                              sync::Cause::tls, sync::Cause::proxy};
constexpr std::array<const char*, 5> kWrongShapes = {"null", "{}", "[{}]", "[null]",
                                                     R"([{"id":7,"rev":"1-a"}])"};
constexpr auto kWebPage = "<!DOCTYPE html><html><body>Please sign in</body></html>";

bool is_auth(const sync::HttpRequest& request) {
  return request.target.starts_with("/rest/v2/auth/");
}

std::string base64_of(const std::string& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

sync::HttpReply web_page(bool says_so) {
  sync::HttpReply reply;
  reply.status = 200;
  reply.body = kWebPage;
  reply.html = says_so;
  return reply;
}

}  // namespace

Line::Line(sandbox::World& world, fakes::FakeClock& clock, fakes::SeededRandom& chance,
           EventLog& log)
    : world_(world),
      platform_(world),
      clock_(clock),
      chance_(chance),
      log_(log),
      fault_percent_(chance.pick(std::array<std::uint64_t, 4>{0, 2, 6, 20})),
      token_life_(chance.pick(std::array<Millis, 3>{45s, 10min, 1h})) {}

void Line::calm() {
  fault_percent_ = 0;
  hold_up_ = 0ms;
  cut_.reset();
  lost_index_.clear();
}

/// Drawn when a request leaves, so that what happens to it does not depend on the others.
Line::Plan Line::plan(const sync::HttpRequest& request) {
  Plan drawn{Fate::fine, Millis(chance_.below(20)), Millis(chance_.below(20))};
  if (hold_up_ > 0ms) return {Fate::fine, 0ms, std::exchange(hold_up_, 0ms)};
  if (cut_) return {Fate::no_way, drawn.there, 0ms};
  if (fault_percent_ > 0 && chance_.percent(6)) {  // on the way for long, before or after
    (chance_.percent(50) ? drawn.there : drawn.back) = Millis(chance_.below(10'000));
  }
  if (!chance_.percent(fault_percent_)) return drawn;
  drawn.fate = static_cast<Fate>(1 + chance_.below(static_cast<std::uint64_t>(Fate::no_way)));
  if (drawn.fate == Fate::unheard) {
    drawn.there = chance_.percent(50) ? Millis(0) : Millis(chance_.below(1'000));
    drawn.back = request.timeout.value_or(kTimeout) - drawn.there;
  }
  return drawn;
}

Task<sync::Answer<sync::HttpReply>> Line::send(sync::HttpRequest request, std::stop_token stop) {
  const auto plan = this->plan(request);
  auto there = co_await clock_.sleep(plan.there, stop);
  if (!there) co_return sync::Fault{sync::Cause::stopping, 0, "stopped"};
  auto met = meet(request, plan.fate);
  auto back = co_await clock_.sleep(plan.back, stop);
  if (!back) co_return sync::Fault{sync::Cause::stopping, 0, "stopped"};
  if (request.sink && !met.heard.empty()) {
    const bool taken = co_await pour(*request.sink, met.heard);
    if (!taken) met.answer = sync::Fault{sync::Cause::bad_answer, 200, "the reader wants no more"};
  }
  const auto& answer = met.answer;
  const auto path = request.target.substr(0, request.target.find('?'));
  if (answer) {
    log_.note("{} {}: {}, {} bytes{}", request.method, path, answer->status,
              answer->body.size() + met.heard.size(), plan.fate == Fate::fine ? "" : ", spoilt");
  } else {
    log_.note("{} {}: {}", request.method, path, sync::word_of(answer.error().cause));
  }
  co_return answer;
}

/// A body goes to the request's sink in pieces, and as far as it came also when it was cut off.
Line::Met Line::meet(const sync::HttpRequest& request, Fate fate) {
  Met met{answer_to(request, fate), ""};
  if (!request.sink) return met;
  if (met.answer && met.answer->status == 200) {
    met.heard = std::exchange(met.answer->body, {});
  } else if (fate == Fate::broken && known(request.bearer.reveal())) {
    met.heard = at_platform(request, Fate::fine).body;
    met.heard.resize(chance_.below(met.heard.size() + 1));
  }
  return met;
}

Task<bool> Line::pour(sync::BodySink& sink, const std::string& body) {
  constexpr std::size_t kPiece = 37;
  Event room;
  for (std::size_t at = 0; at < body.size(); at += kPiece) {
    const auto piece = std::string_view(body).substr(at, kPiece);
    auto taken = sink.take(piece);
    while (taken == sync::BodySink::Taken::later) {
      sink.wait_for_room([&room] { room.fire(); });
      co_await room.wait();
      taken = sink.take(piece);
    }
    if (taken == sync::BodySink::Taken::refused) co_return false;
  }
  co_return true;
}

sync::Answer<sync::HttpReply> Line::answer_to(const sync::HttpRequest& request, Fate fate) {
  using sync::Cause;
  switch (fate) {
    case Fate::no_way:
      return sync::Fault{cut_.value_or(chance_.pick(kWays)), 0, "as chance wants"};
    case Fate::broken:
      at_platform(request, Fate::fine);
      return sync::Fault{chance_.percent(50) ? Cause::connect : Cause::bad_answer, 0, "broken"};
    case Fate::unheard:
      at_platform(request, Fate::fine);
      return sync::Fault{Cause::timeout, 0, "unheard"};
    case Fate::web_page:
      return web_page(chance_.percent(50));
    default:
      break;
  }
  auto reply = at_platform(request, fate);
  if (fate == Fate::shortened) reply.body.resize(chance_.below(reply.body.size()));
  if (request.max_body > 0 && reply.body.size() > request.max_body) {
    return sync::Fault{Cause::oversized, 200, "too long"};
  }
  return reply;
}

sync::HttpReply Line::at_platform(const sync::HttpRequest& request, Fate fate) {
  sync::HttpReply reply;
  if (fate == Fate::refused || fate == Fate::rate_limited) {
    reply.status = fate == Fate::rate_limited ? 429 : chance_.pick(kStatuses);
    reply.body = R"({"message":"as chance wants"})";
    if (fate == Fate::rate_limited && chance_.percent(70)) {
      reply.retry_after = Millis(chance_.below(120'000));
    }
  } else if (is_auth(request)) {
    const bool login = request.target.starts_with("/rest/v2/auth/login");
    reply = login || known(request.refresh_token.reveal()) ? with_tokens(login) : reply;
    if (reply.status == 0) reply.status = 401;
    if (fate == Fate::spoilt) reply.body = chance_.pick(kWrongShapes);
  } else if (!known(request.bearer.reveal())) {
    reply.status = 401;
  } else {
    sandbox::Request asked;
    asked.method = request.method;
    asked.body = request.body;
    sandbox::read_target(request.target, asked);
    asked.headers["content-type"] = "application/json";
    // Whose request it is, told without a token of the stand-in's own.
    asked.headers["authorization"] =
        "Basic " + base64_of(world_.options.login + ":" + world_.options.password);
    auto answered = ask(asked, fate);
    reply.status = answered.status;
    reply.body = answered.body->text;
    reply.html = answered.type.starts_with("text/html");
  }
  reply.date = std::chrono::floor<std::chrono::seconds>(kPlatformEpoch + clock_.uptime());
  return reply;
}

/// What the platform's code answers, spoilt by the stand-in's own ways of spoiling.
sandbox::Reply Line::ask(const sandbox::Request& request, Fate fate) {
  if (!lost_index_.empty() && request.path == lost_index_) return sandbox::json_reply("[]");
  const auto answer = [this](const sandbox::Request& asked) { return platform_.answer(asked); };
  if (fate != Fate::spoilt) return answer(request);
  sandbox::Fault fault;
  switch (chance_.below(4)) {
    case 0:
      fault.kind = sandbox::Fault::Kind::garbage;
      break;
    case 1:
      fault.kind = sandbox::Fault::Kind::oversize;
      break;
    case 2:
      fault.body = chance_.pick(kWrongShapes);
      [[fallthrough]];
    default:
      fault.kind = sandbox::Fault::Kind::wrong_shape;
  }
  return *sandbox::spoil(fault, request, answer);
}

bool Line::known(std::string_view token) const {
  const auto at = tokens_.find(token);
  return at != tokens_.end() && clock_.uptime() < at->second;
}

std::string Line::issue(Millis lifetime) {
  auto token = support::jwt(kPlatformEpoch + clock_.uptime() + lifetime, ++serial_);
  tokens_[token] = clock_.uptime() + lifetime;
  return token;
}

sync::HttpReply Line::with_tokens(bool login) {
  nlohmann::json body = {{"token", issue(token_life_)}};
  if (login) body["refreshToken"] = issue(kRefreshLife);
  sync::HttpReply reply;
  reply.status = 200;
  reply.body = body.dump();
  return reply;
}

}  // namespace icure::converge
