#include "sync/outbox/mint_token.h"

#include "sync/outbox/invite_form.h"
#include "sync/write/explain.h"

namespace icure::sync {
namespace {

Error refusal_of(const Fault& fault) {
  const auto refusal = write::explain(write::WriteStep::token, fault.status);
  const auto& verdict = write::verdict_on(refusal);
  Error error{Code::blocked, std::string(verdict.text), std::string(verdict.hint)};
  error.retry_after = fault.retry_after;
  switch (refusal) {
    case write::Refusal::gone:
      return {Code::not_found, "the platform knows no such user", "look the user up by name"};
    case write::Refusal::no_permission:
    case write::Refusal::quota:
      error.code = Code::forbidden;
      return error;
    default:
      break;
  }
  if (fault.cause == Cause::permission || fault.cause == Cause::refused) return error;
  const auto why = explain(fault.cause);
  error.message = why.text;
  error.hint = why.hint;
  const bool waits = fault.cause == Cause::rate_limited || fault.cause == Cause::stopping;
  error.code = waits ? Code::unavailable : Code::offline;
  return error;
}

}  // namespace

Task<Result<Secret>> mint_token(UserCalls& users, Random& random, std::string user,
                                std::string label, std::chrono::seconds validity,
                                std::stop_token stop) {
  auto token = new_token(random);
  auto set = co_await users.set_token(std::move(user), std::move(label), token.copy(), validity,
                                      std::move(stop));
  if (!set) co_return refusal_of(set.error());
  co_return token;
}

}  // namespace icure::sync
