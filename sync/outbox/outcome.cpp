#include "sync/outbox/outcome.h"

namespace icure::sync {
namespace {

Outcome::Next next_of(write::Next next) {
  switch (next) {
    case write::Next::retry:
      return Outcome::Next::retry;
    case write::Next::blocked:
      return Outcome::Next::blocked;
    case write::Next::failed:
      break;
  }
  return Outcome::Next::failed;
}

}  // namespace

Outcome plain(Outcome::Next next) {
  Outcome outcome;
  outcome.next = next;
  return outcome;
}

Outcome refused(write::Refusal refusal) {
  const auto& verdict = write::verdict_on(refusal);
  Outcome outcome;
  outcome.next = next_of(verdict.next);
  outcome.text = verdict.text;
  outcome.hint = verdict.hint;
  return outcome;
}

Outcome outcome_of(write::WriteStep step, const Fault& fault) {
  if (fault.cause == Cause::stopping) return plain(Outcome::Next::stopping);
  auto outcome = refused(write::explain(step, fault.status));
  outcome.retry_after = fault.retry_after;
  if (fault.cause != Cause::permission && fault.cause != Cause::refused) {
    outcome.next = Outcome::Next::line;
    outcome.fault = fault;
  }
  return outcome;
}

Outcome unsaved(const Error& error) {
  auto outcome = plain(Outcome::Next::retry);
  outcome.text = error.message;
  outcome.hint = error.hint;
  return outcome;
}

}  // namespace icure::sync
