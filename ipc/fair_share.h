// How many requests of a client are handled in one turn of the loop, so that who sends without end
// delays nobody else. Pure.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "daemon/base/clock.h"

namespace icure::ipc {

/// Who is alone may fill a turn. While others ask too, each client has a small part of it; while
/// other users of the machine do, all clients of one user have one part together.
class FairShare {
 public:
  static constexpr int kAlone = 128;     ///< Requests; about 0.3 ms.
  static constexpr int kOfAClient = 4;   ///< Beside other clients.
  static constexpr int kOfAUser = 16;    ///< Beside clients of other users.
  static constexpr Millis kMoment{100};  ///< For so long the others count after they asked.

  /// Requests that this client may have handled now; `now` never goes back.
  int of(const void* client, uid_t user, std::uint64_t turn, Millis now);
  /// How many of those it had.
  void took(uid_t user, int requests) { taken_[user].requests += requests; }

 private:
  /// Who asked last, and when it last was another one than before.
  template <class Who>
  struct Latest {
    std::optional<Who> who;
    std::optional<Millis> changed;

    bool has_others(const Who& asks, Millis now) {
      if (who && *who != asks) changed = now;
      who = asks;
      return changed && now - *changed < kMoment;
    }
  };
  struct Taken {
    std::uint64_t turn = 0;
    int requests = 0;
  };

  Latest<const void*> client_;
  Latest<uid_t> user_;
  std::unordered_map<uid_t, Taken> taken_;  // few
};

}  // namespace icure::ipc
