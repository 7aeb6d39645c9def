// Sweep: brings kinds of the mirror in line with the platform, by walking all of them.
//
// The platform has no change feed and its `modified` is no change clock: equality of `rev` is the
// only truth. Users are read page by page; of the other kinds first the ids, then the revs (all
// kinds mixed), then the documents that moved.
#pragma once
#include <array>
#include <map>
#include <string>
#include <vector>

#include "daemon/base/background.h"
#include "daemon/base/clock.h"
#include "daemon/base/event.h"
#include "store/ledger.h"
#include "store/mirror.h"
#include "sync/brake.h"
#include "sync/probe_cost.h"
#include "sync/rest.h"

namespace icure::sync {

struct SweepOptions {
  std::size_t page_size = 1000;          ///< Rows of a page, ids of a chunk.
  Millis full_interval{0};               ///< An unfinished sweep older than this starts over.
  std::vector<std::string> patients_of;  ///< Data owner ids; empty: our own and its ancestors.
};

enum class Depth {
  quick,  ///< New and vanished ids, and patients that somebody marked as modified.
  full,   ///< Every revision.
  plan,   ///< As full, but nothing is stored, removed or held.
};

/// What a full sweep would do with a kind.
struct Planned {
  store::KindCounts counts;
  std::uint64_t disabled = 0;
};

using Counts = std::map<Kind, store::KindCounts>;
using Faults = std::map<Kind, Fault>;

/// Loop thread only. What it refers to outlives its tasks.
class Sweeper {
 public:
  Sweeper(Rest& rest, store::MirrorWriter& mirror, Background& mirror_thread, Background& parser,
          const Clock& clock, Brake& brake)
      : rest_(rest),
        brake_(brake),
        mirror_(mirror),
        mirror_thread_(mirror_thread),
        parser_(parser),
        clock_(clock) {}

  /// Counts from the next sweep on.
  void configure(SweepOptions options) { configured_ = std::move(options); }

  /// Sweeps these kinds together, after a sweep that is under way. Returns the faults of the kinds
  /// that failed: one kind's own fault leaves the others going on. Of those the mirror keeps its
  /// last good state plus whole documents of this sweep, and a later full sweep goes on where it
  /// was cut off. `counts` grows as it goes and outlives the task.
  Task<Faults> sweep(std::vector<Kind> kinds, Depth depth, Counts& counts, std::stop_token stop);

  /// What a full sweep of these kinds would change, after a sweep that is under way. Fails with
  /// the first fault of any kind.
  Task<Answer<std::map<Kind, Planned>>> plan(std::vector<Kind> kinds, std::stop_token stop);

  /// Follows the platform about rows that were held: asks for each by id, then removes those that
  /// are gone or not shared with us, and stores the others as they are. May run beside a sweep.
  Task<Answer<Done>> follow(Kind kind, std::vector<std::string> ids, std::stop_token stop);

 private:
  struct Part;
  struct Kept;
  struct Walk;
  struct Segment;
  enum class Source {
    wanted,   ///< What the mirror lacks or has in another revision.
    present,  ///< Everything that it has and that is alive.
  };
  static void blame(std::vector<Part>& parts, Part& part, const Fault& fault);

  Task<bool> take_turn(std::stop_token stop);
  void end_turn();
  Task<Done> sweep_parts(std::vector<Part>& parts, Depth depth, std::stop_token stop);
  Task<Done> run(std::vector<Part>& parts, Depth depth, std::stop_token stop);
  Task<Answer<Done>> list(Part& part, Depth depth, std::stop_token stop);
  Task<Answer<Done>> finish(Part& part, Depth depth, std::stop_token stop);
  Task<Answer<std::string>> begin(Part& part, Depth depth);

  Task<Answer<Done>> walk_users(Part& part, Depth depth, std::string cursor, std::stop_token stop);
  void ask(Walk& walk, std::optional<wire::NextPage> from, std::stop_token stop);
  void prepare(Part& part, Walk& walk, std::stop_token stop);
  Task<Answer<Kept>> next_page(Part& part, Walk& walk, std::stop_token stop);

  enum class Listed {
    alive,     ///< Everything that there is.
    modified,  ///< What may have another revision.
  };
  Task<Answer<Done>> match(Part& part, std::string filter, Listed listed, std::stop_token stop);
  Task<Answer<Done>> match_modified(Part& part, std::stop_token stop);
  Task<Answer<std::vector<std::string>>> owners(std::stop_token stop);

  Task<Done> probe(std::vector<Part>& parts, Depth depth, std::stop_token stop);
  Task<Done> compare(std::vector<Part>& parts, std::vector<Segment> chunk, Depth depth,
                     std::stop_token stop);
  Task<Answer<Done>> compare_stubs(std::vector<Segment>& chunk, Depth depth, std::stop_token stop);

  Task<Answer<Done>> fetch(Part& part, Source source, std::stop_token stop);
  Task<Result<std::vector<std::string>>> next_ids(Kind kind, Source source, std::string& after);
  Task<Answer<Kept>> documents(Part& part, std::vector<std::string> ids, std::stop_token stop);
  Task<Answer<Done>> keep(Part& part, Kept kept, std::optional<std::string> cursor,
                          std::vector<std::string>& doubtful,
                          store::Origin origin = store::Origin::answer);
  Task<Answer<Done>> weigh(Part& part, Kept kept);
  Task<Answer<Done>> pull_plan(Part& part, std::stop_token stop);

  Task<Answer<Loss>> lost(Part& part, Depth depth);
  Task<Answer<Done>> settle(Part& part, Depth depth, std::stop_token stop);
  Task<Answer<std::vector<store::Departure>>> go(Part& part, Loss loss, std::stop_token stop);
  Task<Answer<std::vector<store::HeldRow>>> held_rows(Part& part, const Verdict& verdict,
                                                      std::stop_token stop);
  Task<Answer<std::vector<store::Departure>>> confirm(Part& part, std::vector<std::string> ids,
                                                      std::vector<store::Departure>& unlisted,
                                                      std::stop_token stop);
  Task<Answer<std::vector<store::Departure>>> still_unlisted(Part& part,
                                                             std::vector<store::Departure> unlisted,
                                                             std::stop_token stop);

  Rest& rest_;
  Brake& brake_;
  store::MirrorWriter& mirror_;  // touched on its thread only
  Background& mirror_thread_;
  Background& parser_;
  const Clock& clock_;
  SweepOptions configured_;
  SweepOptions options_;  // of the running sweep
  std::array<ProbeCost, kAllKinds.size()> costs_;
  bool busy_ = false;
  Event free_;
};

}  // namespace icure::sync
