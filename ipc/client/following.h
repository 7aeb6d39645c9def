// Commands that go on until they are interrupted, or nobody reads any more.
#pragma once
#include "ipc/client/runner.h"

namespace icure::client {

/// The status, again and again; a daemon that goes down and comes back is part of what is watched.
Exit watch_status(Runner& runner, const Verb& verb, Millis between_looks);

/// Events, also over a restart of the daemon: it is asked for what came meanwhile, and nothing is
/// missed.
Exit tail_events(Runner& runner, const Verb& verb, const Values& values, Millis between_tries);

}  // namespace icure::client
