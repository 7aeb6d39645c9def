// What imported keys make readable: kept apart, found by who may, erased with the key.
#include "store/decrypted.h"
#include "store/decrypted_writer.h"
#include "tests/store_fixture.h"
#include "tests/support/clear_pages.h"

namespace icure::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DecryptedTest : public StoreTest {
 protected:
  DecryptedWriter& decrypted() { return stores_->decrypted(); }

  void patient(const std::string& id, const std::string& rev, const std::string& name = "Ann") {
    Page page;
    page.add(id, rev,
             R"({"id":")" + id + R"(","rev":")" + rev + R"(","firstName":")" + name +
                 R"(","encryptedSelf":"AAAA"})");
    apply(page, Kind::patient);
  }

  Reading next(std::size_t limit = 100) {
    auto reading = decrypted().next(limit);
    EXPECT_TRUE(reading) << reading.error().message;
    return reading ? std::move(*reading) : Reading{};
  }
  static std::vector<std::string> ids_of(const Reading& reading) {
    std::vector<std::string> found;
    for (const auto& one : reading.patients) found.push_back(one.id);
    return found;
  }
  static ReadPatient opened(const ToRead& from, const std::string& note) {
    auto json = from.json;
    json.insert(json.size() - 1, R"(,"note":")" + note + R"(","dateOfBirth":19800101)");
    return {from.row, from.id, from.rev, json, note, {}, {"key-1"}};
  }
  /// Reads everything that is on the list: each with the same note.
  DecryptedCounts read_all(const std::string& note) {
    DecryptedCounts counts;
    for (auto reading = next(); !reading.patients.empty() || reading.left > 0; reading = next()) {
      std::vector<ReadPatient> read;
      for (const auto& one : reading.patients) read.push_back(opened(one, note));
      auto kept = decrypted().keep(read);
      EXPECT_TRUE(kept) << kept.error().message;
      if (!kept) break;
      counts = *kept;
    }
    return counts;
  }
  std::vector<std::string> found(std::string_view text, Sight sight) {
    return ids(reader().search(Kind::patient, text, 10, sight));
  }
  Secret file_key() const {
    std::vector<std::string> warnings;
    return open_keys(path(), *parse_store_key(kStoreKey), warnings)->of_database("mirror.db");
  }
  std::string pages() {
    close();
    auto text = support::clear_pages(read_file(path("mirror.db")), file_key());
    open();
    return text;
  }
  /// Of the log as it stands, with the file open.
  std::string log_pages() const {
    return support::clear_log_pages(read_file(path("mirror.db-wal")), file_key());
  }
};

TEST_F(DecryptedTest, APatientThatComesInIsOnTheListWhileThereAreKeys) {
  open();
  patient("before", "1");
  EXPECT_THAT(ids_of(next()), IsEmpty());
  ASSERT_TRUE(decrypted().note_changes(true));
  patient("p", "1");
  EXPECT_THAT(ids_of(next()), ElementsAre("p"));
  EXPECT_THAT(ids_of(next()), ElementsAre("p")) << "until something was kept of it";
  open();
  EXPECT_THAT(ids_of(next()), ElementsAre("p")) << "also after a restart";
  read_all("hush");
  EXPECT_THAT(ids_of(next()), IsEmpty());
  patient("p", "2");
  EXPECT_THAT(ids_of(next()), ElementsAre("p"));
}

TEST_F(DecryptedTest, ANewKeyPutsAllOnTheListThatAreNotWhollyReadable) {
  open();
  for (int i = 0; i < 5; ++i) patient("p" + std::to_string(i), "1");
  ASSERT_TRUE(decrypted().read_again());
  auto reading = next(2);
  EXPECT_THAT(ids_of(reading), ElementsAre("p0", "p1"));
  EXPECT_EQ(reading.left, 5u);
  std::vector<ReadPatient> read = {opened(reading.patients[0], "hush")};
  read.push_back(opened(reading.patients[1], "hush"));
  read[1].unread = {"the record: closed"};
  const auto counts = decrypted().keep(read);
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->readable, 2u);
  EXPECT_EQ(counts->unreadable, 1u);
  EXPECT_EQ(read_all("hush").readable, 5u);
  ASSERT_TRUE(decrypted().read_again());
  EXPECT_THAT(ids_of(next()), ElementsAre("p1"));
  EXPECT_EQ(decrypted().opened_by()->at("key-1"), 5u);
}

TEST_F(DecryptedTest, WhatIsLeftOfALongListIsNotCountedAtEachStep) {
  open();
  ASSERT_TRUE(decrypted().note_changes(true));
  for (int i = 0; i < 5; ++i) patient("p" + std::to_string(i), "1");
  const auto step = [this] {
    const auto reading = next(2);
    EXPECT_TRUE(decrypted().keep({}));
    return reading.left;
  };
  EXPECT_EQ(step(), 5u);
  for (int i = 5; i < 9; ++i) patient("p" + std::to_string(i), "1");
  EXPECT_EQ(step(), 3u) << "of those that were counted";
  EXPECT_EQ(step(), 5u) << "counted again: the others are read";
  EXPECT_EQ(step(), 3u);
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(step(), 0u);
}

