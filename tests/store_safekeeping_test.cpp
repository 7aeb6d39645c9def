// store/safekeeping and store/repair: what exists only here, saved, proven and brought back.
#include <sys/stat.h>

#include <filesystem>

#include "store/files.h"
#include "store/repair.h"
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kOtherKey =
    "8888888888888888888888888888888888888888888888888888888888888888";

class SafekeepingTest : public StoreTest {
 protected:
  std::string backup() const { return dir_.path() / "backup"; }
  Safekeeping& safekeeping() { return stores_->safekeeping(); }
  /// Something that only the ledger knows.
  void record(const std::string& id) {
    store::Run run;
    run.id = id;
    run.trigger = "request";
    run.state = "done";
    ASSERT_TRUE(stores_->ledger().record(run));
  }
  std::vector<std::string> recorded() {
    std::vector<std::string> ids;
    const auto runs = stores_->ledger().runs(100);
    for (const auto& run : *runs) ids.push_back(run.id);
    return ids;
  }
  Result<Restored> bring_back(const std::string& directory, bool replace_newer = false,
                              std::string_view key = kStoreKey) {
    const auto store_key = parse_store_key(key);
    return restore(
        {backup(), directory, *store_key, nullptr, replace_newer, clock_.wall(), random_});
  }
  void scratch(const std::string& file, std::size_t at) {
    auto bytes = read_file(file);
    ASSERT_GT(bytes.size(), at + 64);
    for (std::size_t i = at; i < at + 64; ++i) bytes[i] ^= 0x55;
    write_file(file, bytes);
  }
};

