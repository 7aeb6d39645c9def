#include "ipc/client/dashboard/feed.h"

#include "ipc/client/verb.h"
#include "ipc/client/views.h"

namespace icure::dashboard {
namespace {

using client::Json;

constexpr Millis kSlice{500};  // how soon an end is noticed
constexpr Millis kBetweenTries{1'000};

std::string told_as(const char* event, const Json& data) {
  return std::string("event: ") + event +
         "\ndata: " + data.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n\n";
}

/// Single users and data owners: the page shows none, and a sync changes thousands.
bool is_shown(const Json& event) {
  const auto topic = client::text_of(event, "topic");
  return !topic.empty() && topic != "user" && topic != "owner";
}

}  // namespace

Feed::Feed(client::Options options, Activity& activity, Millis heartbeat)
    : daemon_(std::move(options)), activity_(activity), heartbeat_(heartbeat) {}

std::string Feed::next() {
  const auto until = std::chrono::steady_clock::now() + heartbeat_;
  while (!activity_.has_ended()) {
    activity_.touch();
    auto text = subscribed_ ? listen() : subscribe();
    if (!text.empty()) return text;
    if (std::chrono::steady_clock::now() >= until) return ":\n\n";
  }
  return {};
}

std::string Feed::subscribe() {
  const auto answer = daemon_.call("events.subscribe");
  if (!answer) {
    auto text = down(answer.error());
    if (text.empty()) activity_.rest(kBetweenTries);
    return text;
  }
  subscribed_ = true;
  told_.clear();
  return told_as("up", Json::object());
}

std::string Feed::listen() {
  const auto told = daemon_.listen(kSlice);
  if (!told) {
    if (told.error().trouble == client::Trouble::timed_out) return {};
    subscribed_ = false;
    return down(told.error());
  }
  const auto event = Json::parse(told->params, nullptr, false);
  return is_shown(event) ? told_as("message", event) : std::string();
}

std::string Feed::down(const client::Failure& failure) {
  auto text = told_as("down", Json::parse(client::json_of(failure)));
  if (text == told_) return {};
  return told_ = std::move(text);
}

}  // namespace icure::dashboard
