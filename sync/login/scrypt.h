// Passwords made into what accepts them and does not tell them (scrypt, by OpenSSL). Each call
// takes about 100 ms and much memory on purpose: never on the loop thread.
#pragma once
#include <string>

#include "daemon/base/secret.h"
#include "store/login.h"

namespace icure::sync {

/// A cost of about 100 ms on this machine, as it is loaded now; 32 MiB at least.
store::ScryptCost measured_cost();

/// What scrypt makes of the password; empty if the cost is beyond all measure.
std::string scrypt_digest(const Secret& password, const std::string& salt,
                          const store::ScryptCost& cost);

/// In constant time once the digest is made.
bool accepts(const store::Verifier& verifier, const Secret& password);

/// Takes as long as accepts() with that cost: where there is nothing to compare with.
void pretend(const Secret& password, const store::ScryptCost& cost);

}  // namespace icure::sync