TEST_F(DecryptedTest, WhatWasOpenedIsShownForThatRevisionOnly) {
  open();
  ASSERT_TRUE(decrypted().note_changes(true));
  patient("p", "1");
  EXPECT_FALSE(*reader().decrypted("p"));
  read_all("hush");
  const auto shown = *reader().decrypted("p");
  ASSERT_TRUE(shown);
  EXPECT_NE(shown->row.json.find("hush"), std::string::npos);
  EXPECT_EQ(reader().get(Kind::patient, "p")->json.find("hush"), std::string::npos);
  patient("p", "2");
  EXPECT_FALSE(*reader().decrypted("p"));
  EXPECT_THAT(found("hush", Sight::decrypted), IsEmpty());
}

TEST_F(DecryptedTest, WhatWasOpenedIsFoundByThoseWhoMaySeeIt) {
  open();
  ASSERT_TRUE(decrypted().note_changes(true));
  patient("p", "1");
  patient("q", "1", "Bob");
  read_all("hush quiet");
  EXPECT_THAT(found("hush ann", Sight::decrypted), ElementsAre("p"));
  EXPECT_THAT(found("hush", Sight::plain), IsEmpty());
  EXPECT_THAT(found("ann", Sight::plain), ElementsAre("p"));
  EXPECT_THAT(found("ann", Sight::decrypted), ElementsAre("p")) << "once";
  EXPECT_EQ(
      ids(reader().find(Kind::patient, Key::date_of_birth, "19800101", Sight::decrypted)).size(),
      2u);
  EXPECT_THAT(ids(reader().find(Kind::patient, Key::date_of_birth, "19800101")), IsEmpty());
  const auto rows = reader().search(Kind::patient, "quiet", 1, Sight::decrypted);
  EXPECT_EQ((*rows)[0].json.find("quiet"), std::string::npos) << "the platform's document";
}

TEST_F(DecryptedTest, ADepartedPatientIsForgotten) {
  open();
  ASSERT_TRUE(decrypted().note_changes(true));
  patient("p", "1");
  EXPECT_EQ(read_all("hush").readable, 1u);
  Departure gone;
  gone.id = "p";
  ASSERT_TRUE(writer().finish_sweep(Kind::patient, {gone}, std::nullopt));
  EXPECT_EQ(read_all("hush").readable, 0u);
  EXPECT_EQ(decrypted().counts()->readable, 0u);
  EXPECT_EQ(decrypted().opened_by()->at("key-1"), 0u);
}

TEST_F(DecryptedTest, NothingThatWasForgottenIsLeftInTheFile) {
  open();
  for (int i = 0; i < 300; ++i) patient("p" + std::to_string(i), "1");
  ASSERT_TRUE(decrypted().read_again());
  read_all("xylophonist");  // no word of any dictionary
  EXPECT_NE(log_pages().find("xylophonist"), std::string::npos) << "this can read logs";
  EXPECT_NE(pages().find("xylophonist"), std::string::npos);
  reader().end_turn();
  ASSERT_TRUE(decrypted().forget_all());
  EXPECT_EQ(log_pages().find("xyloph"), std::string::npos);
  EXPECT_THAT(found("xylophonist", Sight::decrypted), IsEmpty());
  EXPECT_FALSE(*reader().decrypted("p1"));
  EXPECT_EQ(decrypted().counts()->readable, 0u);
  EXPECT_EQ(next().left, 300u);
  EXPECT_EQ(pages().find("xyloph"), std::string::npos);
}

TEST_F(DecryptedTest, APatientThatChangesWhileItIsReadIsReadAgain) {
  open();
  ASSERT_TRUE(decrypted().note_changes(true));
  patient("p", "1");
  const auto reading = next();
  patient("p", "2");
  ASSERT_TRUE(decrypted().keep({opened(reading.patients[0], "hush")}));
  EXPECT_THAT(ids_of(next()), ElementsAre("p"));
}

TEST_F(DecryptedTest, ExchangeDataThatIsGoneIsNotRetained) {
  open();
  auto& data = stores_->exchange_data();
  EXPECT_EQ(*data.put("o", {{"a", "1", "{}"}, {"b", "1", "{}"}}), 2u);
  EXPECT_EQ(*data.put("o", {{"b", "1", "{}"}, {"c", "1", "{}"}}), 1u);
  ASSERT_TRUE(data.retain("o", {"b", "c"}));
  EXPECT_THAT(ids(data.of("o", "", 10)), ElementsAre("b", "c"));
  EXPECT_THAT(ids(data.of("o", "b", 10)), ElementsAre("c"));
  EXPECT_THAT(ids(data.of("other", "", 10)), IsEmpty());
}

// A key that opens many must not take the room in which accepted writes are finished.
TEST_F(DecryptedTest, NothingIsReadWhereTheDiskIsNearlyFull) {
  open();
  patient("a", "1-x");
  close();
  auto db = raw("mirror.db");
  const Condition full("/proc");  // which never has room
  auto reader = make_decrypted_writer(db, full);
  EXPECT_TRUE(reader->next(9)) << "nothing is on the list";
  ASSERT_TRUE(reader->read_again());
  const auto refused = reader->next(9);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::read_only);
  const Condition roomy(path());
  EXPECT_EQ(make_decrypted_writer(db, roomy)->next(9)->patients.size(), 1u);
}

}  // namespace
}  // namespace icure::store
