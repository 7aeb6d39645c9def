#include "daemon/api/directory.h"

#include <algorithm>
#include <charconv>

#include "daemon/base/hex.h"

namespace icure::api {
namespace {

constexpr std::string_view kCursorPrefix = "c1.";  // the form may change; old ones are refused

Error not_mirrored(Kind kind) {
  return Error{Code::not_mirrored,
               "the mirror of kind " + std::string(name_of(kind)) + " is not complete yet",
               "wait for the first sync to end (daemon.status shows its progress)"};
}

Error not_configured(Kind kind) {
  return Error{Code::not_mirrored, "kind " + std::string(name_of(kind)) + " is not mirrored here",
               "add it to [mirror] kinds"};
}

}  // namespace

bool Directory::configured(Kind kind) const {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

std::string to_json(Meta meta) {
  auto& text = meta.age;
  text += R"(,"source":")";
  text += meta.source == Source::mirror   ? "mirror"
          : meta.source == Source::outbox ? "outbox"
                                          : "platform";
  text += "\"}";
  return std::move(text);
}

Result<Meta> Directory::meta(const std::vector<Kind>& about, Source source,
                             const Freshness& freshness) const {
  std::optional<WallTime> as_of;
  bool complete = true;
  bool first = true;
  for (const auto kind : about) {
    auto state = point.state(kind);
    if (!state) return state.error();
    complete = complete && state->complete;
    if (first || !state->as_of || (as_of && *state->as_of < *as_of)) as_of = state->as_of;
    first = false;
  }
  const auto age = as_of ? std::max(clock.wall() - *as_of, Millis(0)) : Millis(0);
  if (freshness.max_age_s && source != Source::platform) {
    const auto most = std::chrono::seconds(*freshness.max_age_s);
    // A check in the future: the clock was set back, and how old the mirror is nobody knows.
    const bool unknown = !as_of || *as_of > clock.wall() + std::chrono::seconds(1);
    if (unknown || age > most || most == std::chrono::seconds(0)) {
      return Error{Code::stale,
                   as_of ? "the mirror was last checked at " + rfc3339(*as_of)
                         : "the mirror was never fully checked",
                   "ask for refresh \"if_online\", run sync.run, or accept older data"};
    }
  }
  std::string text;
  text.reserve(128);
  text += R"({"as_of":)";
  if (as_of) {
    if (*as_of != written_.time) written_ = {*as_of, '"' + rfc3339(*as_of) + '"'};
    text += written_.text;
  } else {
    text += "null";
  }
  text += R"(,"age_s":)";
  text += as_of ? std::to_string(std::chrono::floor<std::chrono::seconds>(age).count()) : "null";
  text += engine.connection().online ? R"(,"online":true)" : R"(,"online":false)";
  text += complete ? R"(,"complete":true)" : R"(,"complete":false)";
  return Meta{std::move(text), source};
}

Task<Source> Directory::refresh(std::vector<Kind> about, sync::IdsByKind shown,
                                std::stop_token stop) {
  const bool asked = co_await refresher.kinds(std::move(about), std::move(shown), stop);
  point.end_turn();  // what the platform said is newer than this turn's view
  if (asked) co_return Source::platform;
  co_return Source::mirror;
}

Task<Result<Directory::UsersOf>> Directory::users_of(View view, std::string owner,
                                                     const Freshness& freshness,
                                                     std::stop_token stop) {
  const auto seen = [&]() -> store::MirrorReader& {
    return view == View::platform ? point.platform() : point;
  };
  UsersOf users;
  auto known = seen().find(Kind::user, store::Key::owner, owner);
  if (!known) co_return known.error();
  if (freshness.ask_platform()) {
    std::vector<std::string> ids;
    for (const auto& row : *known) ids.push_back(row.id);
    std::vector<Kind> owner_kinds;
    for (const auto kind : {Kind::hcp, Kind::patient, Kind::device}) {
      if (seen().get(kind, owner)) owner_kinds.push_back(kind);
    }
    if (owner_kinds.empty()) {
      owner_kinds.push_back(Kind::hcp);
      owner_kinds.push_back(Kind::patient);
    }
    const bool asked =
        co_await refresher.users_of(std::move(owner_kinds), owner, std::move(ids), stop);
    if (asked) users.source = Source::platform;
    point.end_turn();
    known = seen().find(Kind::user, store::Key::owner, owner);
    if (!known) co_return known.error();
  }
  users.rows = std::move(*known);
  co_return users;
}

Result<Done> Directory::require_complete(Kind kind) const {
  if (!configured(kind)) return not_configured(kind);
  auto state = point.state(kind);
  if (!state) return state.error();
  if (!state->complete) return not_mirrored(kind);
  return Done{};
}

Error Directory::missing(const std::vector<Kind>& kinds_asked, const std::string& what) const {
  for (const auto kind : kinds_asked) {
    auto complete = require_complete(kind);
    if (!complete) return complete.error();
  }
  return Error{Code::not_found, "there is no " + what + " on the platform that we can see",
               "if it was made a moment ago, ask with refresh \"if_online\", or synchronise"};
}

std::string to_cursor(const std::string& last_id) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(last_id.data());
  return std::string(kCursorPrefix) + to_hex({bytes, last_id.size()});
}

Result<std::string> from_cursor(const std::string& cursor) {
  if (cursor.starts_with(kCursorPrefix)) {
    if (const auto bytes = from_hex(std::string_view(cursor).substr(kCursorPrefix.size()))) {
      return std::string(bytes->begin(), bytes->end());
    }
  }
  return Error{Code::invalid, "cursor: is none of ours", "pass on `next` as it was given"};
}

Result<std::uint64_t> number_from(const std::optional<std::string>& cursor) {
  if (!cursor) return std::uint64_t{0};
  auto text = from_cursor(*cursor);
  if (!text) return text.error();
  std::uint64_t number = 0;
  const auto* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, number);
  if (read.ec == std::errc() && read.ptr == end) return number;
  return Error{Code::invalid, "cursor: is none of ours", "pass on `next` as it was given"};
}

Result<Done> check_cursor(const std::optional<std::string>& cursor) {
  if (!cursor) return Done{};
  auto read = from_cursor(*cursor);
  if (!read) return read.error();
  return Done{};
}

std::string list_reply(const std::vector<std::string>& rows, const std::string& next, Meta meta) {
  const auto about = to_json(std::move(meta));
  std::size_t size = about.size() + next.size() + 64;
  for (const auto& row : rows) size += row.size() + 1;
  std::string reply;
  reply.reserve(size);
  reply += R"({"rows":[)";
  for (const auto& row : rows) {
    if (reply.back() != '[') reply += ',';
    reply += row;
  }
  reply += ']';
  if (!next.empty()) reply += R"(,"next":")" + next + '"';
  reply += R"(,"meta":)";
  reply += about;
  reply += '}';
  return reply;
}

}  // namespace icure::api
