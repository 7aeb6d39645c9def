// Imported private keys: kept, sealed, gone.
#include "store/private_keys.h"
#include "tests/store_fixture.h"
#include "tests/support/clear_pages.h"

namespace icure::store {
namespace {

using PrivateKeysTest = StoreTest;

ImportedKey key(std::string_view bytes, std::string fingerprint = "aa") {
  ImportedKey made;
  made.owner = "owner-1";
  made.fingerprint = std::move(fingerprint);
  made.imported = WallTime(Millis(1234));
  made.pkcs8 = Secret(bytes);
  return made;
}

TEST_F(PrivateKeysTest, AKeyIsThereAfterARestart) {
  open();
  ASSERT_TRUE(stores_->private_keys().keep(key("the bytes of a key")));
  open();
  auto all = stores_->private_keys().all();
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->size(), 1u);
  EXPECT_EQ((*all)[0].owner, "owner-1");
  EXPECT_EQ((*all)[0].fingerprint, "aa");
  EXPECT_EQ((*all)[0].imported, WallTime(Millis(1234)));
  EXPECT_EQ((*all)[0].pkcs8.reveal(), "the bytes of a key");
}

TEST_F(PrivateKeysTest, TheSameKeyTwiceIsOneKey) {
  open();
  ASSERT_TRUE(stores_->private_keys().keep(key("one")));
  ASSERT_TRUE(stores_->private_keys().keep(key("one")));
  ASSERT_TRUE(stores_->private_keys().keep(key("two", "bb")));
  EXPECT_EQ(stores_->private_keys().all()->size(), 2u);
}

TEST_F(PrivateKeysTest, ARemovedKeyIsGone) {
  open();
  ASSERT_TRUE(stores_->private_keys().keep(key("one")));
  EXPECT_TRUE(*stores_->private_keys().remove("owner-1", "aa"));
  EXPECT_FALSE(*stores_->private_keys().remove("owner-1", "aa"));
  EXPECT_TRUE(stores_->private_keys().all()->empty());
}

TEST_F(PrivateKeysTest, NoPageOfTheFileHoldsAKeyInClear) {
  open();
  ASSERT_TRUE(stores_->private_keys().keep(key("0123456789 the bytes of a key")));
  close();
  std::vector<std::string> warnings;
  const auto keys = open_keys(path(), *parse_store_key(kStoreKey), warnings);
  const auto pages =
      support::clear_pages(read_file(path("ledger.db")), keys->of_database("ledger.db"));
  EXPECT_NE(pages.find("owner-1"), std::string::npos);  // the pages were read at all
  EXPECT_EQ(pages.find("the bytes of a key"), std::string::npos);
}

TEST_F(PrivateKeysTest, AKeyMovedToAnotherOwnerDoesNotOpen) {
  open();
  ASSERT_TRUE(stores_->private_keys().keep(key("one")));
  close();
  {
    auto db = raw("ledger.db");
    db.exec("UPDATE private_key SET owner = 'owner-2'");
  }
  open();
  const auto all = stores_->private_keys().all();
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().code, Code::corrupt);
}

}  // namespace
}  // namespace icure::store
