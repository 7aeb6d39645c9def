// The REST interface of the stand-in platform.
#pragma once

#include <map>
#include <string>

#include "tests/sandbox/routes.h"
#include "tests/sandbox/world.h"

namespace icure::sandbox {

/// On the platform server's thread only, but for `warm_up` before that starts.
class Platform {
 public:
  /// `world` outlives it.
  explicit Platform(World& world);

  /// For a line that needs more than the world, such as a websocket's.
  Routes& routes() { return routes_; }

  Reply answer(const Request& asked);
  /// Makes all pages of users, so that a benchmark never waits for one.
  void warm_up();

 private:
  /// Without a group in the path.
  Reply own_answer(const Request& request);
  /// From memory if it was asked before.
  Reply kept_answer(const Request& request, const Caller& caller);

  World& world_;
  Routes routes_;
  // Answers to reads, kept as they were made until a document changes. Only with --replay.
  std::map<std::string, Reply> kept_;
  std::uint64_t kept_version_ = 0;
};

// One per file; each adds its lines to the table. `world` outlives the routes.
void add_auth_routes(Routes& routes, World& world);
void add_user_routes(Routes& routes, World& world);
void add_owner_routes(Routes& routes, World& world);
void add_entity_routes(Routes& routes, World& world);
void add_bulk_routes(Routes& routes, World& world);
void add_write_routes(Routes& routes, World& world);
void add_token_routes(Routes& routes, World& world);
void add_exchange_routes(Routes& routes, World& world);

}  // namespace icure::sandbox