TEST_F(SafekeepingTest, SavesTheLedgerWhileItIsUsedAndProvesIt) {
  open();
  record("r1");
  const auto made = safekeeping().back_up(backup());
  ASSERT_TRUE(made) << made.error().message;
  record("r2");
  EXPECT_EQ(made->bytes, std::filesystem::file_size(backup()));
  EXPECT_GT(made->ledger.bytes, 8192u);
  struct stat found {};
  ASSERT_EQ(::stat(backup().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  const auto proven = safekeeping().check_backup(backup());
  ASSERT_TRUE(proven) << proven.error().message;
  EXPECT_EQ(proven->made, made->made);
  EXPECT_THAT(proven->ledger.faults, IsEmpty());
  EXPECT_THAT(names_with_prefix(path(), "ledger.db."), IsEmpty()) << "nothing is left beside it";
}

TEST_F(SafekeepingTest, HoldsNothingInTheClear) {
  open();
  record("planted-in-the-ledger");
  ASSERT_TRUE(safekeeping().back_up(backup()));
  const auto bytes = read_file(backup());
  EXPECT_EQ(bytes.find("planted-in-the-ledger"), std::string::npos);
  EXPECT_EQ(bytes.find("SQLite format"), std::string::npos);
  EXPECT_EQ(bytes.find(kStoreKey), std::string::npos);
}

TEST_F(SafekeepingTest, ReplacesNoFileAndLeavesNoHalfOne) {
  open();
  write_file(backup(), "someone's");
  EXPECT_EQ(safekeeping().back_up(backup()).error().code, Code::conflict);
  EXPECT_EQ(read_file(backup()), "someone's");
  const auto nowhere = safekeeping().back_up(dir_.path() / "none" / "backup");
  EXPECT_EQ(nowhere.error().code, Code::invalid);
  EXPECT_THAT(nowhere.error().message, HasSubstr("there is no directory"));
}

TEST_F(SafekeepingTest, TellsABackupThatIsDamagedCutOrNone) {
  open();
  record("r1");
  ASSERT_TRUE(safekeeping().back_up(backup()));
  const auto whole = read_file(backup());
  scratch(backup(), whole.size() / 2);
  EXPECT_FALSE(safekeeping().check_backup(backup())->ledger.faults.empty());
  write_file(backup(), whole.substr(0, whole.size() - 1));
  EXPECT_EQ(safekeeping().check_backup(backup()).error().code, Code::invalid);
  write_file(backup(), "no backup");
  EXPECT_EQ(safekeeping().check_backup(backup()).error().code, Code::invalid);
  auto keys = whole;
  keys[whole.find("slot store") + 20] ^= 1;
  write_file(backup(), keys);
  EXPECT_THAT(safekeeping().check_backup(backup())->ledger.faults, ElementsAre(HasSubstr("keys")));
  EXPECT_EQ(safekeeping().check_backup(dir_.path() / "none").error().code, Code::not_found);
}

TEST_F(SafekeepingTest, ADamagedBackupReplacesNothing) {
  open();
  record("r1");
  ASSERT_TRUE(safekeeping().back_up(backup()));
  close();
  scratch(backup(), read_file(backup()).size() / 2);
  EXPECT_EQ(bring_back(path(), true).error().code, Code::corrupt);
  open();
  EXPECT_THAT(recorded(), ElementsAre("r1"));
}

TEST_F(SafekeepingTest, ComesBackOnAnotherMachine) {
  open();
  record("r1");
  ASSERT_TRUE(safekeeping().back_up(backup()));
  close();
  std::filesystem::remove_all(path());
  const auto restored = bring_back(path());
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_THAT(restored->aside, IsEmpty());
  EXPECT_THAT(names_with_prefix(path(), "ledger.db"), ElementsAre("ledger.db"));
  open();
  EXPECT_THAT(recorded(), ElementsAre("r1"));
}

TEST_F(SafekeepingTest, NeedsTheStoreKeyOfItsTime) {
  open();
  ASSERT_TRUE(safekeeping().back_up(backup()));
  close();
  std::filesystem::remove_all(path());
  EXPECT_EQ(bring_back(path(), false, kOtherKey).error().code, Code::wrong_key);
  EXPECT_FALSE(exists(path("ledger.db")));
  EXPECT_FALSE(exists(path("keys")));
}

TEST_F(SafekeepingTest, ReplacesANewerLedgerOnlyWhenToldAndKeepsIt) {
  open();
  record("r1");
  ASSERT_TRUE(safekeeping().back_up(backup()));
  record("r2");
  close();
  const auto refused = bring_back(path());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_THAT(refused.error().hint, HasSubstr("--force"));
  const auto restored = bring_back(path(), true);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_THAT(restored->aside, SizeIs(1));
  EXPECT_TRUE(exists(path(restored->aside.front())));
  open();
  EXPECT_THAT(recorded(), ElementsAre("r1"));
}

TEST_F(SafekeepingTest, IsNotRestoredUnderARunningDaemon) {
  open();
  ASSERT_TRUE(safekeeping().back_up(backup()));
  const auto refused = bring_back(path(), true);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_THAT(refused.error().hint, HasSubstr("systemctl stop"));
}

TEST_F(SafekeepingTest, ARestoreThatWasCutOffMustBeRunAgain) {
  open();
  record("r1");
  ASSERT_TRUE(safekeeping().back_up(backup()));
  close();
  // Where it is cut off: the old ledger is aside, the new one not in its place yet.
  std::filesystem::rename(path("ledger.db"), path("ledger.db.replaced-x"));
  write_file(path("ledger.db.restoring"), "half of it");
  const auto refused = try_open("grp-blue", kStoreKey);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("cut off"));
  ASSERT_TRUE(bring_back(path()));
  open();
  EXPECT_THAT(recorded(), ElementsAre("r1"));
}

TEST_F(SafekeepingTest, BelongsToAnotherPlatformOnceThatIsConfirmed) {
  open();
  record("r1");
  apply(Page().user("u1", "1-a", "Hildegard"));
  const auto store_key = parse_store_key(kStoreKey);
  EXPECT_EQ(adopt({path(), *store_key, "grp-red", clock_.wall()}).error().code, Code::conflict);
  close();
  EXPECT_EQ(try_open("grp-red").error().code, Code::invalid);
  const auto before = adopt({path(), *store_key, "grp-red", clock_.wall()});
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_EQ(*before, "grp-blue");
  auto opened = try_open("grp-red");
  ASSERT_TRUE(opened) << opened.error().message;
  stores_ = std::move(*opened);
  EXPECT_THAT(recorded(), ElementsAre("r1")) << "the ledger stays";
  EXPECT_EQ(reader().get(Kind::user, "u1").error().code, Code::not_found) << "the mirror was its";
}

TEST_F(SafekeepingTest, AMoveThatIsNoneChangesNothing) {
  open();
  const auto store_key = parse_store_key(kStoreKey);
  ASSERT_EQ(*stores_->outbox().settle_on("m1", "moved", "look"), 0u);
  apply(Page().user("u1", "1-a", "Hildegard"));
  close();
  EXPECT_EQ(*adopt({path(), *store_key, "grp-blue", clock_.wall()}), "grp-blue");
  EXPECT_THAT(names_with_prefix(path(), "mirror.db.replaced-"), IsEmpty());
  open();
  EXPECT_TRUE(reader().get(Kind::user, "u1"));
}

TEST_F(SafekeepingTest, NobodyIsLoggedInInACopyOrAfterAMove) {
  const auto log_in = [this] {
    LoginSession session;
    session.id = "s1";
    session.digest = "digest";
    session.user = "u1";
    Verifier verifier;
    verifier.user = "u1";
    return stores_->logins().begin(session, verifier);
  };
  const auto store_key = parse_store_key(kStoreKey);
  open();
  ASSERT_TRUE(log_in());
  ASSERT_TRUE(safekeeping().back_up(backup()));
  EXPECT_THAT(*stores_->logins().sessions(), SizeIs(1)) << "of the original somebody still is";
  close();
  ASSERT_TRUE(bring_back(path(), true));
  open();
  EXPECT_THAT(*stores_->logins().sessions(), IsEmpty());
  EXPECT_THAT(*stores_->logins().verified(), IsEmpty());
  ASSERT_TRUE(log_in());
  close();
  ASSERT_TRUE(adopt({path(), *store_key, "grp-red", clock_.wall()}));
  auto opened = try_open("grp-red");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_THAT(*(*opened)->logins().verified(), IsEmpty());
}

TEST_F(SafekeepingTest, WhoFollowsEventsLearnsThatSomeAreLost) {
  open();
  ASSERT_TRUE(safekeeping().back_up(backup()));
  close();
  open();  // takes numbers that the backup knows nothing of
  ASSERT_TRUE(stores_->events().add(Topic::daemon, "offline", "daemon"));
  const auto told = (*stores_->open_event_reader())->newest();
  close();
  ASSERT_TRUE(bring_back(path(), true));
  open();
  const auto events = stores_->open_event_reader();
  ASSERT_TRUE(events) << events.error().message;
  EXPECT_GT((*events)->newest(), told) << "no number comes twice";
  const auto missed = (*events)->after(told, 10);
  ASSERT_TRUE(missed) << missed.error().message;
  ASSERT_FALSE(missed->events.empty());
  EXPECT_TRUE(missed->events.front().gap);
}

TEST_F(SafekeepingTest, FindsDamageInTheFilesInUse) {
  open();
  apply(Page().user("u1", "1-a", "Hildegard"));
  close();
  open();
  auto sound = safekeeping().check();
  ASSERT_TRUE(sound) << sound.error().message;
  ASSERT_THAT(*sound, SizeIs(3));
  for (const auto& file : *sound) {
    EXPECT_THAT(file.faults, IsEmpty()) << file.name;
    EXPECT_EQ(file.bytes, std::filesystem::file_size(path(file.name)));
  }
  scratch(path("mirror.db"), std::filesystem::file_size(path("mirror.db")) - 4096);
  const auto damaged = safekeeping().check();
  ASSERT_TRUE(damaged) << damaged.error().message;
  EXPECT_THAT((*damaged)[0].faults, IsEmpty());
  EXPECT_FALSE((*damaged)[1].faults.empty());
}

TEST_F(SafekeepingTest, ANewStoreKeyHoldsFromTheFirstStartWithItOn) {
  open();
  record("r1");
  ASSERT_TRUE(safekeeping().rekey(*parse_store_key(kOtherKey)));
  close();
  EXPECT_TRUE(try_open("grp-blue", kStoreKey)) << "until then the old one opens it";
  ASSERT_TRUE(try_open("grp-blue", kOtherKey));
  EXPECT_EQ(try_open("grp-blue", kStoreKey).error().code, Code::wrong_key);
  EXPECT_TRUE(try_open("grp-blue", kOtherKey));
  EXPECT_EQ(read_file(path("keys")), read_file(path("keys.bak")));
}

TEST_F(SafekeepingTest, ABackupFromBeforeARekeyNeedsTheOldKey) {
  open();
  record("r1");
  ASSERT_TRUE(safekeeping().back_up(backup()));
  ASSERT_TRUE(safekeeping().rekey(*parse_store_key(kOtherKey)));
  close();
  ASSERT_TRUE(try_open("grp-blue", kOtherKey));
  EXPECT_EQ(bring_back(path(), true, kOtherKey).error().code, Code::wrong_key);
  ASSERT_TRUE(bring_back(path(), true));
  open();
  EXPECT_THAT(recorded(), ElementsAre("r1"));
}

TEST_F(SafekeepingTest, WritesOutWhatCanBeReadOfALedgerInTheClear) {
  open();
  Item item;
  for (const auto* id : {"i1", "i2"}) {
    item.id = id;
    item.op = "user.create";
    ASSERT_TRUE(stores_->outbox().enqueue(item, {0, id, ""}, 10));
  }
  const auto key = parse_store_key(kStoreKey);
  const std::string out = dir_.path() / "out";
  EXPECT_EQ(export_ledger(path(), *key, out).error().code, Code::conflict) << "it is in use";
  close();
  const auto before = read_file(path("ledger.db"));
  const auto exported = export_ledger(path(), *key, out);
  ASSERT_TRUE(exported) << exported.error().message;
  EXPECT_TRUE(exported->whole);
  EXPECT_EQ(exported->rows, 2u);
  EXPECT_THAT(read_file(out), HasSubstr(R"("id":"i2","op":"user.create")"));
  EXPECT_EQ(read_file(path("ledger.db")), before);
  EXPECT_EQ(export_ledger(path(), *key, out).error().code, Code::conflict) << "it is there";
  EXPECT_EQ(export_ledger(path(), *parse_store_key(kOtherKey), out + "2").error().code,
            Code::wrong_key);
  scratch(path("ledger.db"), 100);
  const auto nothing = export_ledger(path(), *key, out + "2");
  EXPECT_EQ(nothing.error().code, Code::corrupt);
  EXPECT_THAT(nothing.error().hint, HasSubstr("backup restore"));
  EXPECT_FALSE(exists(out + "2"));
}

}  // namespace
}  // namespace icure::store
