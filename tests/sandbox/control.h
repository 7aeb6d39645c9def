// The control port: a test looks at the truth, changes it, and breaks the line. Described in
// README.md.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tests/sandbox/faults.h"
#include "tests/sandbox/http_server.h"
#include "tests/sandbox/journal.h"
#include "tests/sandbox/notifier.h"
#include "tests/sandbox/routes.h"
#include "tests/sandbox/world.h"

namespace icure::sandbox {

/// What the control port acts on; all of it outlives the routes.
struct Bench {
  World& world;
  Journal& journal;
  Faults& faults;
  HttpServer& platform;
  HttpServer& gateway;
  Notifier& notifier;
};

/// The truth, and changes to it.
void add_data_controls(Routes& routes, Bench& bench);
/// Line, faults, journal, messages.
void add_line_controls(Routes& routes, Bench& bench);
/// Logins and users.
void add_people_controls(Routes& routes, Bench& bench);
/// Websockets.
void add_live_controls(Routes& routes, Bench& bench);

/// Wraps a handler that wants a JSON object; anything else is answered with 400, as is what the
/// handler throws.
Routes::Handler with_json(std::function<Reply(const nlohmann::json&)> handler);

}  // namespace icure::sandbox
