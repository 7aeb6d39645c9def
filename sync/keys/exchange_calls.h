// ExchangeCalls: the platform's documents of keys: those that two data owners share, and those that
// somebody put away for the day that a device is lost.
#pragma once
#include <optional>
#include <string>

#include "sync/session.h"
#include "sync/wire.h"

namespace icure::sync {

/// Loop thread only; outlives its tasks.
class ExchangeCalls {
 public:
  explicit ExchangeCalls(Session& session) : session_(session) {}

  /// `GET /exchangedata/byParticipant?dataOwnerId=`: a page of what the data owner gave or got.
  /// `from` is the `start_id` of the page before's `next`; empty: the first. Fails as
  /// Session::send does, and with the status of any answer that is no success.
  Task<Answer<wire::Page>> page_of(std::string owner, std::string from, std::stop_token stop);

  /// `GET /recoverydata/{id}`: the document. Fails likewise; with status 404 if there is none.
  Task<Answer<std::string>> recovery_data(std::string id, std::stop_token stop);

 private:
  Task<Answer<std::string>> get(std::string target, std::string what, std::stop_token stop);

  Session& session_;
};

}  // namespace icure::sync
