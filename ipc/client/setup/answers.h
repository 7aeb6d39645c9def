// What an administrator says once: kept in a file of its own beside the configuration, so that no
// line that a person wrote is ever touched.
#pragma once
#include <string>

#include "daemon/base/result.h"
#include "ipc/client/failure.h"

namespace icure::client {

struct Answers {
  std::string url = {};
  std::string login = {};
  std::string password_file = {};  ///< Empty: a credential of the service.
  std::string key_file = {};       ///< As password_file.
  std::string gateway_url = {};
  std::string spec_id = {};
  std::string group = {};  ///< Of this machine, whose members may ask the daemon; empty: no rule.
  std::string role = {};   ///< Of that group.
};

/// Where they are kept: `conf.d/setup.toml` beside the configuration, whose values win over it.
std::string answers_file(const std::string& config);

/// What the configuration says already, the kept answers first. Fails with "invalid" if one of the
/// two files cannot be read.
Result<Answers, Failure> known_answers(const std::string& config);

/// The file, as TOML.
std::string text_of(const Answers& answers);

}  // namespace icure::client
