// store/open: what happens at a start, and when something is broken.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "store/files.h"
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class OpenTest : public StoreTest {
 protected:
  /// An opened and closed store with one user.
  void make() {
    open();
    apply(Page().user("u1", "1-a", "Hildegard"));
    close();
  }
  static unsigned mode(const std::string& of) {
    struct stat found {};
    EXPECT_EQ(::stat(of.c_str(), &found), 0) << of;
    return found.st_mode & 0777;
  }
  std::vector<std::string> set_aside() const {
    return names_with_prefix(path(), "mirror.db.damaged-");
  }
  /// Overwrites some bytes in the middle of a file.
  void scratch(const std::string& name, std::size_t at) {
    auto bytes = read_file(path(name));
    for (std::size_t i = at; i < at + 64 && i < bytes.size(); ++i) bytes[i] ^= 0x55;
    write_file(path(name), bytes);
  }
  Error refused(const std::string& platform = "grp-blue", std::string_view key = kStoreKey) {
    auto opened = try_open(platform, key);
    EXPECT_FALSE(opened);
    return opened ? Error{} : opened.error();
  }
};

TEST_F(OpenTest, MakesEverythingPrivate) {
  const auto before = ::umask(0);
  open();
  apply(Page().user("u1", "1-a", "Ann"));
  ::umask(before);
  EXPECT_EQ(mode(path()), 0700u);
  for (const auto* name :
       {"keys", "keys.bak", "lock", "ledger.db", "audit.db", "mirror.db", "mirror.db-wal"}) {
    EXPECT_EQ(mode(path(name)), 0600u) << name;
  }
  EXPECT_THAT(stores_->warnings(), IsEmpty());
}

TEST_F(OpenTest, KeepsWhatWasStored) {
  make();
  open();
  EXPECT_THAT(stores_->warnings(), IsEmpty());
  auto row = reader().get(Kind::user, "u1");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->rev, "1-a");
  EXPECT_THAT(row->json, HasSubstr("Hildegard"));
}

TEST_F(OpenTest, LeavesEmptyLogsBehind) {
  make();
  EXPECT_FALSE(exists(path("mirror.db-wal")));
  EXPECT_FALSE(exists(path("ledger.db-wal")));
}

TEST_F(OpenTest, WritesNoClearText) {
  open();
  apply(Page().user("u1", "1-a", "Hildegard"));
  for (const auto& entry : std::filesystem::directory_iterator(path())) {
    const auto bytes = read_file(entry.path());
    EXPECT_EQ(bytes.find("Hildegard"), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find("hildegard"), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find("SQLite format"), std::string::npos) << entry.path();
  }
}

TEST_F(OpenTest, RefusesASecondDaemon) {
  open();
  const auto error = refused();
  EXPECT_EQ(error.code, Code::conflict);
  EXPECT_THAT(error.message, HasSubstr(path()));
  close();
  EXPECT_TRUE(try_open());
}

TEST_F(OpenTest, TightensADirectoryThatOthersCouldRead) {
  std::filesystem::create_directory(path());
  ::chmod(path().c_str(), 0755);
  open();
  EXPECT_EQ(mode(path()), 0700u);
  EXPECT_THAT(stores_->warnings(), ElementsAre(HasSubstr("0700")));
}

TEST_F(OpenTest, RefusesADirectoryOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  std::filesystem::create_directory(path());
  ASSERT_EQ(::chown(path().c_str(), 12345, 12345), 0);
  EXPECT_EQ(refused().code, Code::invalid);
}

TEST_F(OpenTest, RefusesAFileInPlaceOfTheDirectory) {
  write_file(dir_.path() / "store", "x");
  EXPECT_EQ(refused().code, Code::invalid);
}

TEST_F(OpenTest, RefusesAWrongKeyAndTouchesNothing) {
  make();
  const auto mirror = read_file(path("mirror.db"));
  EXPECT_EQ(refused("grp-blue", std::string(64, '1')).code, Code::wrong_key);
  EXPECT_EQ(read_file(path("mirror.db")), mirror);
  EXPECT_THAT(set_aside(), IsEmpty());
  EXPECT_TRUE(try_open());
}

TEST_F(OpenTest, RefusesALedgerWithoutKeys) {
  make();
  for (const auto* name : {"keys", "keys.bak"}) std::filesystem::remove(path(name));
  const auto error = refused();
  EXPECT_EQ(error.code, Code::wrong_key);
  EXPECT_FALSE(error.hint.empty());
  EXPECT_FALSE(exists(path("keys")));
}

