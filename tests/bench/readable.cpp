// How long it takes until a newly imported key makes many patients readable, and until its removal
// has erased what it opened: with the daemon's own steps over a real store, without its threads.
//
//   bench-readable --vectors tests/data/decrypt_vectors.json [--patients N] [--vector ID]
//
// One JSON line; seconds of the processor and of the clock on the wall.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "store/keys.h"
#include "store/open.h"
#include "sync/keys/opener.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace icure {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kPage = 1000;
constexpr std::size_t kStep = 128;  // as the daemon

template <class T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::abort();
}

struct Spent {
  double processor = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  double wall =
      std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  Spent since(const Spent& start) const {
    Spent spent;
    spent.processor = processor - start.processor;
    spent.wall = wall - start.wall;
    return spent;
  }
};

void fill(store::Stores& stores, Json patient, std::size_t patients) {
  store::Order order = 0;
  must(stores.mirror().begin_sweep(Kind::patient, {}, true));
  for (std::size_t done = 0; done < patients; done += kPage) {
    std::vector<std::string> ids;
    std::vector<std::string> texts;
    for (std::size_t at = done; at < std::min(done + kPage, patients); ++at) {
      ids.push_back("patient-" + std::to_string(at));
      patient["id"] = ids.back();
      texts.push_back(patient.dump());
    }
    std::vector<store::Document> documents;
    for (std::size_t at = 0; at < ids.size(); ++at) documents.push_back({ids[at], "1", texts[at]});
    const auto asked = ++order;
    must(stores.mirror().apply(Kind::patient, documents, asked, ++order, std::nullopt));
  }
  must(stores.mirror().finish_sweep(Kind::patient, {}, WallTime(Millis(1))));
  stores.mirror().end_sweep(Kind::patient);
}

std::uint64_t read_all(store::DecryptedWriter& decrypted, sync::Opener& opener) {
  std::uint64_t readable = 0;
  for (;;) {
    const auto reading = must(decrypted.next(kStep));
    if (reading.left == 0) return readable;
    std::vector<store::ReadPatient> read;
    for (const auto& patient : reading.patients) {
      auto opened = opener.open(patient.json);
      read.push_back({patient.row, patient.id, patient.rev, std::move(opened.json),
                      std::move(opened.words), std::move(opened.unread),
                      std::move(opened.opened_by)});
    }
    readable = must(decrypted.keep(read)).readable;
  }
}

void run(const Json& vector, std::size_t patients) {
  const support::TempDir directory;
  fakes::FakeClock clock;
  SystemRandom random;
  const auto key = must(store::parse_store_key(std::string(64, '7')));
  const std::string path = directory.path() / "store";
  auto stores = must(store::open_stores({path, key, "bench", random, clock}));
  fill(*stores, vector.at("stored"), patients);

  const auto& pair = vector.at("keyPairs").at(0);
  const std::string owner = pair.at("dataOwnerId");
  const std::string text = pair.at("privateKeyPkcs8Hex");
  const Spent start;
  sync::Opener opener;
  opener.add(must(
      sync::KeySet::make(owner, vector.at("dataOwners").at(owner).dump(),
                         must(sync::decrypt::PrivateKey::take_in(sync::decrypt::as_bytes(text))))));
  for (const auto& [id, document] : vector.at("dataOwners").items()) {
    opener.learn_owner(id, "1", document.dump());
  }
  for (const auto& data : vector.at("exchangeData")) {
    opener.learn_exchange_data(owner, data.at("id").get<std::string>(), "1", data.dump());
  }
  auto& decrypted = stores->decrypted();
  must(decrypted.note_changes(true));
  must(decrypted.read_again());
  const auto readable = read_all(decrypted, opener);
  const auto opened = Spent().since(start);
  const Spent erasing;
  must(decrypted.forget_all());
  const auto erased = Spent().since(erasing);
  std::printf(R"({"patients":%zu,"readable":%llu,"processor_s":%.2f,"wall_s":%.2f,)"
              R"("patients_per_processor_s":%.0f,"erase_processor_s":%.2f,"erase_wall_s":%.2f})"
              "\n",
              patients, static_cast<unsigned long long>(readable), opened.processor, opened.wall,
              static_cast<double>(patients) / opened.processor, erased.processor, erased.wall);
}

}  // namespace
}  // namespace icure

// NOLINTNEXTLINE(bugprone-exception-escape): what cannot be measured ends loudly
int main(int argc, char** argv) {
  CLI::App app("until a new key makes patients readable");
  std::string path = "tests/data/decrypt_vectors.json";
  std::string id = "N1-self-explicit";
  std::size_t patients = 200'000;
  app.add_option("--vectors", path);
  app.add_option("--vector", id, "whose patient is taken so many times");
  app.add_option("--patients", patients);
  CLI11_PARSE(app, argc, argv);
  std::ifstream file(path);
  const auto vectors = nlohmann::json::parse(file).at("vectors");
  const auto vector = std::find_if(vectors.begin(), vectors.end(),
                                   [&](const auto& each) { return each.at("id") == id; });
  if (vector == vectors.end()) return 1;
  icure::run(*vector, patients);
  return 0;
}
