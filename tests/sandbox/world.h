// Everything that the stand-in knows, behind one lock.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "tests/sandbox/auth.h"
#include "tests/sandbox/documents.h"
#include "tests/sandbox/exchange_data.h"
#include "tests/sandbox/options.h"
#include "tests/sandbox/population.h"

namespace icure::sandbox {

/// What the gateway was asked to send.
struct Message {
  std::uint64_t n;
  std::string channel;
  std::string spec;
  std::string to;
  std::string user_id;
  std::string body;
  std::int64_t at;  // epoch ms
};

struct World {
  explicit World(Options given);

  std::string own_user() const { return population.id(Kind::user, 0); }
  std::string own_hcp() const { return population.id(Kind::hcp, 0); }
  /// Whom the daemon's user may read for: its data owner and the ancestors.
  Circle own_circle() const { return documents.circle(own_hcp()); }

  std::mutex mutex;  // guards all that follows; a server's handler holds it while it answers
  Options options;
  Population population;
  Documents documents;
  Credentials credentials;
  Auth auth;
  ExchangeData exchange_data;
  std::vector<Message> messages;
};

std::int64_t now_ms();

}  // namespace icure::sandbox
