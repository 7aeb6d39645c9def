// The overlay in the ledger: written and erased with its item.
#include <filesystem>

#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using namespace std::chrono_literals;

class OverlayTest : public StoreTest {
 protected:
  void SetUp() override { open(); }
  Outbox& outbox() { return stores_->outbox(); }

  static Item item(const std::string& id, const std::string& name) {
    Item made;
    made.id = id;
    made.op = "user.modify";
    made.entity = "u1";
    made.content = R"({"name":")" + name + "\"}";
    made.overlay =
        Overlay{Overlay::Is::edit, made.content,
                R"({"id":"u1","login":")" + name + R"(@clinic.test","name":")" + name + "\"}"};
    return made;
  }
  Result<Accepted> accept(Item made) {
    const IdempotencyKey key{1000, made.id, "p"};
    return outbox().enqueue(std::move(made), key, 1000);
  }
  void bring(const std::string& id, ItemState state) {
    auto found = *outbox().item(id);
    found.state = state;
    ASSERT_TRUE(outbox().save(found, std::nullopt));
  }
  /// How many rows tell something of an item; the store is closed after this.
  std::pair<int, int> rows() {
    close();
    auto db = raw("ledger.db");
    return {db.execAndGet("SELECT count(*) FROM overlay").getInt(),
            db.execAndGet("SELECT count(*) FROM overlay_term").getInt()};
  }
  /// All pages of the ledger in clear, also free ones; the store is closed after this.
  std::string pages() {
    close();
    auto db = raw("ledger.db");
    sqlite3_int64 size = 0;
    auto* bytes = sqlite3_serialize(db.getHandle(), "main", &size, 0);
    EXPECT_NE(bytes, nullptr);
    std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    sqlite3_free(bytes);
    return text;
  }
};

TEST_F(OverlayTest, StandsBesideItsItemAndIsNotGivenBack) {
  const auto accepted = *accept(item("i1", "zebulon"));
  EXPECT_FALSE(accepted.item.overlay);
  EXPECT_FALSE(outbox().item("i1")->overlay);
  EXPECT_EQ(rows(), std::pair(1, 2)) << "a login, and the word of login and name";
}

TEST_F(OverlayTest, GoesWithEveryEndAndWithNoOtherState) {
  const auto ends = {ItemState::done, ItemState::failed, ItemState::cancelled, ItemState::expired};
  for (const auto end : ends) {
    const auto id = std::string(name_of(end));
    ASSERT_TRUE(accept(item(id, "zebulon")));
    bring(id, end);
  }
  EXPECT_EQ(rows(), std::pair(0, 0));
  open();
  for (const auto state : {ItemState::sending, ItemState::retrying, ItemState::blocked,
                           ItemState::held, ItemState::queued}) {
    const auto id = std::string(name_of(state));
    ASSERT_TRUE(accept(item(id, "zebulon")));
    bring(id, state);
  }
  EXPECT_EQ(rows().first, 5);
}

TEST_F(OverlayTest, ComesBackWithAFailedItemThatIsTriedAgain) {
  ASSERT_TRUE(accept(item("i1", "zebulon")));
  bring("i1", ItemState::failed);
  auto again = *outbox().item("i1");
  again.state = ItemState::queued;
  again.overlay = item("i1", "zacharias").overlay;
  ASSERT_TRUE(outbox().save(again, std::nullopt));
  ASSERT_TRUE(outbox().save(again, std::nullopt)) << "replaces the one that it has";
  EXPECT_EQ(rows().first, 1);
}

TEST_F(OverlayTest, AnItemWhoseOverlayIsNoJsonIsNotTaken) {
  for (const auto* bad : {"", "[]", "{\"a\":", "7"}) {
    auto made = item("i1", "zebulon");
    made.overlay->patch = bad;
    EXPECT_EQ(accept(std::move(made)).error().code, Code::invalid) << bad;
    made = item("i1", "zebulon");
    made.overlay->after = bad;
    EXPECT_EQ(accept(std::move(made)).error().code, Code::invalid) << bad;
  }
  EXPECT_EQ(outbox().item("i1").error().code, Code::not_found);
  auto removal = item("i1", "zebulon");
  removal.overlay = Overlay{Overlay::Is::removal, "", ""};
  EXPECT_TRUE(accept(std::move(removal)));
  EXPECT_EQ(rows(), std::pair(1, 0));
}

TEST_F(OverlayTest, WhatEndedLeavesNoTextBehind) {
  for (int i = 0; i < 200; ++i) {  // more than a page of each table
    ASSERT_TRUE(accept(item("i" + std::to_string(i), "zebulon" + std::to_string(i))));
  }
  ASSERT_NE(pages().find("zebulon"), std::string::npos) << "or this test finds nothing";
  open();
  for (int i = 0; i < 200; ++i) bring("i" + std::to_string(i), ItemState::done);
  ASSERT_TRUE(outbox().forget(WallTime(0ms)));
  EXPECT_EQ(std::filesystem::file_size(path("ledger.db-wal")), 0u);
  EXPECT_EQ(pages().find("zebulon"), std::string::npos);
}

}  // namespace
}  // namespace icure::store
