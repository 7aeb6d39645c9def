// Random changes of all sorts, for tests that compare a mirror with the truth after a storm.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "tests/sandbox/world.h"

namespace icure::sandbox {

/// Makes `count` changes that follow from the seed and the present state; the daemon's own user,
/// data owner and organisation are spared. Returns [{"op","kind","id","rev"}]. Call it with the
/// world's lock held.
nlohmann::json mutate(World& world, std::uint64_t seed, std::size_t count);

}  // namespace icure::sandbox
