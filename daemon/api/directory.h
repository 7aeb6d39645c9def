// What the reading methods share: the mirror's readers, the answer's age, and asking the platform
// first where the caller wants it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/background.h"
#include "daemon/base/clock.h"
#include "ipc/call.h"
#include "ipc/params.h"
#include "store/mirror.h"
#include "sync/brake.h"
#include "sync/engine.h"
#include "sync/refresh.h"

namespace icure::api {

/// The params that every read takes.
struct Freshness {
  std::optional<std::int64_t> max_age_s;
  std::optional<std::string> refresh;
  bool ask_platform() const { return refresh && *refresh == "if_online"; }
};

enum class Source { mirror, outbox, platform };

/// The `meta` of an answer. Where any row shows queued changes, the source becomes the outbox.
struct Meta {
  std::string age;  ///< All of it but the source.
  Source source = Source::mirror;
};
std::string to_json(Meta meta);

/// Loop thread only. What it refers to outlives the api.
struct Directory {
  store::MirrorReader& point;  ///< For reads by key, on the loop thread.
  store::MirrorReader& scan;   ///< For lists and searches, on `scanner` only.
  Background& scanner;
  sync::Engine& engine;
  sync::Refresher& refresher;
  const sync::Brake& brake;
  Clock& clock;
  std::vector<Kind> kinds;  ///< That are configured.

  struct WrittenTime {
    WallTime time{};
    std::string text = "\"1970-01-01T00:00:00.000Z\"";
  };
  mutable WrittenTime written_ = {};  // the last `as_of`, which every answer repeats

  bool configured(Kind kind) const;

  /// The `meta` of an answer about these kinds: the oldest of them counts. Fails with stale.
  Result<Meta> meta(const std::vector<Kind>& about, Source source,
                    const Freshness& freshness) const;

  /// Asks the platform about these kinds, and about the rows of them that would be shown.
  Task<Source> refresh(std::vector<Kind> about, sync::IdsByKind shown, std::stop_token stop);
  enum class View { queued, platform };  ///< With what is queued, or the platform's truth alone.
  /// The users that stand for a data owner, as `view` shows them. Asks the platform first, where
  /// that was wanted. `freshness` outlives the task.
  struct UsersOf {
    std::vector<store::Row> rows;
    Source source = Source::mirror;
  };
  Task<Result<UsersOf>> users_of(View view, std::string owner, const Freshness& freshness,
                                 std::stop_token stop);

  /// Fails with not_mirrored unless the kind was fully mirrored at least once.
  Result<Done> require_complete(Kind kind) const;

  /// Of an id that the mirror lacks: not_mirrored if it may exist all the same, else not_found.
  Error missing(const std::vector<Kind>& kinds_asked, const std::string& what) const;
};

/// A page's `next`: opaque to callers, valid over restarts.
std::string to_cursor(const std::string& last_id);
Result<std::string> from_cursor(const std::string& cursor);
/// Of lists in the order of a number; 0 without a cursor.
Result<std::uint64_t> number_from(const std::optional<std::string>& cursor);
Result<Done> check_cursor(const std::optional<std::string>& cursor);

/// `{"rows":[...],"next":"...","meta":{...}}`; rows are JSON.
std::string list_reply(const std::vector<std::string>& rows, const std::string& next, Meta meta);

}  // namespace icure::api
