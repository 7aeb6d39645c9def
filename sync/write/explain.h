// What an answer other than success means, by the step that got it. Pure.
#pragma once
#include "sync/write/refusal.h"

namespace icure::sync::write {

/// A request that carrying out a write makes.
enum class WriteStep {
  check,   ///< Is the person, the e-mail address or the number free? (404: it is.)
  create,  ///< POST of a new document.
  read,    ///< GET of what is to be changed, or was.
  update,  ///< PUT.
  remove,  ///< DELETE.
  login,   ///< The fresh login before a token.
  token,   ///< POST of a token.
  send,    ///< POST to the message gateway.
};

/// `status` is HTTP's; 0 if no whole answer came, or one that made no sense. Never call it with the
/// success of that step. Some answers must be looked into first, and are refusals only if that does
/// not help:
/// - create, 400 or 409: read the chosen id; if it is ours, the step was done before. If another
/// user
///   holds the contact, that is contact_taken, which no status tells.
/// - update or remove, 409: merge and repeat, three times.
/// - remove, 404: it is done.
/// - any but login and send, 401: log in anew and repeat once.
Refusal explain(WriteStep step, int status);

}  // namespace icure::sync::write
