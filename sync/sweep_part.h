// What a sweep knows of one of its kinds while it is under way. Internal to sweep*.cpp.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sync/sweep.h"

namespace icure::sync {

struct Sweeper::Part {
  Part(Kind k, store::KindCounts& c) : kind(k), counts(c) {}

  Kind kind;
  store::KindCounts& counts;
  std::optional<Fault> fault;  // then nothing more is done for it
  bool done = false;

  WallTime as_of{};                       // what `as_of` will be
  std::vector<std::string> owners;        // whose patients are listed
  store::Order asked = 0;                 // when the first list was asked for
  std::optional<WallTime> asked_at;       // by the platform's clock
  std::uint64_t listed = 0;               // ids on all lists
  std::uint64_t unknown = 0;              // of them, those that the mirror lacked
  std::uint64_t held = 0;                 // rows that the mirror had then
  std::vector<std::string> disabled_ids;  // of a plan: users whose status left ACTIVE
  std::uint64_t disabled = 0;             // how many those are
  bool pull = false;                      // read every document instead of every stub
  std::unique_ptr<store::Press> press;    // used on the parser's thread
};

/// Documents as they came, for the mirror to judge.
struct Sweeper::Kept {
  wire::Page page;
  std::vector<std::string> wanted;  // by id; empty for a page of a walk
  store::Order asked;
  store::Order answered;
};

}  // namespace icure::sync
