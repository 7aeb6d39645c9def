// The audit log: an entry that was edited, cut out or never there is found.
#include <filesystem>

#include "daemon/base/hex.h"
#include "store/keyed_hash.h"
#include "tests/store_fixture.h"

namespace icure::store {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr WallTime kNoon(1'790'000'000'000ms);

class AuditTest : public StoreTest {
 protected:
  void SetUp() override { open(); }
  Audit& audit() { return stores_->audit(); }

  static AuditEntry entry(const std::string& id, WallTime at = kNoon) {
    AuditEntry made;
    made.at = at;
    made.uid = 1000;
    made.program = "desk";
    made.actor = "u9";
    made.actor_verified = true;
    made.method = "user.get";
    made.kind = Kind::user;
    made.id = id;
    made.outcome = "ok";
    made.calls = 3;
    return made;
  }
  /// Entries 1 to `count`, in batches of two.
  AuditHead fill(int count) {
    AuditHead head;
    std::vector<AuditEntry> batch;
    for (int number = 1; number <= count; ++number) {
      batch.push_back(entry("u" + std::to_string(number), kNoon + std::chrono::hours(number)));
      if (batch.size() < 2 && number < count) continue;
      head = *audit().append(batch);
      batch.clear();
    }
    return head;
  }
  /// What is true once the daemon has noted in the ledger how far the log has come.
  void note_head() { ASSERT_TRUE(stores_->audit_heads().keep(audit().head())); }

