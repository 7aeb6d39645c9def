// What apply() has accepted and not committed yet. Internal.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/document_press.h"

namespace icure::store {

/// What is held back of one kind.
struct HeldKind {
  std::vector<Staged> documents;
  std::optional<FreshDictionary> dictionary;
  std::optional<std::string> cursor;
  std::vector<std::int64_t> walked;  ///< Rows in the pages before the cursor that did not change.
};

class HeldBack {
 public:
  HeldKind& operator[](Kind kind) { return kinds_[index_of(kind)]; }

  void add(Kind kind, std::vector<Staged> documents);
  void add_cursor(Kind kind, const std::string& cursor);
  bool empty() const { return rows_ == 0 && !cursor_; }
  bool has_rows() const { return rows_ != 0; }
  /// It is time to commit.
  bool due() const;
  void clear() { *this = HeldBack(); }

 private:
  using Steady = std::chrono::steady_clock;

  std::array<HeldKind, kAllKinds.size()> kinds_;
  std::size_t rows_ = 0;
  std::size_t bytes_ = 0;
  bool cursor_ = false;
  Steady::time_point since_{};  // of the oldest thing held back
};

}  // namespace icure::store
