// sync/keys/keys.h: from the import of a key to the patients that it makes readable, and back.
#include "tests/support/keys_fixture.h"

namespace icure::sync {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(KeysTest, WhatAnImportedKeyOpensIsReadAndFound) {
  mirror_owners(simple);
  mirror(Kind::patient, simple.at("stored"));
  mirror(Kind::patient, {{"id", "clear"}, {"lastName", "Vega"}});
  EXPECT_FALSE(keys->any());
  const auto imported = import(simple);
  ASSERT_TRUE(imported) << imported.error().message;
  EXPECT_TRUE(imported->matches);
  EXPECT_TRUE(keys->any());
  pass();
  EXPECT_THAT(opened(simple.at("stored")), HasSubstr("Allergic to penicillin"));
  EXPECT_EQ(point->search(Kind::patient, "penicill", 9, store::Sight::decrypted)->size(), 1u);
  const auto progress = keys->progress();
  EXPECT_EQ(progress.keys, 1u);
  EXPECT_EQ(progress.readable, 1u);
  EXPECT_EQ(progress.unreadable, 0u);
  EXPECT_EQ(progress.left, 0u);
  const auto rows = list();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].owner, owner_of(simple));
  EXPECT_EQ(rows[0].fingerprint, imported->fingerprint);
  EXPECT_EQ(rows[0].opens, 1u);
}

TEST_F(KeysTest, AKeyThatIsNobodysIsNotKept) {
  mirror_owners(simple);
  const auto other = import(owner_of(simple), key_of(vector_named("L2-delegate")));
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->matches);
  EXPECT_EQ(import(owner_of(simple), "no key").error().code, Code::invalid);
  EXPECT_EQ(import("nobody", key_of(simple)).error().code, Code::not_found);
  EXPECT_FALSE(keys->any());
  EXPECT_THAT(list(), IsEmpty());
  EXPECT_THAT(*stores->private_keys().all(), IsEmpty());
}

TEST_F(KeysTest, TheSameKeyAgainIsTheSameKey) {
  mirror_owners(simple);
  ASSERT_TRUE(import(simple));
  EXPECT_TRUE(import(simple)->matches);
  EXPECT_EQ(list().size(), 1u);
}

TEST_F(KeysTest, OpensOneDocumentAtOnceAlsoWhileItStarts) {
  const auto text = simple.at("stored").dump();
  const auto closed = finish(keys->open(text));
  EXPECT_TRUE(closed.sealed);
  EXPECT_THAT(closed.json, IsEmpty());
  EXPECT_THAT(closed.unread, ElementsAre(HasSubstr("no key was imported")));
  mirror_owners(simple);
  ASSERT_TRUE(import(simple));
  pass();
  EXPECT_THAT(finish(keys->open(text)).json, HasSubstr("Allergic to penicillin"));
  end();
  keys.emplace(KeysParts{stores->private_keys(), ledger_thread, stores->decrypted(),
                         stores->exchange_data(), mirror_thread, *scan, scan_thread, *point,
                         session, engine, clock});
  auto early = keys->list();
  early.start();
  EXPECT_FALSE(early.done()) << "the ledger was not read yet";
  running.emplace();
  running->run(keys->loop(running->token()));
  settle();
  ASSERT_TRUE(early.done());
  EXPECT_EQ(early.take()->size(), 1u);
}

TEST_F(KeysTest, KeysAndWhatTheyOpenedOutliveARestart) {
  mirror_owners(simple);
  mirror(Kind::patient, simple.at("stored"));
  ASSERT_TRUE(import(simple));
  pass();
  end();
  begin();
  EXPECT_EQ(keys->progress().readable, 1u);
  EXPECT_EQ(list().at(0).opens, 1u);
  auto later = simple.at("stored");
  later["id"] = "later";
  mirror(Kind::patient, later);
  pass();
  EXPECT_EQ(keys->progress().readable, 2u) << "what comes in is read as well";
}

// As after a restore, or where the mirror began anew.
TEST_F(KeysTest, AKeyWaitsUntilItsOwnerIsMirrored) {
  mirror_owners(simple);
  ASSERT_TRUE(import(simple));
  end();
  const auto id = owner_of(simple);
  ASSERT_TRUE(stores->mirror().finish_sweep(
      Kind::hcp, {{id, "9-x", store::Gone::deleted, order + 1, order + 1}}, std::nullopt));
  ASSERT_TRUE(stores->mirror().flush());
  order += 2;
  mirror(Kind::patient, simple.at("stored"));
  begin();
  pass();
  EXPECT_EQ(opened(simple.at("stored")), "");
  EXPECT_EQ(keys->progress().unreadable, 1u);
  mirror_owners(simple);
  keys->mirror_changed();
  pass();
  EXPECT_NE(opened(simple.at("stored")), "");
}

TEST_F(KeysTest, ARemovedKeyTakesAlongWhatItOpened) {
  mirror_owners(simple);
  mirror(Kind::patient, simple.at("stored"));
  const auto imported = import(simple);
  pass();
  const auto fingerprint = imported->fingerprint;
  EXPECT_EQ(finish(keys->remove("", "xyz")).error().code, Code::invalid);
  const auto other = import(owner_of(simple), key_of(vector_named("L2-delegate")));
  EXPECT_EQ(finish(keys->remove("", other->fingerprint)).error().code, Code::not_found);
  EXPECT_EQ(finish(keys->remove("another", fingerprint)).error().code, Code::not_found);
  ASSERT_TRUE(finish(keys->remove(owner_of(simple), fingerprint)));
  pass();
  EXPECT_EQ(opened(simple.at("stored")), "");
  EXPECT_FALSE(keys->any());
  EXPECT_EQ(keys->progress().readable, 0u);
  EXPECT_THAT(*stores->private_keys().all(), IsEmpty());
  ASSERT_TRUE(import(simple));
  pass();
  EXPECT_NE(opened(simple.at("stored")), "") << "it may come again";
}

// As where the disk was full when the key was removed.
TEST_F(KeysTest, WhatAKeyThatIsGoneHasLeftIsErasedAtTheStart) {
  mirror_owners(simple);
  mirror(Kind::patient, simple.at("stored"));
  const auto imported = import(simple);
  pass();
  ASSERT_NE(opened(simple.at("stored")), "");
  end();
  ASSERT_TRUE(stores->private_keys().remove(owner_of(simple), imported->fingerprint));
  begin();
  EXPECT_EQ(opened(simple.at("stored")), "");
  EXPECT_EQ(keys->progress().readable, 0u);
}

TEST_F(KeysTest, OfTwoKeysTheOneThatStaysGoesOnOpening) {
  const auto& other = vector_named("L1b-self-unicode");
  for (const auto* vector : {&simple, &other}) {
    mirror_owners(*vector);
    mirror(Kind::patient, vector->at("stored"));
    ASSERT_TRUE(import(*vector)->matches);
  }
  pass();
  EXPECT_EQ(keys->progress().readable, 2u);
  const auto rows = list();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].opens, 1u);
  ASSERT_TRUE(finish(keys->remove("", rows[0].fingerprint)));
  pass();
  EXPECT_EQ(opened(simple.at("stored")), "");
  EXPECT_NE(opened(other.at("stored")), "");
  EXPECT_EQ(keys->progress().readable, 1u);
  EXPECT_EQ(keys->progress().unreadable, 1u);
}

}  // namespace
}  // namespace icure::sync