  AuditWalk proved() {
    AuditWalk walk;
    walk.kept = *stores_->audit_heads().kept();
    while (!walk.finished) walk = *audit().prove(walk, 3);
    return walk;
  }
  std::optional<std::uint64_t> broken_at() { return proved().broken_at; }
  /// As somebody would who has the key of the file, but not that of the chain.
  void change(const std::string& sql) {
    close();
    raw("audit.db").exec(sql);
    open();
  }
  std::vector<std::uint64_t> numbers() {
    std::vector<std::uint64_t> found;
    const auto rows = *audit().list(0, 100);
    for (const auto& row : rows) found.push_back(row.seq);
    return found;
  }
};

TEST(KeyedHash, IsHmacSha256) {  // RFC 4231, test case 2
  KeyedHash hash{Secret(std::string_view("Jefe"))};
  for (int time = 0; time < 2; ++time) {
    EXPECT_EQ(to_hex(hash.of("what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  }
}

TEST_F(AuditTest, GivesEntriesBackWholeAfterARestart) {
  auto search = entry("");
  search.method = "user.search";
  search.kind.reset();
  search.query = stores_->query_mark("anna");
  search.records = 0;
  search.actor_verified = false;
  const auto first = *audit().append(std::vector{entry("u1"), search});
  EXPECT_EQ(first.seq, 2u);
  open();
  EXPECT_EQ(audit().head(), first);
  const auto rows = *audit().list(0, 100);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].entry, entry("u1"));
  EXPECT_EQ(rows[1].entry, search);
  EXPECT_EQ(rows[1].hash, first.hash);
  EXPECT_EQ(audit().append(std::vector{entry("u2")})->seq, 3u);
  EXPECT_EQ(broken_at(), std::nullopt);
}

TEST_F(AuditTest, ListsFromANumberOn) {
  fill(5);
  const auto rows = *audit().list(2, 2);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].seq, 3u);
  EXPECT_THAT(*audit().list(5, 10), IsEmpty());
}

TEST_F(AuditTest, AMarkOfAQueryIsTheSameForTheSameTextInThisStoreOnly) {
  const auto mark = stores_->query_mark("anna");
  EXPECT_EQ(mark.size(), 32u);
  EXPECT_EQ(stores_->query_mark("anna"), mark);
  EXPECT_NE(stores_->query_mark("anne"), mark);
}

TEST_F(AuditTest, AWholeChainHolds) {
  fill(7);
  note_head();
  EXPECT_EQ(proved().entries, 7u);
  EXPECT_EQ(broken_at(), std::nullopt);
}

TEST_F(AuditTest, AnEmptyLogHolds) {
  EXPECT_EQ(broken_at(), std::nullopt);
  open();
  EXPECT_EQ(broken_at(), std::nullopt);
}

TEST_F(AuditTest, FindsEachEditedMember) {
  fill(5);
  for (const auto* edit :
       {"at = at + 1", "uid = 0", "program = 'x'", "actor = ''", "actor_verified = 0",
        "method = 'user.list'", "kind = 'hcp'", "id = 'u8'", "query = 'x'", "records = 0",
        "outcome = 'forbidden'", "calls = 1", "hash = zeroblob(32)"}) {
    SCOPED_TRACE(edit);
    close();
    {
      auto db = raw("audit.db");
      db.exec("CREATE TEMP TABLE before AS SELECT * FROM entry");
      db.exec("UPDATE entry SET " + std::string(edit) + " WHERE seq = 3");
      open();
      EXPECT_EQ(broken_at(), 3u);
      EXPECT_EQ(proved().entries, 2u);
      close();
      db.exec("DELETE FROM entry");
      db.exec("INSERT INTO entry SELECT * FROM before");
    }
    open();
    EXPECT_EQ(broken_at(), std::nullopt);
  }
}

TEST_F(AuditTest, FindsAnEntryThatWasCutOut) {
  fill(5);
  change("DELETE FROM entry WHERE seq = 3");
  EXPECT_EQ(broken_at(), 3u);
}

TEST_F(AuditTest, FindsAnEntryThatWasCutOutAndTheRestRenumbered) {
  fill(5);
  change("DELETE FROM entry WHERE seq = 3; UPDATE entry SET seq = seq - 1 WHERE seq > 3");
  EXPECT_EQ(broken_at(), 3u);
}

TEST_F(AuditTest, FindsABeginningThatWasCutOff) {
  fill(5);
  change("DELETE FROM entry WHERE seq < 3");
  EXPECT_EQ(broken_at(), 1u);
}

TEST_F(AuditTest, FindsABeginningThatWasCutOffUnderAForgedCheckpoint) {
  fill(5);
  change(
      "INSERT INTO signed_end SELECT 'checkpoint', seq, hash, zeroblob(32) FROM entry WHERE seq = "
      "2; DELETE FROM entry WHERE seq < 3");
  EXPECT_EQ(broken_at(), 2u);
}

TEST_F(AuditTest, FindsATailThatWasCutOffAndNotesIt) {
  fill(5);
  change("DELETE FROM entry WHERE seq > 3");
  EXPECT_THAT(stores_->warnings(), SizeIs(1));
  EXPECT_EQ(broken_at(), 6u);
  EXPECT_THAT(numbers(), ElementsAre(1, 2, 3, 6)) << "no number is given twice";
  EXPECT_EQ((*audit().list(5, 1))[0].entry.method, kAuditBroken);
  fill(2);
  note_head();
  open();
  EXPECT_THAT(stores_->warnings(), IsEmpty()) << "what is on record is not noted again";
  EXPECT_EQ(broken_at(), 6u) << "and it is not forgotten either";
}

TEST_F(AuditTest, FindsATailThatWasCutOffWhileTheLogWasOpen) {
  fill(5);
  auto db = raw("audit.db");
  db.exec("DELETE FROM entry WHERE seq > 3");
  EXPECT_EQ(broken_at(), 4u);
  fill(1);
  EXPECT_EQ(broken_at(), 4u);
}

TEST_F(AuditTest, FindsAnOlderCopyOfTheFile) {
  fill(3);
  close();
  const auto copy = read_file(path("audit.db"));
  open();
  fill(3);
  note_head();
  close();
  write_file(path("audit.db"), copy);
  open();
  EXPECT_THAT(stores_->warnings(), ElementsAre(HasSubstr("audit.broken")));
  EXPECT_EQ(broken_at(), 7u);
  EXPECT_THAT(numbers(), ElementsAre(1, 2, 3, 7));
}

TEST_F(AuditTest, FindsAnotherChainOfTheSameLength) {
  close();
  const auto empty = read_file(path("audit.db"));
  open();
  fill(3);
  note_head();
  const auto kept = *stores_->audit_heads().kept();
  close();
  write_file(path("audit.db"), empty);
  open();
  EXPECT_EQ(broken_at(), 4u);
  ASSERT_TRUE(audit().append(std::vector{entry("u1")}));
  EXPECT_TRUE(kept);
}

TEST_F(AuditTest, FindsThatTheFileIsGone) {
  fill(3);
  note_head();
  close();
  std::filesystem::remove(path("audit.db"));
  open();
  EXPECT_EQ(broken_at(), 4u);
}

TEST_F(AuditTest, FindsEntriesThatAreDamagedOnTheDisk) {
  fill(600);
  close();
  auto bytes = read_file(path("audit.db"));
  constexpr std::size_t kInAPage = 4 * 8192 + 100;
  ASSERT_GT(bytes.size(), 8u * 8192);
  bytes[kInAPage] = static_cast<char>(bytes[kInAPage] ^ 1);
  write_file(path("audit.db"), bytes);
  open();
  const auto walk = proved();
  ASSERT_TRUE(walk.broken_at);
  EXPECT_LT(*walk.broken_at, 600u);
  EXPECT_EQ(*walk.broken_at, walk.entries + 1);
}

TEST_F(AuditTest, SetsADamagedFileAsideAndNotesTheBreak) {
  fill(3);
  note_head();
  close();
  write_file(path("audit.db"), std::string(8192, 'x'));
  open();
  EXPECT_THAT(stores_->warnings(), SizeIs(2));
  EXPECT_EQ(broken_at(), 4u);
  EXPECT_EQ(audit().append(std::vector{entry("u1")})->seq, 5u);
}

TEST_F(AuditTest, ForgetsTheOldestAndHoldsAllTheSame) {
  fill(6);
  note_head();
  EXPECT_EQ(*audit().forget(kNoon + 5h, 3), 3u);
  EXPECT_EQ(*audit().forget(kNoon + 5h, 3), 1u);
  EXPECT_EQ(*audit().forget(kNoon + 5h, 3), 0u);
  EXPECT_THAT(numbers(), ElementsAre(5, 6));
  EXPECT_EQ(broken_at(), std::nullopt);
  EXPECT_EQ(proved().entries, 2u);
  open();
  EXPECT_EQ(broken_at(), std::nullopt);
  EXPECT_THAT(stores_->warnings(), IsEmpty());
}

TEST_F(AuditTest, GoesOnAfterEverythingWasForgotten) {
  fill(3);
  note_head();
  EXPECT_EQ(*audit().forget(kNoon + 99h, 100), 3u);
  open();
  EXPECT_THAT(stores_->warnings(), IsEmpty());
  EXPECT_EQ(audit().append(std::vector{entry("u1")})->seq, 4u);
  EXPECT_EQ(broken_at(), std::nullopt);
}

TEST_F(AuditTest, HoldsWhileTheOldestAreForgottenDuringAProof) {
  fill(6);
  auto walk = *audit().prove({}, 2);
  EXPECT_EQ(*audit().forget(kNoon + 5h, 100), 4u);
  while (!walk.finished) walk = *audit().prove(walk, 2);
  EXPECT_EQ(walk.broken_at, std::nullopt);
}

TEST_F(AuditTest, IsEncryptedAndRefusesANewerProgramsFile) {
  fill(1);
  close();
  EXPECT_EQ(read_file(path("audit.db")).find("user.get"), std::string::npos);
  raw("audit.db").exec("PRAGMA user_version = 99");
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::invalid);
}

}  // namespace
}  // namespace icure::store
