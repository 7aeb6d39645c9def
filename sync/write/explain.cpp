#include "sync/write/explain.h"

namespace icure::sync::write {
namespace {

bool is_fault(int status) {
  // Neither success nor redirect nor a plain refusal: whatever it is, it may pass.
  return status < 400 || status >= 500 || status == 408 || status == 425;
}

Refusal of_gateway(int status) {
  if (status == 401 || status == 403) return Refusal::gateway_login;
  if (is_fault(status)) return Refusal::gateway_fault;
  return Refusal::gateway_refuses;
}

Refusal of_platform(WriteStep step, int status) {
  switch (status) {
    case 400:
    case 406:  // a password that is too short
    case 413:
    case 422:  // an illegal entity, such as a circle of parents
      return Refusal::invalid;
    case 401:
      return step == WriteStep::token ? Refusal::auth_level : Refusal::login;
    case 402:
      return Refusal::quota;
    case 403:
      return Refusal::no_permission;
    case 404:
      // Where nothing is named by id, nothing can be gone.
      return step == WriteStep::create || step == WriteStep::check ? Refusal::other : Refusal::gone;
    case 409:
      return step == WriteStep::create ? Refusal::id_taken : Refusal::conflict;
    default:
      return is_fault(status) ? Refusal::platform_fault : Refusal::other;
  }
}

}  // namespace

Refusal explain(WriteStep step, int status) {
  if (status == 0) return Refusal::no_answer;
  if (status == 429) return Refusal::too_many;
  if (step == WriteStep::send) return of_gateway(status);
  // A login is refused in many words (401, 406, 412, 417); none of them is about this write.
  if (step == WriteStep::login) return is_fault(status) ? Refusal::platform_fault : Refusal::login;
  return of_platform(step, status);
}

}  // namespace icure::sync::write
