// The line to the platform: the stand-in platform's own code answers, and chance delays, spoils or
// loses what it says.
//
// Logins are answered here: the stand-in's go by the real clock and cost an RSA signature each.
#pragma once
#include <map>
#include <optional>

#include "sync/ports.h"
#include "tests/converge/event_log.h"
#include "tests/fakes/seeded_random.h"
#include "tests/sandbox/platform.h"

namespace icure::converge {

/// One thread. What it refers to outlives its tasks.
class Line final : public sync::Http {
 public:
  Line(sandbox::World& world, fakes::FakeClock& clock, fakes::SeededRandom& chance, EventLog& log);

  Task<sync::Answer<sync::HttpReply>> send(sync::HttpRequest request,
                                           std::stop_token stop) override;

  /// The platform starts anew and knows no token any more.
  void forget_tokens() { tokens_.clear(); }
  /// From now on every request fails with that cause; absent: the line is back.
  void cut(std::optional<sync::Cause> cause) { cut_ = cause; }
  bool is_cut() const { return cut_.has_value(); }
  /// platform: a filter whose index is missing answers an empty list. Until mended.
  void lose_index(const std::string& path) { lost_index_ = path; }
  void mend_index() { lost_index_.clear(); }
  /// The answer to the next request comes so much later.
  void hold_up_next(Millis by) { hold_up_ = by; }
  /// No faults any more, and none left of before.
  void calm();

 private:
  enum class Fate {
    fine,
    refused,       // an error status
    rate_limited,  // 429, perhaps with Retry-After
    spoilt,        // garbage, a wrong shape, too much
    shortened,     // the end of the body is missing, and nothing says so
    web_page,
    broken,   // the connection ends before the answer does
    unheard,  // no answer before the time is over
    no_way,   // it never reaches the platform
  };
  struct Plan {
    Fate fate = Fate::fine;
    Millis there{0};
    Millis back{0};
  };

  Plan plan(const sync::HttpRequest& request);
  struct Met {
    sync::Answer<sync::HttpReply> answer;
    std::string heard;  // of the body, for the request's sink
  };

  Met meet(const sync::HttpRequest& request, Fate fate);
  sync::Answer<sync::HttpReply> answer_to(const sync::HttpRequest& request, Fate fate);
  static Task<bool> pour(sync::BodySink& sink, const std::string& body);
  sync::HttpReply at_platform(const sync::HttpRequest& request, Fate fate);
  sync::HttpReply with_tokens(bool login);
  std::string issue(Millis lifetime);
  bool known(std::string_view token) const;
  sandbox::Reply ask(const sandbox::Request& request, Fate fate);

  sandbox::World& world_;
  sandbox::Platform platform_;
  fakes::FakeClock& clock_;
  fakes::SeededRandom& chance_;
  EventLog& log_;
  std::uint64_t fault_percent_;
  Millis token_life_;
  std::map<std::string, Millis, std::less<>> tokens_;  // until when they count, of uptime
  int serial_ = 0;
  std::optional<sync::Cause> cut_;
  std::string lost_index_;
  Millis hold_up_{0};
};

}  // namespace icure::converge
