// The documents that carry keys between data owners.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace icure::sandbox {

class ExchangeData {
 public:
  using Json = nlohmann::ordered_json;

  /// By the names of the control port: "exchangedata", "exchangedatamap" and "recoverydata".
  static bool is_kind(std::string_view name);
  /// Stores it under a first revision, which is returned. Empty when the id is taken; throws what
  /// nlohmann throws when it has none.
  std::optional<std::string> add(std::string_view kind, Json doc);
  /// Replaces exchange data that is at the revision in `doc`; empty when it is not. Returns the new
  /// one.
  std::optional<std::string> replace(Json doc);
  /// Null when there is none.
  const Json* find(const std::string& id) const;
  const Json* find_map(const std::string& id) const;
  const Json* find_recovery(const std::string& id) const;
  /// In the order of their ids, from `start` on, those in which that data owner has a part.
  void each_of(const std::string& participant, const std::string& start,
               const std::function<void(const Json&)>& visit) const;

 private:
  std::map<std::string, Json> data_;
  std::map<std::string, Json> maps_;
  std::map<std::string, Json> recovery_;
};

}  // namespace icure::sandbox