TEST_F(OpenTest, RefusesAnotherPlatformNamingBoth) {
  make();
  const auto error = refused("grp-red");
  EXPECT_EQ(error.code, Code::invalid);
  EXPECT_THAT(error.message, testing::AllOf(HasSubstr("grp-blue"), HasSubstr("grp-red")));
  EXPECT_THAT(error.hint, HasSubstr("icurectl store adopt"));
  EXPECT_TRUE(try_open("grp-blue"));
}

TEST_F(OpenTest, SetsADamagedMirrorAsideAndBeginsAnew) {
  make();
  scratch("mirror.db", 100);
  open();
  EXPECT_THAT(stores_->warnings(), ElementsAre(HasSubstr("set aside")));
  EXPECT_THAT(set_aside(), SizeIs(1));
  EXPECT_EQ(reader().get(Kind::user, "u1").error().code, Code::not_found);
  EXPECT_FALSE(reader().state(Kind::user)->complete);
}

TEST_F(OpenTest, SetsAsideAMirrorThatIsNoDatabase) {
  make();
  write_file(path("mirror.db"), "not a database, and far too short to be one");
  open();
  EXPECT_THAT(set_aside(), SizeIs(1));
}

TEST_F(OpenTest, SetsAsideAMirrorWhoseDamageWasMetInUse) {
  make();
  raw("mirror.db").exec("UPDATE user SET doc = x'00'");
  open();
  EXPECT_EQ(reader().get(Kind::user, "u1").error().code, Code::corrupt);
  open();
  EXPECT_THAT(set_aside(), SizeIs(1));
  EXPECT_EQ(reader().get(Kind::user, "u1").error().code, Code::not_found);
  open();
  EXPECT_THAT(stores_->warnings(), IsEmpty());
}

TEST_F(OpenTest, MeetsDamageInTheMiddleOfTheMirror) {
  open();
  Page page;
  for (int i = 0; i < 3000; ++i) page.user("u" + std::to_string(i), "1-a", "Name");
  apply(page);
  close();
  const auto size = std::filesystem::file_size(path("mirror.db"));
  for (std::size_t at = 20 * 8192 + 100; at < size; at += 8192) scratch("mirror.db", at);
  auto opened = try_open();
  ASSERT_TRUE(opened);
  if ((*opened)->warnings().empty()) {  // else opening met it already
    auto reader = *(*opened)->open_reader(1 << 20);
    EXPECT_EQ(reader->list(Kind::user, {"", 3000}).error().code, Code::corrupt);
  }
  opened = Error{};
  open();
  EXPECT_THAT(set_aside(), SizeIs(1));
}

TEST_F(OpenTest, SetsAMirrorOfANewerProgramAside) {
  make();
  raw("mirror.db").exec("PRAGMA user_version = 99");
  open();
  EXPECT_THAT(stores_->warnings(), ElementsAre(HasSubstr("newer program")));
  EXPECT_THAT(set_aside(), SizeIs(1));
}

TEST_F(OpenTest, KeepsTheNewestTwoDamagedMirrors) {
  make();
  for (int i = 0; i < 4; ++i) {
    write_file(path("mirror.db"), "damaged " + std::to_string(i) + std::string(9000, 'x'));
    open();
    close();
    clock_.advance(Millis(1000));
  }
  const auto names = set_aside();
  ASSERT_THAT(names, SizeIs(2));
  EXPECT_TRUE(read_file(path(names[1])).starts_with("damaged 3"));
}

// The first page, which proves the key, and one of those that no start needs.
class DamagedLedgerTest : public OpenTest, public testing::WithParamInterface<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(, DamagedLedgerTest, testing::Values(100, 20 * 8192 + 100));

TEST_P(DamagedLedgerTest, IsLeftAsItIsAndReadsGoOnWithoutIt) {
  make();
  scratch("ledger.db", GetParam());
  const auto damaged = read_file(path("ledger.db"));
  open();
  EXPECT_THAT(stores_->warnings(), ElementsAre(HasSubstr("ledger.db was left as it is")));
  EXPECT_TRUE(reader().state(Kind::user));
  auto accepted = stores_->outbox().enqueue({}, {}, 10);
  ASSERT_FALSE(accepted);
  EXPECT_EQ(accepted.error().code, Code::read_only);
  EXPECT_THAT(accepted.error().hint, HasSubstr("icurectl backup restore"));
  EXPECT_EQ(stores_->private_keys().keep({}).error().code, Code::read_only);
  EXPECT_EQ(stores_->condition().last(), Condition::Is::ledger_damaged);
  close();
  EXPECT_EQ(read_file(path("ledger.db")), damaged);
}

