// The stand-in message gateway: takes e-mails and SMS, and keeps them for the test to read.
#pragma once

#include "tests/sandbox/routes.h"
#include "tests/sandbox/world.h"

namespace icure::sandbox {

/// On the gateway server's thread only. `world` outlives it.
class Gateway {
 public:
  explicit Gateway(World& world);

  Reply answer(const Request& request);

 private:
  Reply take(const char* channel, const Call& call);

  World& world_;
  Routes routes_;
};

}  // namespace icure::sandbox
