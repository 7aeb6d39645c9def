// Imported keys over a real store, and a platform that has the exchange data and recovery data that
// the test says. The documents are those that the platform's own SDKs encrypted.
#pragma once
#include <gmock/gmock.h>

#include "sync/keys/keys.h"
#include "tests/support/decrypt_vectors.h"
#include "tests/support/sync_fixture.h"

namespace icure::sync {

using decrypt::Json;
using decrypt::vector_named;

class KeysTest : public support::SyncTest {
 public:
  KeysTest() {
    const auto platform_answer = http.answer;
    http.answer = [this, platform_answer](const fakes::FakeHttp::Seen& seen) -> Answer<HttpReply> {
      if (seen.target.starts_with("/rest/v2/exchangedata/")) return exchange_page(seen.target);
      if (seen.target.starts_with("/rest/v2/recoverydata/")) return recovery;
      return platform_answer(seen);
    };
    begin();
  }
  ~KeysTest() override { end(); }

 protected:
  void begin() {
    keys.emplace(KeysParts{stores->private_keys(), ledger_thread, stores->decrypted(),
                           stores->exchange_data(), mirror_thread, *scan, scan_thread, *point,
                           session, engine, clock});
    running.emplace();
    running->run(keys->loop(running->token()));
    settle();
  }
  void end() {
    running->drain([] {});
    settle();
    EXPECT_EQ(running->running(), 0u);
    keys.reset();
  }
  void settle() {
    do {
      pump();
      point->end_turn();
    } while (scan_thread.pump());
  }
  /// Until nothing is left to be done by itself.
  void pass(Millis by = std::chrono::seconds(5)) {
    for (const auto end = clock.uptime() + by; clock.uptime() < end;) {
      clock.advance(Millis(500));
      settle();
    }
  }
  template <class T>
  T finish(Task<T> task) {
    task.start();
    settle();
    EXPECT_TRUE(task.done());
    return task.take();
  }

  void mirror(Kind kind, const Json& document) {
    const auto rev = std::to_string(++order) + "-x";
    const auto id = document.at("id").get<std::string>();
    const auto text = document.dump();
    ASSERT_TRUE(stores->mirror().apply(kind, {{id, rev, text}}, order, order, std::nullopt));
    ASSERT_TRUE(stores->mirror().flush());
    settle();
  }
  void mirror_owners(const Json& vector) {
    for (const auto& owner : vector.at("dataOwners")) mirror(Kind::hcp, owner);
  }
  static std::string owner_of(const Json& vector) { return vector.at("decryptAs"); }
  static std::string key_of(const Json& vector, std::size_t at = 0) {
    return vector.at("keyPairs").at(at).at("privateKeyPkcs8Hex");
  }
  Result<Imported> import(const std::string& owner, const std::string& key) {
    return finish(keys->take_in(owner, Secret(key)));
  }
  Result<Imported> import(const Json& vector) { return import(owner_of(vector), key_of(vector)); }
  std::vector<KeyRow> list() { return *finish(keys->list()); }
  /// What was opened of a patient; empty: nothing.
  std::string opened(const Json& patient) {
    const auto row = *point->decrypted(patient.at("id").get<std::string>());
    return row ? row->row.json : "";
  }

  HttpReply exchange_page(const std::string& target) const {
    if (exchange_status != 200) return fakes::reply_of(exchange_status, "");
    const auto from = target.find("startDocumentId=");
    const auto at = from == target.npos ? 0u : std::stoul(target.substr(from + 16));
    Json reply = {{"rows", Json::array()}};
    if (at < exchange.size()) {
      auto row = exchange[at];
      if (!row.contains("rev")) row["rev"] = "1-x";
      reply["rows"].push_back(row);
    }
    if (at + 1 < exchange.size())
      reply["nextKeyPair"] = {{"startKeyDocId", std::to_string(at + 1)}};
    return fakes::reply_of(200, reply.dump());
  }

  const Json& simple = vector_named("L1-self-simple");
  std::vector<Json> exchange;  // one row a page
  int exchange_status = 200;
  HttpReply recovery = fakes::reply_of(404, "");
  fakes::PumpedBackground scan_thread;
  std::unique_ptr<store::MirrorReader> scan = std::move(*stores->open_reader(1 << 20));
  std::unique_ptr<store::MirrorReader> point = std::move(*stores->open_reader(1 << 20));
  std::optional<Keys> keys;
  std::optional<Scope> running;
  store::Order order = 0;
};

}  // namespace icure::sync
