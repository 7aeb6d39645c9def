// All documents of one kind: the invented ones, made when asked for, and over them whatever was
// changed since.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/sandbox/row.h"

namespace icure::sandbox {

/// What became of a document when it was stored.
enum class Change { created, updated, deleted, undeleted };

class Table {
 public:
  using Listener = std::function<void(const Row&, Change)>;

  Table(const Population& population, Kind kind);

  /// Empty when it never existed or was purged.
  std::optional<Row> find(std::string_view id) const;
  void each_live(const std::function<void(const Row&)>& visit) const;
  /// Stores it under a new revision, which is returned. `doc` has an id; its rev is not looked at.
  std::string store(nlohmann::ordered_json doc);
  /// Called after each `store`, not for purges.
  void listen(Listener listener) { listener_ = std::move(listener); }
  /// Takes back a row that exists.
  void purge(const std::string& id);

  Kind kind() const { return kind_; }
  const Population& population() const { return population_; }
  const std::map<std::string, Entry, std::less<>>& changed() const { return changed_; }
  bool touched(std::uint32_t index) const { return touched_[index]; }
  /// Grows with each change.
  std::uint64_t version() const { return version_; }

 private:
  const Population& population_;
  Kind kind_;
  std::map<std::string, Entry, std::less<>> changed_;
  std::vector<bool> touched_;
  std::uint64_t version_ = 0;
  Listener listener_;
};

}  // namespace icure::sandbox
