// store/keys: one master key, two copies, one way in.
#include <sys/stat.h>

#include "store/files.h"
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

class KeysTest : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return dir_.path() / name; }
  void create() { ASSERT_TRUE(create_keys(dir_.path(), key_, random_)); }
  Result<Keys> open() { return open_keys(dir_.path(), key_, warnings_); }
  static bool same(const Keys& a, const Keys& b) {
    return a.of_database("x").equals(b.of_database("x"));
  }

  support::TempDir dir_;
  fakes::MiddleRandom random_;
  Secret key_ = *parse_store_key(kStoreKey);
  std::vector<std::string> warnings_;
};

TEST_F(KeysTest, OpensWhatItCreated) {
  auto created = create_keys(dir_.path(), key_, random_);
  ASSERT_TRUE(created);
  auto opened = open();
  ASSERT_TRUE(opened);
  EXPECT_TRUE(same(*created, *opened));
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(KeysTest, GivesEachDatabaseAKeyOfItsOwn) {
  auto keys = create_keys(dir_.path(), key_, random_);
  ASSERT_TRUE(keys);
  const auto ledger = keys->of_database("ledger.db");
  EXPECT_EQ(ledger.size(), 32u);
  EXPECT_FALSE(ledger.equals(keys->of_database("mirror.db")));
  EXPECT_TRUE(ledger.equals(keys->of_database("ledger.db")));
}

TEST_F(KeysTest, WritesBothCopiesForTheOwnerOnly) {
  create();
  for (const auto* name : {"keys", "keys.bak"}) {
    struct stat found {};
    ASSERT_EQ(::stat(path(name).c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777, 0600u) << name;
  }
  EXPECT_EQ(read_file(path("keys")), read_file(path("keys.bak")));
  EXPECT_FALSE(exists(path("keys.new")));
}

TEST_F(KeysTest, HoldsNoKeyInTheClear) {
  create();
  const auto text = read_file(path("keys"));
  EXPECT_EQ(text.find(std::string(key_.reveal())), std::string::npos);
  EXPECT_EQ(text.find(kStoreKey), std::string::npos);
  EXPECT_TRUE(text.starts_with("icure-syncd keys 1\nslot store "));
}

TEST_F(KeysTest, RefusesAnotherKeyAndTouchesNothing) {
  create();
  const auto before = read_file(path("keys"));
  key_ = *parse_store_key(std::string(64, '8'));
  auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::wrong_key);
  EXPECT_FALSE(opened.error().hint.empty());
  EXPECT_EQ(read_file(path("keys")), before);
  EXPECT_EQ(read_file(path("keys.bak")), before);
}

TEST_F(KeysTest, RestoresAFirstCopyThatIsDamagedTruncatedOrGone) {
  create();
  const auto sound = read_file(path("keys"));
  auto flipped = sound;
  flipped[40] = flipped[40] == 'a' ? 'b' : 'a';
  for (const auto& bad : {flipped, sound.substr(0, 60), std::string(), std::string(1000000, 'x')}) {
    write_file(path("keys"), bad);
    warnings_.clear();
    ASSERT_TRUE(open());
    EXPECT_EQ(warnings_.size(), 1u);
    EXPECT_EQ(read_file(path("keys")), sound);
  }
  std::filesystem::remove(path("keys"));
  ASSERT_TRUE(open());
  EXPECT_EQ(read_file(path("keys")), sound);
}

TEST_F(KeysTest, RestoresASecondCopyToo) {
  create();
  std::filesystem::remove(path("keys.bak"));
  ASSERT_TRUE(open());
  EXPECT_EQ(read_file(path("keys.bak")), read_file(path("keys")));
  EXPECT_EQ(warnings_.size(), 1u);
}

// An older second copy, from before a change of the store key, must not undo that change.
TEST_F(KeysTest, DoesNotFallBackFromASoundFirstCopy) {
  create();
  const auto old = read_file(path("keys"));
  const Secret newer = *parse_store_key(std::string(64, '9'));
  ASSERT_TRUE(create_keys(dir_.path(), newer, random_));
  write_file(path("keys.bak"), old);
  EXPECT_EQ(open().error().code, Code::wrong_key);
  EXPECT_EQ(read_file(path("keys.bak")), old);
}

TEST_F(KeysTest, SaysThatBothCopiesAreDamaged) {
  create();
  for (const auto* name : {"keys", "keys.bak"}) write_file(path(name), "icure-syncd keys 1\n");
  EXPECT_EQ(open().error().code, Code::wrong_key);
}

TEST_F(KeysTest, TellsMissingFromWrong) {
  EXPECT_EQ(open().error().code, Code::not_found);
}

TEST(StoreKeyTest, IsSixtyFourHexDigits) {
  const std::string key(kStoreKey);
  EXPECT_TRUE(parse_store_key(" \n" + key + "\r\n\n"));
  EXPECT_TRUE(parse_store_key(std::string(32, 'a') + std::string(32, 'F')));
  for (const auto& bad : {std::string(), key + "7", key.substr(1), key.substr(1) + "g",
                          key.substr(0, 32) + " " + key.substr(33)}) {
    auto parsed = parse_store_key(bad);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().code, Code::wrong_key);
    EXPECT_FALSE(parsed.error().hint.empty());
  }
}

}  // namespace
}  // namespace icure::store
