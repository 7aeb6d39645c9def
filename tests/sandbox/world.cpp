#include "tests/sandbox/world.h"

#include <chrono>

namespace icure::sandbox {

World::World(Options given)
    : options(std::move(given)),
      population(options.seed, {options.users, options.hcps, options.patients, options.devices},
                 options.login, options.cardinal ? Model::cardinal : Model::full),
      documents(population),
      credentials(options, documents),
      auth(options, documents, credentials) {}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace icure::sandbox
