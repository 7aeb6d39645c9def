#include "sync/decrypt/private_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "daemon/base/hex.h"
#include "sync/decrypt/key_text.h"

namespace icure::sync::decrypt {
namespace {

template <auto Free>
struct FreeBy {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeBy<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, FreeBy<BN_clear_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, FreeBy<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, FreeBy<OSSL_PARAM_free>>;

// The order of JwkNumbers.
constexpr std::array<const char*, 8> kParams = {
    OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,           OSSL_PKEY_PARAM_RSA_D,
    OSSL_PKEY_PARAM_RSA_FACTOR1,   OSSL_PKEY_PARAM_RSA_FACTOR2,     OSSL_PKEY_PARAM_RSA_EXPONENT1,
    OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
constexpr int kFewestBits = 2048;
constexpr int kMostBits = 8192;
constexpr unsigned kExponent = 65537;
// What every SPKI with that exponent ends with, in hex.
constexpr std::string_view kExponentHex = "0203010001";
constexpr std::size_t kV1 = 32;
constexpr std::size_t kV2 = 22;

/// Whether this is one DER sequence with nothing after it. OpenSSL, which tries every decoder that
/// it has, would take milliseconds to say no.
bool is_sequence(View der) {
  static constexpr std::size_t kHead = 4;  // tag, 0x82, two bytes of length: 256 to 65535 bytes
  return der.size() >= kHead && der[0] == 0x30 && der[1] == 0x82 &&
         der.size() - kHead == (static_cast<std::size_t>(der[2]) << 8 | der[3]);
}

Pkey from_der(const Bytes& der) {
  const unsigned char* at = der.data();
  if (!is_sequence(der)) return nullptr;
  return Pkey(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
}

Pkey from_jwk(const JwkNumbers& numbers) {
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  std::array<Number, kParams.size()> kept;  // the builder refers to them
  for (std::size_t at = 0; at < kParams.size(); ++at) {
    kept[at].reset(BN_secure_new());
    const auto& bytes = numbers[at];
    if (!builder || !kept[at] || bytes.size() > kMostBits / 8 + 1 ||
        !BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), kept[at].get()) ||
        OSSL_PARAM_BLD_push_BN(builder.get(), kParams[at], kept[at].get()) != 1) {
      return nullptr;
    }
  }
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.get()) != 1) {
    return nullptr;
  }
  return Pkey(key);
}

Number number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, name, &number);
  return Number(number);
}

/// No part is missing or longer than the modulus: a hostile one would keep a core busy for hours.
bool is_bounded(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < kFewestBits || bits > kMostBits) return false;
  return std::all_of(kParams.begin(), kParams.end(), [&](const char* name) {
    const auto number = number_of(key, name);
    return number && !BN_is_zero(number.get()) && BN_num_bits(number.get()) <= bits;
  });
}

PkeyContext oaep(EVP_PKEY* key, int (*start)(EVP_PKEY_CTX*), OaepHash hash) {
  PkeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  // The hash of MGF1 is left to follow that of OAEP.
  if (!context || start(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_oaep_md(context.get(),
                                   hash == OaepHash::sha1 ? EVP_sha1() : EVP_sha256()) != 1) {
    return nullptr;
  }
  return context;
}

bool open(EVP_PKEY* key, OaepHash hash, View sealed, Bytes& plain) {
  plain.resize(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = plain.size();
  const auto context = sealed.size() == size ? oaep(key, EVP_PKEY_decrypt_init, hash) : nullptr;
  const bool opened = context && EVP_PKEY_decrypt(context.get(), plain.data(), &size, sealed.data(),
                                                  sealed.size()) == 1;
  if (!opened) ERR_clear_error();
  plain.resize(opened ? size : 0);
  return opened;
}

/// Whether what the public half seals, the private half opens.
bool is_pair(EVP_PKEY* key) {
  static constexpr std::string_view kProbe = "are you two a pair?";
  const auto context = oaep(key, EVP_PKEY_encrypt_init, OaepHash::sha256);
  Bytes sealed(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = sealed.size();
  Bytes opened;
  return context &&
         EVP_PKEY_encrypt(context.get(), sealed.data(), &size, as_bytes(kProbe).data(),
                          kProbe.size()) == 1 &&
         open(key, OaepHash::sha256, sealed, opened) && as_text(opened) == kProbe;
}

std::string spki_hex_of(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) return {};
  auto text = to_hex({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return text;
}

char lower(char letter) {
  return letter >= 'A' && letter <= 'F' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

}  // namespace

std::optional<std::string> fingerprint_of(std::string_view text) {
  if (text.size() != kV2) {
    if (text.size() < kV1 || !text.ends_with(kExponentHex)) return std::nullopt;
    text = text.substr(text.size() - kV1, kV2);
  }
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), lower);
  if (name.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
  return name;
}

struct PrivateKey::Numbers {
  Pkey key;
};

PrivateKey::PrivateKey(std::unique_ptr<Numbers> numbers, std::string spki_hex)
    : numbers_(std::move(numbers)), spki_hex_(std::move(spki_hex)) {}
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;
PrivateKey::~PrivateKey() = default;

Result<PrivateKey> PrivateKey::take_in(View text) {
  auto read = read_key_text(text);
  if (!read) return read.error();
  const auto* der = std::get_if<Der>(&*read);
  auto key = der ? from_der(der->bytes) : from_jwk(std::get<JwkNumbers>(*read));
  ERR_clear_error();
  if (!key) {
    return Error{Code::invalid, "this is not a whole private key",
                 "give the key as it was exported, uncut and not encrypted"};
  }
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1) {
    return Error{Code::invalid, "this is not an RSA key", "the platform's keys are RSA keys"};
  }
  if (!is_bounded(key.get())) {
    return Error{Code::invalid, "the RSA key is not of 2048 to 8192 bits, or not whole",
                 "export the key again from the application that uses it"};
  }
  const auto exponent = number_of(key.get(), OSSL_PKEY_PARAM_RSA_E);
  const bool pair = BN_is_word(exponent.get(), kExponent) == 1 && is_pair(key.get());
  auto spki_hex = spki_hex_of(key.get());
  ERR_clear_error();
  if (!pair || spki_hex.empty()) {
    return Error{Code::invalid, "the private and the public part do not belong together",
                 "export the key again from the application that uses it"};
  }
  auto numbers = std::make_unique<Numbers>();
  numbers->key = std::move(key);
  return PrivateKey(std::move(numbers), std::move(spki_hex));
}

std::string PrivateKey::fingerprint_v1() const {
  return spki_hex_.substr(spki_hex_.size() - kV1);
}

std::string PrivateKey::fingerprint_v2() const {
  return spki_hex_.substr(spki_hex_.size() - kV1, kV2);
}

Secret PrivateKey::to_pkcs8() const {
  std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeBy<PKCS8_PRIV_KEY_INFO_free>> info(
      EVP_PKEY2PKCS8(numbers_->key.get()));
  const int size = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr) : 0;
  if (size <= 0) std::abort();  // no memory: the key was whole when it was taken in
  auto der = Secret::zeroed(static_cast<std::size_t>(size));
  unsigned char* at = der.data();
  i2d_PKCS8_PRIV_KEY_INFO(info.get(), &at);
  return der;
}

bool PrivateKey::decrypt(OaepHash hash, View sealed, Bytes& plain) const {
  return open(numbers_->key.get(), hash, sealed, plain);
}

}  // namespace icure::sync::decrypt
