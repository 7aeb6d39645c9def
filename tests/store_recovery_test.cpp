// store/recovery_key and what store/repair does with it: the way back when the store key is lost.
#include <filesystem>

#include "store/files.h"
#include "store/recovery_key.h"
#include "store/repair.h"
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

constexpr std::string_view kOtherKey =
    "8888888888888888888888888888888888888888888888888888888888888888";

class RecoveryKeyTest : public testing::Test {
 protected:
  fakes::MiddleRandom random_;
  RecoveryKey made_ = make_recovery_key(random_);
  std::string text() const { return std::string(made_.text.reveal()); }
  bool opens(const std::string& typed) const {
    const auto key = parse_recovery_key(typed);
    return key && key->equals(made_.key);
  }
};

TEST_F(RecoveryKeyTest, IsNineGroupsThatAPersonCanType) {
  EXPECT_THAT(text(), MatchesRegex("([0-9A-HJKMNP-TV-Z]{4}-){8}[0-9A-HJKMNP-TV-Z]{4}"));
  EXPECT_EQ(made_.key.size(), 32u);
  EXPECT_TRUE(opens(text()));
}

TEST_F(RecoveryKeyTest, ForgivesCaseSpacesAndLookalikes) {
  std::string typed = " ";
  for (const char each : text()) {
    if (each == '-') {
      typed += ' ';
    } else if (each == '0') {
      typed += 'o';
    } else if (each == '1') {
      typed += 'l';
    } else {
      typed += static_cast<char>(std::tolower(each));
    }
  }
  EXPECT_TRUE(opens(typed + "\r\n")) << typed;
}

TEST_F(RecoveryKeyTest, FindsEveryWrongLetterAndDoesNotRepeatIt) {
  for (std::size_t at = 0; at < text().size(); ++at) {
    auto typed = text();
    if (typed[at] == '-') continue;
    typed[at] = typed[at] == 'Z' ? '2' : 'Z';
    const auto key = parse_recovery_key(typed);
    ASSERT_FALSE(key) << "at " << at;
    EXPECT_EQ(key.error().code, Code::wrong_key);
    EXPECT_THAT(key.error().message + key.error().hint, Not(HasSubstr(typed.substr(0, 4))));
  }
}

TEST_F(RecoveryKeyTest, TellsWhatIsWrongWithTheForm) {
  const std::pair<std::string, std::string> cases[] = {{"", "too short"},
                                                       {text().substr(0, 43), "too short"},
                                                       {text() + "0", "too long"},
                                                       {text() + "!", "other characters"},
                                                       {"U" + text().substr(1), "other"}};
  for (const auto& [typed, words] : cases) {
    EXPECT_THAT(parse_recovery_key(typed).error().message, HasSubstr(words)) << typed.size();
  }
}

TEST_F(RecoveryKeyTest, IsAnotherOneEachTime) {
  SystemRandom chance;
  const auto one = make_recovery_key(chance);
  const auto other = make_recovery_key(chance);
  EXPECT_FALSE(one.text.equals(other.text));
  EXPECT_FALSE(one.key.equals(other.key));
}

class RecoveryTest : public StoreTest {
 protected:
  const Secret store_key_ = *parse_store_key(kStoreKey);
  const Secret other_key_ = *parse_store_key(kOtherKey);
  SystemRandom chance_;

  void fill() {
    open();
    apply(Page().user("u1", "1-a", "Hildegard"));
    close();
  }
  Secret made(const Secret& store_key) {
    auto text = new_recovery_key({path(), store_key, chance_});
    EXPECT_TRUE(text) << text.error().message;
    return *parse_recovery_key(text->reveal());
  }
  void expect_whole(std::string_view store_key) {
    auto opened = try_open("grp-blue", store_key);
    ASSERT_TRUE(opened) << opened.error().message;
    stores_ = std::move(*opened);
    EXPECT_TRUE(reader().get(Kind::user, "u1")) << "the mirror is the same";
    close();
  }
};