// It is too large to be read whole, and the mirror's opening begins with the events of both files.
TEST_F(OpenTest, DamagedEventsOfALargeLedgerAreNotTakenForTheMirrors) {
  make();
  const auto page = static_cast<std::size_t>(
      raw("ledger.db")
          .execAndGet("SELECT rootpage FROM sqlite_schema WHERE name = 'event'")
          .getInt());
  scratch("ledger.db", (page - 1) * 8192 + 100);
  std::filesystem::resize_file(path("ledger.db"), 65 << 20);  // SQLite reads none of what is new
  open();
  EXPECT_THAT(stores_->warnings(), ElementsAre(HasSubstr("ledger.db was left as it is")));
  EXPECT_EQ(stores_->condition().check().error().code, Code::read_only);
  EXPECT_THAT(set_aside(), IsEmpty());
  EXPECT_TRUE(reader().get(Kind::user, "u1"));
}

TEST_F(OpenTest, DamageOfTheLedgerThatIsMetWhileItIsUsedEndsAllChanges) {
  open();
  auto& outbox = stores_->outbox();
  Item item;
  item.content = std::string(100'000, 'c');  // so that its cache does not hold them all
  for (int each = 0; each < 40; ++each) {
    item.id = "i" + std::to_string(each);
    ASSERT_TRUE(outbox.enqueue(item, {0, item.id, ""}, 100));
  }
  stores_->ledger().empty_log();
  auto bytes = read_file(path("ledger.db"));
  for (std::size_t at = 8192; at < bytes.size(); at += 512) bytes[at] ^= 0x55;
  write_file(path("ledger.db"), bytes);
  std::optional<Error> met;
  for (int each = 0; each < 40 && !met; ++each) {
    item.id = "i" + std::to_string(each);
    if (auto saved = outbox.save(item, std::nullopt); !saved) met = saved.error();
  }
  ASSERT_TRUE(met);
  EXPECT_EQ(met->code, Code::corrupt);
  EXPECT_EQ(stores_->ledger().set_pause(std::nullopt).error().code, Code::corrupt);
  EXPECT_EQ(stores_->condition().check().error().code, Code::read_only);
  EXPECT_EQ(stores_->condition().last(), Condition::Is::ledger_damaged);
  EXPECT_TRUE(reader().platform().state(Kind::user));
}

// Nobody else should have it; but a lock that the system did not give back lasts until the process
// ends, and "online" would be a lie.
TEST_F(OpenTest, ALedgerThatStaysLockedTakesNothingInAndSaysWhatHelps) {
  open();
  auto other = raw("ledger.db");
  other.exec("BEGIN IMMEDIATE");
  const auto refused = stores_->outbox().enqueue({}, {}, 10);  // after five seconds
  ASSERT_FALSE(refused);
  EXPECT_EQ(stores_->condition().check().error().code, Code::read_only);
  EXPECT_THAT(stores_->condition().check().error().hint, HasSubstr("restart"));
  EXPECT_EQ(stores_->condition().last(), Condition::Is::ledger_locked);

  other.exec("ROLLBACK");
  ASSERT_TRUE(stores_->ledger().set_pause(std::nullopt));  // as the daemon's own writes go on
  EXPECT_TRUE(stores_->condition().check());
}

TEST_F(OpenTest, RefusesALedgerOfANewerProgram) {
  make();
  raw("ledger.db").exec("PRAGMA user_version = 99");
  EXPECT_EQ(refused().code, Code::invalid);
  EXPECT_TRUE(exists(path("ledger.db")));
}

TEST_F(OpenTest, WarnsWhenTheLedgerHasGone) {
  make();
  std::filesystem::remove(path("ledger.db"));
  open();
  EXPECT_THAT(stores_->warnings(), ElementsAre(HasSubstr("ledger.db")));
}

TEST_F(OpenTest, ForgetsNothingOnADamagedKeyCopy) {
  make();
  write_file(path("keys"), "rubbish");
  open();
  EXPECT_THAT(stores_->warnings(), ElementsAre(HasSubstr("restored")));
  EXPECT_TRUE(reader().get(Kind::user, "u1"));
}

}  // namespace
}  // namespace icure::store
