// Byte strings put in order, however many there are: an external merge sort. What comes is kept in
// memory, then set down in the file as a sorted run, and in the end all runs are merged. Internal;
// throws SQLite::Exception; changes belong inside a transaction.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sqlite.h"

namespace icure::store {

class SortedRuns {
 public:
  /// With the runs that the file has under that name.
  SortedRuns(SQLite::Database& db, std::string name);

  /// None is empty.
  void add(std::string_view entry);
  /// Of what is in memory.
  std::size_t kept_bytes() const;
  /// What is in memory becomes a run of the file.
  void set_down();
  /// Calls visit(entry) for each one in the order of their bytes, and has none afterwards. What it
  /// read it removes, so that `visit` can write into the same room.
  void merge(const std::function<void(std::string_view)>& visit);
  /// Has only what the file has, as after a transaction was rolled back.
  void forget_kept();

 private:
  class Run;

  struct Kept {
    std::uint64_t beginning = 0;  // first eight bytes as a number: few need be read to be ordered
    std::uint32_t at = 0;         // where it begins in entries_
  };

  void sort_kept();
  void merge_file(const std::function<void(std::string_view)>& visit);
  std::string take_part(std::int64_t number);

  std::string name_;
  std::string entries_;  // in one piece, each after its length
  std::vector<Kept> kept_;
  Query runs_, add_run_, forget_runs_, last_part_, part_, add_part_, remove_part_;
};

}  // namespace icure::store
