// Reads show what is queued as if it were done, and go back when it is refused.
#include <fmt/format.h>

#include <map>
#include <random>
#include <thread>

#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string user_json(const std::string& id, const std::string& name,
                      const std::string& status = "ACTIVE") {
  return fmt::format(R"({{"id":"{}","login":"{}@clinic.test","name":"{}","status":"{}"}})", id,
                     name, name, status);
}

class LayeredTest : public StoreTest {
 protected:
  void SetUp() override { open(); }
  Outbox& outbox() { return stores_->outbox(); }

  void mirrored(const std::string& id, const std::string& name,
                const std::string& status = "ACTIVE") {
    apply(Page().add(id, "1-" + name + status, user_json(id, name, status)));
  }
  /// Returns the item's id.
  std::string queue(const std::string& entity, Overlay overlay) {
    Item made;
    made.id = "i" + std::to_string(++items_);
    made.entity = entity;
    made.overlay = std::move(overlay);
    const IdempotencyKey key{0, made.id, ""};
    auto accepted = outbox().enqueue(std::move(made), key, 100'000);
    EXPECT_TRUE(accepted) << accepted.error().message;
    return accepted->item.id;
  }
  std::string rename(const std::string& id, const std::string& name,
                     const std::string& status = "ACTIVE") {
    const auto patch = fmt::format(R"({{"login":"{0}@clinic.test","name":"{0}"}})", name);
    return queue(id, {Overlay::Is::edit, patch, user_json(id, name, status)});
  }
  std::string create(const std::string& id, const std::string& name,
                     const std::string& status = "ACTIVE") {
    const auto json = user_json(id, name, status);
    return queue(id, {Overlay::Is::creation, json, json});
  }
  std::string remove(const std::string& id) { return queue(id, {Overlay::Is::removal, "", ""}); }
  void end(const std::string& item, ItemState state = ItemState::done) {
    auto found = *outbox().item(item);
    found.state = state;
    ASSERT_TRUE(outbox().save(found, std::nullopt));
  }
  Result<Row> user(const std::string& id) { return reader().get(Kind::user, id); }
  std::vector<std::string> found(Key key, const std::string& value) {
    return ids(reader().find(Kind::user, key, value));
  }
  std::vector<std::string> searched(const std::string& text, std::size_t limit = 100) {
    auto rows = ids(reader().search(Kind::user, text, limit));
    std::sort(rows.begin(), rows.end());
    return rows;
  }
  std::vector<std::string> listed(const ListQuery& query = {}) {
    return ids(reader().list(Kind::user, query));
  }

  int items_ = 0;
};

TEST_F(LayeredTest, LaysItemsOverARowInTheirOrderAndNamesThem) {
  apply(Page().add("a", "1-x", R"({"id":"a","rev":"1-x","name":"Ann","unknown":{"x":[1.5]}})"));
  const auto first = rename("a", "Bea");
  const auto second = queue(
      "a",
      {Overlay::Is::edit, R"({"name":"Cleo","unknown":{"y":null,"z":1}})", user_json("a", "Cleo")});
  const auto row = *user("a");
  EXPECT_EQ(row.rev, "1-x");
  EXPECT_EQ(row.json, R"({"id":"a","rev":"1-x","name":"Cleo","unknown":{"x":[1.5],"z":1},)"
                      R"("login":"Bea@clinic.test"})");
  EXPECT_THAT(row.pending, ElementsAre(first, second));
}

TEST_F(LayeredTest, ShowsWhatIsToBeCreatedWithoutARevision) {
  const auto item = create("a", "Ann");
  const auto edit = rename("a", "Bea");
  const auto row = *user("a");
  EXPECT_EQ(row.rev, "");
  EXPECT_THAT(row.json, HasSubstr(R"("name":"Bea")"));
  EXPECT_THAT(row.pending, ElementsAre(item, edit));
  EXPECT_EQ(reader().get(Kind::hcp, "a").error().code, Code::not_found);
}

TEST_F(LayeredTest, TakesThePlatformsDocumentOnceItHasWhatWasCreated) {
  const auto item = create("a", "Ann");
  mirrored("a", "Anna");
  const auto row = *user("a");
  EXPECT_THAT(row.json, HasSubstr("Anna"));
  EXPECT_EQ(row.rev, "1-AnnaACTIVE");
  EXPECT_THAT(row.pending, ElementsAre(item)) << "it is not over for that";
}

TEST_F(LayeredTest, WhatIsToBeRemovedIsAbsentEverywhere) {
  mirrored("a", "Ann");
  const auto item = remove("a");
  EXPECT_EQ(user("a").error().code, Code::not_found);
  EXPECT_THAT(found(Key::login, "Ann@clinic.test"), IsEmpty());
  EXPECT_THAT(searched("ann"), IsEmpty());
  EXPECT_THAT(listed(), IsEmpty());
  end(item, ItemState::failed);
  EXPECT_TRUE(user("a")) << "a refusal takes it back";
  EXPECT_THAT(user("a")->pending, IsEmpty());
}

TEST_F(LayeredTest, AnEditOfWhatIsGoneBringsNothingBack) {
  rename("a", "Ann");
  EXPECT_EQ(user("a").error().code, Code::not_found);
  EXPECT_THAT(found(Key::login, "Ann@clinic.test"), IsEmpty());
  EXPECT_THAT(searched("ann"), IsEmpty());
  EXPECT_THAT(listed(), IsEmpty());
}

TEST_F(LayeredTest, FindsByWhatWillBeAndNotByWhatWas) {
  mirrored("a", "Ann");
  rename("a", "Bea");
  create("b", "Cleo");
  EXPECT_THAT(found(Key::login, "Bea@clinic.test"), ElementsAre("a"));
  EXPECT_THAT(found(Key::login, "bea@CLINIC.test"), ElementsAre("a"));
  EXPECT_THAT(found(Key::login, "Ann@clinic.test"), IsEmpty());
  EXPECT_THAT(found(Key::login, "Cleo@clinic.test"), ElementsAre("b"));
  EXPECT_THAT(found(Key::email, "Cleo@clinic.test"), IsEmpty());
  EXPECT_THAT(found(Key::login, ""), IsEmpty());
}

TEST_F(LayeredTest, AnExactMatchThatIsRenamedNoLongerHidesTheOthers) {
  mirrored("a", "ann");
  mirrored("b", "ANN");
  EXPECT_THAT(found(Key::login, "ann@clinic.test"), ElementsAre("a"));
  rename("a", "bea");
  EXPECT_THAT(found(Key::login, "ann@clinic.test"), ElementsAre("b"));
}

TEST_F(LayeredTest, SearchesWordsOfTheMirrorAndOfAnEditTogether) {
  apply(Page().add("a", "1-x", R"({"firstName":"Ann","lastName":"Peeters"})"), Kind::hcp);
  Item made;
  made.id = "i";
  made.kind = Kind::hcp;
  made.entity = "a";
  made.overlay = Overlay{Overlay::Is::edit, R"({"lastName":"Claes"})",
                         R"({"firstName":"Ann","lastName":"Claes"})"};
  ASSERT_TRUE(outbox().enqueue(made, {0, "k", ""}, 10));
  apply(Page().add("a", "2-x", R"({"firstName":"Zoë","lastName":"Peeters"})"), Kind::hcp);
  const auto by = [this](const char* text) { return ids(reader().search(Kind::hcp, text, 10)); };
  EXPECT_THAT(by("zoe claes"), ElementsAre("a")) << "their name by now, ours to be";
  EXPECT_THAT(by("claes"), ElementsAre("a"));
  EXPECT_THAT(by("ann claes"), IsEmpty());
  EXPECT_THAT(by("peeters"), IsEmpty());
}

TEST_F(LayeredTest, SearchesByAddressAndNumber) {
  const std::string json =
      R"({"id":"a","login":"Ann","email":"ann@clinic.test","mobilePhone":"+32475123456"})";
  queue("a", {Overlay::Is::creation, json, json});
  EXPECT_THAT(searched("ann@cli"), ElementsAre("a"));
  EXPECT_THAT(searched("ann@other"), IsEmpty());
  EXPECT_THAT(searched("0475 12"), ElementsAre("a"));
  EXPECT_THAT(searched("0475 13"), IsEmpty());
}

TEST_F(LayeredTest, ASearchReachesItsLimitAlthoughRowsDropOut) {
  for (const auto* id : {"a", "b", "c", "d", "e"}) mirrored(id, std::string("Ann") + id);
  for (const auto* id : {"a", "b", "c"}) rename(id, std::string("Bea") + id);
  EXPECT_THAT(searched("ann", 2), ElementsAre("d", "e"));
  EXPECT_EQ(searched("bea", 2).size(), 2u);
}

TEST_F(LayeredTest, AKindsStateAndThePlatformsTruthAreLeftAlone) {
  mirrored("a", "Ann");
  rename("a", "Bea");
  create("b", "Cleo");
  EXPECT_EQ(reader().state(Kind::user)->count, 1u);
  EXPECT_THAT(reader().platform().get(Kind::user, "a")->json, HasSubstr("Ann"));
  EXPECT_FALSE(reader().platform().get(Kind::user, "b"));
  EXPECT_THAT(ids(reader().platform().find(Kind::user, Key::login, "Ann@clinic.test")),
              ElementsAre("a"));
}

TEST_F(LayeredTest, ATurnSeesOneStateOfBothFiles) {
  mirrored("a", "Ann");
  const auto item = rename("a", "Bea");
  auto& turn = reader();
  EXPECT_TRUE(turn.platform().get(Kind::user, "a")) << "also if the mirror is asked first";
  mirrored("a", "Bea");
  end(item);
  create("b", "Cleo");
  EXPECT_THAT(turn.get(Kind::user, "a")->pending, ElementsAre(item));
  EXPECT_FALSE(turn.get(Kind::user, "b"));
  turn.end_turn();
  EXPECT_THAT(turn.get(Kind::user, "a")->pending, IsEmpty());
  EXPECT_TRUE(turn.get(Kind::user, "b"));
}

TEST_F(LayeredTest, CountsTheChangesOfWhatIsQueued) {
  mirrored("a", "Ann");
  EXPECT_TRUE(user("a"));
  EXPECT_EQ(reader_->seen(), reader_->changes());
  const auto item = rename("a", "Bea");
  EXPECT_NE(reader_->seen(), reader_->changes());
  EXPECT_TRUE(user("a"));
  EXPECT_EQ(reader_->seen(), reader_->changes());
  auto sending = *outbox().item(item);
  sending.state = ItemState::sending;
  ASSERT_TRUE(outbox().save(sending, std::nullopt));
  EXPECT_EQ(reader_->seen(), reader_->changes()) << "how far an item is changes no document";
  end(item);
  EXPECT_NE(reader_->seen(), reader_->changes());
}

TEST_F(LayeredTest, ShowsAfterARestartWhatWasQueuedBefore) {
  create("a", "Ann");
  open();
  EXPECT_TRUE(user("a"));
}

TEST_F(LayeredTest, AChangeThatIsCarriedOutMeanwhileIsNeverOutOfSight) {
  constexpr int kRounds = 150;
  const auto name = [](int round) { return "N" + std::to_string(1000 + round); };
  mirrored("a", name(0));
  std::thread carrying_out([&] {
    for (int round = 1; round <= kRounds; ++round) {
      const auto item = rename("a", name(round));
      mirrored("a", name(round));
      end(item);
    }
  });
  std::string last = name(0);
  std::size_t reads = 0;
  for (; last != name(kRounds); ++reads) {
    const auto row = user("a");
    if (!row) break;
    const auto at = row->json.find("\"name\":\"") + 8;
    const auto seen = row->json.substr(at, 5);
    if (seen < last) break;
    last = seen;
  }
  carrying_out.join();
  EXPECT_EQ(last, name(kRounds)) << "it went back, after " << reads << " reads";
}

// What a reader shows must be what a plain map shows that everything was done to.
TEST_F(LayeredTest, AnyHistoryReadsAsIfItWereDone) {
  const auto seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 chance(seed);
  const auto below = [&chance](unsigned n) { return static_cast<unsigned>(chance() % n); };
  const auto some_id = [&] { return "u" + std::to_string(10 + below(40)); };
  const auto some_name = [&] { return "N" + std::to_string(10 + below(25)); };
  const auto some_status = [&] { return below(2) == 0 ? "ACTIVE" : "DISABLED"; };
  struct Shown {
    std::string name, status;
  };
  std::map<std::string, Shown> shown;
  Page page;
  for (int i = 0; i < 25; ++i) {
    const auto id = some_id();
    if (shown.contains(id)) continue;
    shown[id] = {some_name(), some_status()};
    page.add(id, "1-x", user_json(id, shown[id].name, shown[id].status));
  }
  apply(page);
  for (int i = 0; i < 60; ++i) {
    const auto id = some_id();
    const auto at = shown.find(id);
    if (at == shown.end()) {
      shown[id] = {some_name(), some_status()};
      create(id, shown[id].name, shown[id].status);
    } else if (below(4) == 0) {
      remove(id);
      shown.erase(at);
    } else {
      at->second.name = some_name();
      rename(id, at->second.name, at->second.status);
    }
  }
  for (const auto status : {UserStatus::any, UserStatus::active, UserStatus::disabled}) {
    std::vector<std::string> expected;
    for (const auto& [id, user] : shown) {
      const bool active = user.status == "ACTIVE";
      if (status == UserStatus::any || active == (status == UserStatus::active)) {
        expected.push_back(id);
      }
    }
    for (const std::size_t limit : {1u, 3u, 100u}) {
      std::vector<std::string> got;
      ListQuery query;
      query.limit = limit;
      query.status = status;
      for (auto rows = listed(query); !rows.empty(); rows = listed(query)) {
        EXPECT_LE(rows.size(), limit);
        EXPECT_TRUE(rows.size() == limit || rows.back() == expected.back());
        got.insert(got.end(), rows.begin(), rows.end());
        query.after = rows.back();
      }
      EXPECT_EQ(got, expected);
    }
  }
  for (int name = 10; name < 35; ++name) {
    const auto text = "N" + std::to_string(name);
    std::vector<std::string> expected;
    for (const auto& [id, user] : shown) {
      if (user.name == text) expected.push_back(id);
    }
    auto by_login = found(Key::login, text + "@clinic.test");
    std::sort(by_login.begin(), by_login.end());
    EXPECT_EQ(by_login, expected);
    EXPECT_EQ(searched(text), expected);
  }
  for (int id = 10; id < 50; ++id) {
    const auto name = "u" + std::to_string(id);
    const auto at = shown.find(name);
    ASSERT_EQ(bool(user(name)), at != shown.end());
    if (at == shown.end()) continue;
    EXPECT_THAT(user(name)->json, HasSubstr(at->second.name));
  }
}

}  // namespace
}  // namespace icure::store