TEST_F(RecoveryTest, ALostStoreKeyIsReplacedAndEverythingIsThere) {
  fill();
  const auto recovery = made(store_key_);
  expect_whole(kStoreKey);
  const auto recovered = recover({path(), other_key_, chance_}, recovery);
  ASSERT_TRUE(recovered) << recovered.error().message;
  expect_whole(kOtherKey);
  EXPECT_EQ(try_open("grp-blue", kStoreKey).error().code, Code::wrong_key) << "the lost one";
  EXPECT_TRUE(recover({path(), store_key_, chance_}, recovery)) << "it goes on being of use";
}

TEST_F(RecoveryTest, IsMadeBeforeThereIsAStore) {
  const auto recovery = made(store_key_);
  fill();
  ASSERT_TRUE(recover({path(), other_key_, chance_}, recovery));
  expect_whole(kOtherKey);
}

TEST_F(RecoveryTest, TheNewestOneAloneIsOfUse) {
  fill();
  const auto first = made(store_key_);
  const auto second = made(store_key_);
  const auto refused = recover({path(), other_key_, chance_}, first);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::wrong_key);
  EXPECT_THAT(refused.error().hint, HasSubstr("made last"));
  EXPECT_TRUE(recover({path(), other_key_, chance_}, second));
}

TEST_F(RecoveryTest, OutlivesAChangeOfTheStoreKey) {
  fill();
  const auto recovery = made(store_key_);
  open();
  ASSERT_TRUE(stores_->safekeeping().rekey(other_key_));
  close();
  expect_whole(kOtherKey);
  ASSERT_TRUE(recover({path(), store_key_, chance_}, recovery));
  expect_whole(kStoreKey);
}

TEST_F(RecoveryTest, OpensWithEitherCopyOfTheKeys) {
  fill();
  const auto recovery = made(store_key_);
  write_file(path("keys"), "damaged");
  ASSERT_TRUE(recover({path(), other_key_, chance_}, recovery));
  write_file(path("keys.bak"), "damaged");
  ASSERT_TRUE(recover({path(), store_key_, chance_}, recovery));
  expect_whole(kStoreKey);
}

TEST_F(RecoveryTest, WantsNoDaemonAndAStoreThatHasOne) {
  open();
  EXPECT_EQ(new_recovery_key({path(), store_key_, chance_}).error().code, Code::conflict);
  EXPECT_EQ(recover({path(), store_key_, chance_}, other_key_).error().code, Code::conflict);
  close();
  EXPECT_EQ(new_recovery_key({path(), other_key_, chance_}).error().code, Code::wrong_key);
  const auto none = recover({path(), other_key_, chance_}, other_key_);
  EXPECT_THAT(none.error().message, HasSubstr("without a recovery key"));
}

TEST_F(RecoveryTest, OpensABackupOnAMachineWithAnotherStoreKey) {
  fill();
  const auto recovery = made(store_key_);
  const std::string backup = dir_.path() / "backup";
  open();
  ASSERT_TRUE(stores_->safekeeping().back_up(backup));
  close();
  std::filesystem::remove_all(path());
  const auto restored =
      restore({backup, path(), other_key_, &recovery, false, clock_.wall(), chance_});
  ASSERT_TRUE(restored) << restored.error().message;
  auto opened = try_open("grp-blue", kOtherKey);
  ASSERT_TRUE(opened) << opened.error().message;
}

TEST_F(RecoveryTest, ABackupOfThisStoreLeavesItsKeysAndMirrorAlone) {
  fill();
  const std::string backup = dir_.path() / "backup";
  open();
  ASSERT_TRUE(stores_->safekeeping().back_up(backup));
  close();
  const auto recovery = made(store_key_);  // the keys have another text by now
  const auto restored =
      restore({backup, path(), store_key_, nullptr, true, clock_.wall(), chance_});
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_THAT(restored->aside, ElementsAre(testing::StartsWith("ledger.db.replaced")));
  expect_whole(kStoreKey);
  EXPECT_TRUE(recover({path(), other_key_, chance_}, recovery)) << "the newer slot stayed";
}

}  // namespace
}  // namespace icure::store
