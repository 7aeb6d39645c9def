// How many patients a second one core makes readable, for each format, beside what the bare calls
// of OpenSSL for the same ciphertexts cost.
//
//   bench-decrypt --vectors tests/data/decrypt_vectors.json [--seconds S] [--note BYTES]
//
// One JSON line for each format. "bare" deciphers the same entity keys and parts from bytes that
// lie ready, with reused contexts, and does nothing else: no JSON, no base64, no check, no copy.
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "sync/decrypt/encoding.h"
#include "sync/decrypt/patient.h"
#include "tests/support/seal.h"

namespace icure::sync::decrypt {
namespace {

using Json = nlohmann::json;

/// What one call to OpenSSL is given.
struct Sealed {
  std::string key;
  Bytes text;
};

class Bare {
 public:
  explicit Bare(std::vector<Sealed> sealed) : sealed_(std::move(sealed)) {
    EVP_DecryptInit_ex2(small_, EVP_aes_128_cbc(), nullptr, nullptr, nullptr);
    EVP_DecryptInit_ex2(large_, EVP_aes_256_cbc(), nullptr, nullptr, nullptr);
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;
  ~Bare() {
    EVP_CIPHER_CTX_free(small_);
    EVP_CIPHER_CTX_free(large_);
  }

  void once() {
    for (const auto& sealed : sealed_) {
      auto* context = sealed.key.size() == 16 ? small_ : large_;
      int size = 0;
      plain_.resize(sealed.text.size());
      EVP_DecryptInit_ex2(context, nullptr, as_bytes(sealed.key).data(), sealed.text.data(),
                          nullptr);
      EVP_DecryptUpdate(context, plain_.data(), &size, sealed.text.data() + 16,
                        static_cast<int>(sealed.text.size() - 16));
      if (EVP_DecryptFinal_ex(context, plain_.data() + size, &size) != 1) std::abort();
    }
  }

 private:
  std::vector<Sealed> sealed_;
  EVP_CIPHER_CTX* small_ = EVP_CIPHER_CTX_new();
  EVP_CIPHER_CTX* large_ = EVP_CIPHER_CTX_new();
  Bytes plain_;
};

/// Nanoseconds of the processor that one call takes, whatever else the machine does.
double measure(double seconds, const std::function<void()>& call) {
  const auto start = std::clock();
  std::size_t calls = 0;
  double taken = 0;
  do {
    for (int at = 0; at < 100; ++at) call();
    calls += 100;
    taken = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  } while (taken < seconds);
  return taken * 1e9 / static_cast<double>(calls);
}

const std::string kExchangeKey = "an exchange key of 32 bytes long";

struct Format {
  const char* name;
  const char* vector;  // whose patient is taken; its ciphertexts are made anew under known keys
  std::size_t key_size;
};

constexpr Format kFormats[] = {
    {"legacy, AES-128", "L1-self-simple", 16},
    {"legacy, AES-256", "L1-self-simple", 32},
    {"legacy, 3 nested parts", "L3-nested", 16},
    {"secure delegations, explicit", "N1-self-explicit", 32},
    {"secure delegations, anonymous", "N7-all-anonymous", 32},
    {"secure delegations, nested", "N6-nested", 32},
};

const Json& vector_of(const Json& vectors, std::string_view id) {
  return *std::find_if(vectors.begin(), vectors.end(),
                       [&](const auto& vector) { return vector.at("id") == id; });
}

/// Seals the same members again, so that the keys are known.
void seal_parts(Json& json, const Json& plain, const std::string& key, std::size_t note,
                std::vector<Sealed>& sealed) {
  if (!json.is_structured()) return;
  for (auto& [name, value] : json.items()) {
    if (!json.is_object() || name != "encryptedSelf") {
      const auto& inner = json.is_object() ? plain.at(name) : plain.at(std::stoul(name));
      seal_parts(value, inner, key, note, sealed);
    }
  }
  if (!json.is_object() || !json.contains("encryptedSelf")) return;
  Json content = Json::object();
  for (const auto& [name, value] : plain.items()) {
    if (!json.contains(name)) content[name] = value;
  }
  if (note > 0 && content.contains("note")) content["note"] = std::string(note, 'n');
  const auto text = seal_aes(key, content.dump());
  json["encryptedSelf"] = base64_of(text);
  sealed.push_back({key, Bytes(text.begin(), text.end())});
}

void run(const Format& format, const Json& vectors, double seconds, std::size_t note) {
  const auto& vector = vector_of(vectors, format.vector);
  const auto& pair = vector.at("keyPairs").at(0);
  auto private_key =
      PrivateKey::take_in(as_bytes(pair.at("privateKeyPkcs8Hex").get_ref<const std::string&>()));
  const auto owner = vector.at("dataOwners").at(pair.at("dataOwnerId").get<std::string>()).dump();
  KeyRing ring;
  ExchangeKeys exchange(ring);
  if (!private_key || !ring.add(owner, std::move(*private_key))) std::abort();

  const std::string key(format.key_size, 'k');
  std::vector<Sealed> sealed;
  auto patient = vector.at("stored");
  seal_parts(patient, vector.at("expected").at("decrypted"), key, note, sealed);
  const auto seal_key = [&](const std::string& text) {
    auto made = seal_aes(kExchangeKey, text);
    sealed.push_back({kExchangeKey, Bytes(made.begin(), made.end())});
    return made;
  };
  if (patient.contains("encryptionKeys")) {
    for (auto& [delegate, entries] : patient["encryptionKeys"].items()) {
      for (auto& entry : entries) {
        entry["key"] = hex_of(seal_key(patient["id"].get<std::string>() + ":" + hex_of(key)));
        Json giver = {{"id", entry["owner"]}};
        giver["aesExchangeKeys"]["a"][delegate][""] = hex_of(
            seal_rsa(pair.at("publicKeySpkiHex").get<std::string>(), OaepHash::sha1, kExchangeKey));
        if (!exchange.add_owner(giver.dump())) std::abort();
      }
    }
  } else {
    const auto delegations = patient["securityMetadata"]["secureDelegations"];
    Json made = Json::object();
    for (const auto& [name, delegation] : delegations.items()) {
      const auto id = delegation.value("exchangeDataId", "anonymous " + name);
      if (!exchange.add_recovered(id, as_bytes(kExchangeKey), as_bytes(name))) std::abort();
      auto& entry = made[delegation_key(as_bytes(name), "Patient")] = delegation;
      entry["encryptionKeys"] = {base64_of(seal_key("Cure" + key))};
    }
    patient["securityMetadata"]["secureDelegations"] = made;
  }

  PatientReader reader(exchange);
  const auto text = patient.dump();
  const auto once = reader.read(text);
  if (!once || once->members.empty() || !once->unread.empty()) std::abort();
  const auto ours = measure(seconds, [&] { (void)reader.read(text); });
  std::size_t bytes = 0;
  for (const auto& each : sealed) bytes += each.text.size();
  const auto calls = sealed.size();
  Bare bare(std::move(sealed));
  const auto floor = measure(seconds, [&] { bare.once(); });
  std::printf(
      R"({"format":"%s","patient_bytes":%zu,"sealed_bytes":%zu,"calls":%zu,"patients_per_s":%.0f,)"
      R"("bare_per_s":%.0f,"ratio":%.2f})"
      "\n",
      format.name, text.size(), bytes, calls, 1e9 / ours, 1e9 / floor, floor / ours);
}

/// The other cost, once for each pair of data owners: exchange data holds a key and a secret, each
/// sealed by RSA. "bare" is the two calls with a reused context.
void run_exchange_data(const Json& vectors, double seconds) {
  const auto& vector = vector_of(vectors, "N1-self-explicit");
  const auto& pair = vector.at("keyPairs").at(0);
  const auto der = text_from_hex(pair.at("privateKeyPkcs8Hex").get<std::string>());
  auto private_key = PrivateKey::take_in(as_bytes(der));
  const auto owner = vector.at("dataOwners").at(pair.at("dataOwnerId").get<std::string>()).dump();
  KeyRing ring;
  if (!private_key || !ring.add(owner, std::move(*private_key))) std::abort();
  const auto& data = vector.at("exchangeData").at(0);
  const auto text = data.dump();
  ExchangeKeys exchange(ring);
  if (exchange.add_exchange_data(text)->keys != 1) std::abort();
  const auto ours = measure(seconds, [&] { (void)exchange.add_exchange_data(text); });

  const auto* at = as_bytes(der).data();
  EVP_PKEY* key = d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()));
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, nullptr);
  if (EVP_PKEY_decrypt_init(context) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) != 1) {
    std::abort();
  }
  Bytes sealed;
  Bytes plain(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  const auto& value = data.at("exchangeKey").begin().value();
  if (!decode_base64(value.get_ref<const std::string&>(), sealed)) std::abort();
  const auto floor =
      2 * measure(seconds, [&] {
        auto size = plain.size();
        if (EVP_PKEY_decrypt(context, plain.data(), &size, sealed.data(), sealed.size()) != 1) {
          std::abort();
        }
      });
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(key);
  std::printf(R"({"format":"exchange data, RSA-2048","per_s":%.0f,"bare_per_s":%.0f,"ratio":%.2f})"
              "\n",
              1e9 / ours, 1e9 / floor, floor / ours);
}

}  // namespace
}  // namespace icure::sync::decrypt

// NOLINTNEXTLINE(bugprone-exception-escape): what cannot be measured ends loudly
int main(int argc, char** argv) {
  CLI::App app("patients made readable, a second and core");
  std::string path = "tests/data/decrypt_vectors.json";
  double seconds = 2;
  std::size_t note = 0;
  app.add_option("--vectors", path);
  app.add_option("--seconds", seconds, "for each figure");
  std::string only;
  app.add_option("--only", only, "formats whose name has this text");
  app.add_option("--note", note, "length of the note; 0: the vector's own");
  CLI11_PARSE(app, argc, argv);
  std::ifstream file(path);
  const auto vectors = nlohmann::json::parse(file).at("vectors");
  for (const auto& format : icure::sync::decrypt::kFormats) {
    if (std::string_view(format.name).find(only) == std::string_view::npos) continue;
    icure::sync::decrypt::run(format, vectors, seconds, note);
  }
  if (only.empty()) icure::sync::decrypt::run_exchange_data(vectors, seconds);
  return 0;
}
