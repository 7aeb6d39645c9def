#include "sync/login/scrypt.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <chrono>

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kDigest = 32;
constexpr auto kAim = 100ms;
// Memory is what makes guessing in bulk expensive: it stays, and only the rounds are measured.
constexpr std::uint64_t kN = 1U << 15;
constexpr std::uint64_t kR = 8;
constexpr std::uint64_t kMostRounds = 8;
constexpr std::uint64_t kMostMemory = std::uint64_t{256} << 20;

}  // namespace

std::string scrypt_digest(const Secret& password, const std::string& salt,
                          const store::ScryptCost& cost) {
  std::string digest(kDigest, '\0');
  const auto text = password.reveal();
  const int done =
      EVP_PBE_scrypt(text.data(), text.size(), reinterpret_cast<const unsigned char*>(salt.data()),
                     salt.size(), cost.n, cost.r, cost.p, kMostMemory,
                     reinterpret_cast<unsigned char*>(digest.data()), digest.size());
  return done == 1 ? digest : std::string();
}

bool accepts(const store::Verifier& verifier, const Secret& password) {
  const auto digest = scrypt_digest(password, verifier.salt, verifier.cost);
  return !digest.empty() && digest.size() == verifier.digest.size() &&
         CRYPTO_memcmp(digest.data(), verifier.digest.data(), digest.size()) == 0;
}

void pretend(const Secret& password, const store::ScryptCost& cost) {
  (void)scrypt_digest(password, "somebody whom nobody knows", cost);
}

store::ScryptCost measured_cost() {
  const store::ScryptCost one{kN, kR, 1};
  const Secret password(std::string_view("as long as any"));
  auto fastest = std::chrono::steady_clock::duration::max();
  for (int rounds = 0; rounds < 3; ++rounds) {  // the fastest: others may need the processor too
    const auto begun = std::chrono::steady_clock::now();
    pretend(password, one);
    fastest = std::min(fastest, std::chrono::steady_clock::now() - begun);
  }
  const auto fits = static_cast<std::uint64_t>(kAim / std::max(fastest, decltype(fastest){1ms}));
  return {kN, kR, std::clamp<std::uint64_t>(fits, 1, kMostRounds)};
}

}  // namespace icure::sync
