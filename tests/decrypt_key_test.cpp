// Private keys are taken in from every form in which people have them, and from no other.
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

#include <algorithm>
#include <random>

#include "tests/support/decrypt_vectors.h"
#include "tests/support/seal.h"

namespace icure::sync::decrypt {
namespace {

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

const Json& some_pair() {
  return vector_named("L1-self-simple").at("keyPairs").at(0);
}

std::string some_der() {
  return text_from_hex(some_pair().at("privateKeyPkcs8Hex").get<std::string>());
}

Json some_jwk() {
  return Json::parse(some_pair().at("sdkStorage").at("value").get<std::string>()).at("privateKey");
}

std::string pem_of(std::string_view label, std::string_view der) {
  auto text = base64_of(der);
  std::string pem = "-----BEGIN " + std::string(label) + "-----\n";
  for (std::size_t at = 0; at < text.size(); at += 64) pem += text.substr(at, 64) + "\n";
  return pem + "-----END " + std::string(label) + "-----\n";
}

std::string der_of(EVP_PKEY* key) {
  unsigned char* out = nullptr;
  const int size = i2d_PrivateKey(key, &out);
  std::string der(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return der;
}

std::string pkcs8_of(EVP_PKEY* key) {
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, decltype(&PKCS8_PRIV_KEY_INFO_free)> info(
      EVP_PKEY2PKCS8(key), PKCS8_PRIV_KEY_INFO_free);
  unsigned char* out = nullptr;
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &out);
  std::string der(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return der;
}

Pkey load(const std::string& der) {
  const auto* at = as_bytes(der).data();
  return {d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())), EVP_PKEY_free};
}

/// As some writers of JSON leave it.
std::string with_escaped_slashes(std::string json) {
  for (auto at = json.find('/'); at != json.npos; at = json.find('/', at + 2))
    json.insert(at, "\\");
  return json;
}

/// The refusal's message, which tells a person what is wrong.
std::string refusal(const std::string& text) {
  const auto key = PrivateKey::take_in(as_bytes(text));
  if (key) return "taken";
  EXPECT_EQ(key.error().code, Code::invalid);
  EXPECT_FALSE(key.error().hint.empty());
  return key.error().message;
}

TEST(PrivateKeyTest, IsTheSameKeyInEveryForm) {
  const auto der = some_der();
  const auto hex = hex_of(der);
  auto upper = hex;
  std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
  auto wrapped = base64_of(der);
  for (std::size_t at = 64; at < wrapped.size(); at += 65) wrapped.insert(at, "\n");
  const auto pkcs1 = der_of(load(der).get());  // the old form of RSA keys
  ASSERT_NE(pkcs1, der);
  const Json pair = {{"publicKey", {{"n", "AQAB"}}}, {"privateKey", some_jwk()}};
  const std::vector<std::string> forms = {
      der,
      hex,
      "  " + upper + "\r\n",
      base64_of(der),
      wrapped,
      pem_of("PRIVATE KEY", der),
      "\n" + pem_of("PRIVATE KEY", der),
      pkcs1,
      pem_of("RSA PRIVATE KEY", pkcs1),
      some_jwk().dump(),
      some_jwk().dump(2),
      pair.dump(),
      Json{{"privateKey", base64_of(der)}}.dump(),
      with_escaped_slashes(Json{{"privateKey", base64_of(der)}}.dump()),
  };
  for (std::size_t at = 0; at < forms.size(); ++at) {
    SCOPED_TRACE(at);
    const auto key = key_from(forms[at]);
    EXPECT_EQ(key.spki_hex(), some_pair().at("publicKeySpkiHex"));
    EXPECT_TRUE(key.to_pkcs8().equals(Secret(der)));
  }
}

TEST(PrivateKeyTest, RefusesWhatIsNoneAndSaysWhatItIs) {
  const auto der = some_der();
  EXPECT_EQ(refusal(""), "this is not a private key");
  EXPECT_EQ(refusal("hello"), "this is not a private key");
  EXPECT_EQ(refusal("{"), "the text starts like JSON and is none");
  EXPECT_EQ(refusal("{}"), "the JWK lacks a member of an RSA private key, or one is not base64url");
  EXPECT_EQ(refusal(R"({"privateKey":7})"), "this is not a private key");
  EXPECT_EQ(refusal(std::string(70000, 'a')), "this is too long for a private key");
  EXPECT_EQ(refusal(pem_of("ENCRYPTED PRIVATE KEY", der)),
            "the private key is protected by a password");
  EXPECT_EQ(refusal(pem_of("PUBLIC KEY", der)), "this is a public key");
  EXPECT_EQ(refusal(pem_of("CERTIFICATE", der)), "this is not a private key");
  EXPECT_EQ(refusal(pem_of("PRIVATE KEY", der) + pem_of("PRIVATE KEY", der)),
            "something follows the private key");
  EXPECT_EQ(refusal(pem_of("PRIVATE KEY", der).substr(0, 200)), "the PEM text is cut off");
  EXPECT_EQ(refusal(der + "x"), "this is not a whole private key");
  EXPECT_EQ(refusal(text_from_hex(some_pair().at("publicKeySpkiHex").get<std::string>())),
            "this is not a whole private key");
  auto jwk = some_jwk();
  jwk.erase("d");
  EXPECT_EQ(refusal(jwk.dump()), "the JWK has no private part");
  jwk = some_jwk();
  jwk["q"] = "!";
  EXPECT_EQ(refusal(jwk.dump()),
            "the JWK lacks a member of an RSA private key, or one is not base64url");
}

TEST(PrivateKeyTest, RefusesKeysThatThePlatformHasNoUseFor) {
  // Keys that may only sign are RSA keys of another name.
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA-PSS", nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* made = nullptr;
  ASSERT_EQ(EVP_PKEY_keygen_init(context.get()), 1);
  ASSERT_EQ(EVP_PKEY_generate(context.get(), &made), 1);
  const Pkey signing(made, EVP_PKEY_free);
  EXPECT_EQ(refusal(pkcs8_of(signing.get())), "this is not an RSA key");
  const Pkey elliptic(EVP_EC_gen("P-521"), EVP_PKEY_free);
  EXPECT_EQ(refusal(der_of(elliptic.get())), "this is not a whole private key");
  const Pkey small(EVP_RSA_gen(1024), EVP_PKEY_free);
  EXPECT_EQ(refusal(der_of(small.get())), "the RSA key is not of 2048 to 8192 bits, or not whole");
}

TEST(PrivateKeyTest, RefusesHalvesOfTwoPairs) {
  const auto& other = vector_named("L1b-self-unicode").at("keyPairs").at(0);
  const auto foreign =
      Json::parse(other.at("sdkStorage").at("value").get<std::string>()).at("privateKey");
  auto jwk = some_jwk();
  jwk["n"] = foreign["n"];
  EXPECT_EQ(refusal(jwk.dump()), "the private and the public part do not belong together");
  jwk = some_jwk();
  jwk["e"] = "Aw";  // 3
  EXPECT_EQ(refusal(jwk.dump()), "the private and the public part do not belong together");
  jwk = some_jwk();
  jwk["p"] = std::string(1366, 'A').replace(0, 1, "B");  // longer than n: would take very long
  EXPECT_EQ(refusal(jwk.dump()), "the RSA key is not of 2048 to 8192 bits, or not whole");
}

TEST(PrivateKeyTest, SurvivesEveryCutAndAnyFlippedBits) {
  const auto der = some_der();
  const auto hex = hex_of(der);
  const auto jwk = some_jwk().dump();
  for (std::size_t size = 0; size < der.size(); ++size) {
    EXPECT_NE(refusal(der.substr(0, size)), "taken") << size;
  }
  for (std::size_t size = 0; size < hex.size(); size += 7) {
    EXPECT_NE(refusal(hex.substr(0, size)), "taken") << size;
  }
  for (std::size_t size = 0; size < jwk.size(); ++size) {
    EXPECT_NE(refusal(jwk.substr(0, size)), "taken") << size;
  }
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << "\n";
  std::mt19937 random(seed);
  for (int round = 0; round < 400; ++round) {
    auto bent = round % 2 ? der : jwk;
    auto& byte = bent[random() % bent.size()];
    byte = static_cast<char>(byte ^ (1 << random() % 8));
    const auto key = PrivateKey::take_in(as_bytes(bent));
    if (!key) continue;
    // OpenSSL does without a bent prime; what was taken is a pair, and says whose.
    Bytes plain;
    EXPECT_TRUE(key->decrypt(OaepHash::sha1,
                             as_bytes(seal_rsa(key->spki_hex(), OaepHash::sha1, "x")), plain));
    EXPECT_EQ(as_text(plain), "x");
  }
}

TEST(FingerprintTest, IsTheSameForBothFormsAndTheWholeKey) {
  const auto key = key_from(some_der());
  const auto name = key.fingerprint_v2();
  EXPECT_EQ(name.size(), 22u);
  EXPECT_EQ(fingerprint_of(key.spki_hex()), name);
  EXPECT_EQ(fingerprint_of(key.fingerprint_v1()), name);
  EXPECT_EQ(fingerprint_of(name), name);
  for (const auto* text : {"", "x", "0203010001", "zzzzzzzzzzzzzzzzzzzzzz"}) {
    EXPECT_EQ(fingerprint_of(text), std::nullopt) << text;
  }
}

TEST(KeyRingTest, TakesOnlyKeysThatTheOwnerLists) {
  const auto spki = some_pair().at("publicKeySpkiHex").get<std::string>();
  KeyRing ring;
  EXPECT_EQ(ring.add(R"({"id":"a"})", key_from(some_der())).error().code, Code::not_found);
  EXPECT_EQ(ring.add("nonsense", key_from(some_der())).error().code, Code::corrupt);
  const Json both = {{"id", "a"}, {"publicKey", spki}, {"publicKeysForOaepWithSha256", {spki}}};
  EXPECT_EQ(ring.add(both.dump(), key_from(some_der())).error().code, Code::corrupt);
  const Json newer = {{"id", "a"}, {"publicKeysForOaepWithSha256", {spki}}};
  ASSERT_TRUE(ring.add(newer.dump(), key_from(some_der())));
  ASSERT_TRUE(ring.add(newer.dump(), key_from(some_der())));
  ASSERT_EQ(ring.entries().size(), 1u);
  EXPECT_EQ(ring.entries()[0].hash, OaepHash::sha256);
  const Json older = {{"id", "b"}, {"aesExchangeKeys", {{spki, Json::object()}, {"x1", {}}}}};
  const auto keys = public_keys(older.dump());
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_EQ(keys->at(0).hash, OaepHash::sha1);
}

}  // namespace
}  // namespace icure::sync::decrypt
