// The four tables together, and who may see which patient.
#pragma once

#include <array>
#include <set>
#include <string>
#include <vector>

#include "tests/sandbox/table.h"
#include "tests/sandbox/user_index.h"

namespace icure::sandbox {

/// A user's data owner and its ancestors. What any of them may see, the user may.
using Circle = std::set<std::string, std::less<>>;

class Documents {
 public:
  explicit Documents(const Population& population);
  Documents(const Documents&) = delete;  // the index points into the tables
  Documents& operator=(const Documents&) = delete;

  Table& table(Kind kind) { return tables_[slot(kind)]; }
  const Table& table(Kind kind) const { return tables_[slot(kind)]; }
  const Population& population() const { return population_; }
  const UserIndex& users() const { return users_; }

  /// Any kind but users; soft-deleted ones are not found.
  std::optional<Row> live_owner(std::string_view id) const;
  /// The data owner that a user stands for; empty text for none.
  static std::string owner_of(const Facts& user);
  /// The owner itself first, then its parents, at most five in all.
  std::vector<Row> hierarchy(const std::string& owner) const;
  Circle circle(const std::string& owner) const;
  static bool visible(const Row& row, const Circle& circle);
  /// Grows with each change of any document.
  std::uint64_t version() const;

 private:
  const Population& population_;
  std::array<Table, 4> tables_;
  UserIndex users_;
};

}  // namespace icure::sandbox
