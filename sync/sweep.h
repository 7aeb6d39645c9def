// Sweep: brings one kind of the mirror in line with the platform, by walking all of it.
//
// The platform has no change feed and its `modified` is no change clock: equality of `rev` is the
// only truth. Users are read page by page; of the other kinds first the ids, then the revs, then
// the documents that moved.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/background.h"
#include "daemon/base/clock.h"
#include "store/ledger.h"
#include "store/mirror.h"
#include "sync/rest.h"

namespace icure::sync {

struct SweepOptions {
  std::size_t page_size = 1000;          ///< Rows of a page, ids of a chunk.
  Millis full_interval{0};               ///< An unfinished sweep older than this starts over.
  std::vector<std::string> patients_of;  ///< Data owner ids; empty: our own and its ancestors.
};

enum class Depth {
  quick,  ///< New and vanished ids only.
  full,   ///< Every revision.
};

/// Loop thread only; one task of a kind at a time. What it refers to outlives its tasks.
class Sweeper {
 public:
  Sweeper(Rest& rest, store::MirrorWriter& mirror, Background& mirror_thread, Background& parser,
          const Clock& clock)
      : rest_(rest),
        mirror_(mirror),
        mirror_thread_(mirror_thread),
        parser_(parser),
        clock_(clock) {}

  /// Counts from the next sweep on.
  void configure(SweepOptions options) { configured_ = std::move(options); }

  /// Whatever it fails with, the mirror keeps its last good state plus whole documents of this
  /// sweep, and a later full sweep goes on where it was cut off. `counts` grows as it goes.
  Task<Answer<Done>> sweep(Kind kind, Depth depth, store::KindCounts& counts, std::stop_token stop);

 private:
  struct Kept {  // what a page came with, for apply()
    wire::Page page;
    store::Order asked;
    store::Order answered;
  };

  Task<Answer<WallTime>> begin(Kind kind, Depth depth, std::string& cursor);
  Task<Answer<Done>> walk_users(std::string cursor, store::KindCounts& counts,
                                std::stop_token stop);
  Task<Answer<std::vector<std::string>>> match(Kind kind, std::string filter, std::uint64_t& listed,
                                               store::Order& asked, std::stop_token stop);
  Task<Answer<std::vector<std::string>>> list_ids(Kind kind, std::uint64_t& listed,
                                                  store::Order& asked, std::stop_token stop);
  Task<Answer<std::vector<std::string>>> moved(Kind kind, std::stop_token stop);
  Task<Answer<Done>> fetch(Kind kind, std::vector<std::string> ids, store::KindCounts& counts,
                           std::stop_token stop);
  Task<Answer<std::vector<store::Departure>>> confirm_departed(Kind kind, store::Order asked,
                                                               std::uint64_t& count,
                                                               store::KindCounts& counts,
                                                               std::stop_token stop);
  Task<Answer<Kept>> documents(Kind kind, std::vector<std::string> ids, std::stop_token stop);
  Task<Answer<Done>> keep(Kind kind, Kept kept, std::optional<std::string> cursor,
                          store::KindCounts& counts, std::vector<std::string>& doubtful);
  Task<Answer<std::vector<std::string>>> owners(std::stop_token stop);
  Task<Answer<Done>> run(Kind kind, Depth depth, store::KindCounts& counts, std::stop_token stop);

  Rest& rest_;
  store::MirrorWriter& mirror_;  // touched on its thread only
  Background& mirror_thread_;
  Background& parser_;
  const Clock& clock_;
  SweepOptions configured_;
  SweepOptions options_;             // of the running sweep
  std::vector<std::string> owners_;  // whose patients the running sweep lists
};

}  // namespace icure::sync
