// What goes over a notification websocket, as text. Pure.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/kind.h"
#include "sync/cause.h"

namespace icure::sync {

/// That something changed. Never believed by itself: what differs from the mirror is read by id.
struct Hint {
  std::string id;
  std::string rev;
  bool takes_away = false;  ///< It is deleted, or a user that is not active.
};

/// platform: a frame is the entity's bare JSON. Fails with bad_answer.
Answer<Hint> parse_hint(Kind kind, std::string frame);

/// The first message of a socket: one for each kind. `patients_of` are data owner ids; only for
/// patients, where it must not be empty.
std::string subscription(Kind kind, const std::vector<std::string>& patients_of);

}  // namespace icure::sync
