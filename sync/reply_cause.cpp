#include "sync/reply_cause.h"

namespace icure::sync {

Cause cause_of(const HttpReply& reply, Cause of_401) {
  // A fault page of the platform's own front door is a web page as well.
  if (reply.status == 511 || (reply.html && reply.status < 500)) return Cause::captive_portal;
  switch (reply.status) {
    case 401:
      return of_401;
    case 402:
    case 403:
      return Cause::permission;
    case 407:
      return Cause::proxy;
    case 429:
      return Cause::rate_limited;
    default:
      break;
  }
  if (reply.status >= 500) return Cause::server;
  if (reply.status >= 300 && reply.status < 400) return Cause::captive_portal;
  return reply.status >= 400 ? Cause::refused : Cause::bad_answer;
}

}  // namespace icure::sync
