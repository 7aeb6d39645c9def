// Gateway: the service that sends e-mails and text messages for the clinic. It is another server
// than the platform, and knows us by the name and password that the platform knows.
#pragma once
#include <optional>
#include <string>

#include "sync/session.h"
#include "sync/write/message.h"

namespace icure::sync {

struct GatewayAccount {
  std::string spec_id;  ///< Which of the gateway's customers we are.
  Login login;
};

/// Loop thread only; outlives its tasks.
class Gateway {
 public:
  /// `http` leads to the gateway.
  explicit Gateway(Http& http) : http_(http) {}

  /// What counts from the next message on; nothing: there is no gateway.
  void configure(std::optional<GatewayAccount> account) { account_ = std::move(account); }
  bool configured() const { return account_.has_value(); }

  /// Hands a message over. A success of any kind is Done; any other answer is a Fault with its
  /// status. A fault that says `went_out` may have sent it all the same, and so may a status of 502
  /// or 504: the answer was lost behind the gateway's front door. Requires configured().
  Task<Answer<Done>> send_email(std::string address, std::string from, write::Email email,
                                std::stop_token stop);
  /// `number` as E.164.
  Task<Answer<Done>> send_sms(std::string number, write::Sms sms, std::stop_token stop);

 private:
  Task<Answer<Done>> send(std::string_view channel, std::string recipient, Secret body,
                          std::stop_token stop);

  Http& http_;
  std::optional<GatewayAccount> account_;
};

}  // namespace icure::sync
