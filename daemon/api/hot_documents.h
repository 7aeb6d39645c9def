// The documents that are asked for again and again, ready to be sent.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>

#include "daemon/base/kind.h"
#include "store/mirror.h"

namespace icure::api {

/// Keeps documents as callers get them whose rules hide nothing, as long as the mirror does not
/// change at all: a clinic's programs ask for the same few thousand between two changes. Loop
/// thread only.
class HotDocuments {
 public:
  /// The document as of the mirror's state `now`; null if it is not kept.
  const std::string* find(Kind kind, std::string_view id, store::Changes now);

  /// Keeps a copy of what was read of the mirror's state `seen`.
  void keep(Kind kind, std::string_view id, const std::string& document, store::Changes seen);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  void turn_to(store::Changes state);

  std::array<std::unordered_map<std::string, std::string, Hash, std::equal_to<>>, kAllKinds.size()>
      kept_;
  std::size_t bytes_ = 0;
  store::Changes state_ = 0;
};

}  // namespace icure::api
