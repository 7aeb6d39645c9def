#include "ipc/fair_share.h"

#include <algorithm>

namespace icure::ipc {

int FairShare::of(const void* client, uid_t user, std::uint64_t turn, Millis now) {
  const bool crowded = client_.has_others(client, now);
  const bool several_users = user_.has_others(user, now);
  auto& taken = taken_[user];
  if (taken.turn != turn) taken = {turn};
  if (!crowded) return kAlone;
  return several_users ? std::clamp(kOfAUser - taken.requests, 0, kOfAClient) : kOfAClient;
}

}  // namespace icure::ipc
