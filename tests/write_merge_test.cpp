// sync/write/merge.h and put_document.h: what is PUT, also after somebody else was faster.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sync/write/members.h"
#include "sync/write/merge.h"
#include "sync/write/put_document.h"

namespace icure::sync::write {
namespace {

using Json = nlohmann::json;

/// The document to PUT, or the conflicts as "POINTER base|ours|theirs".
std::string merged(const std::string& base, const std::string& patch, const std::string& theirs) {
  auto result = merge(base, patch, theirs);
  if (!result) return result.error().message;
  EXPECT_EQ(result->document.empty(), !result->conflicts.empty());
  std::string all;
  for (const auto& [member, of_base, ours, of_theirs] : result->conflicts) {
    for (const auto& part : {member, std::string(" "), of_base, std::string("|"), ours,
                             std::string("|"), of_theirs, std::string(";")}) {
      all += part;
    }
  }
  if (!all.empty()) return all;
  EXPECT_EQ(result->changes, Json::parse(result->document) != Json::parse(theirs));
  return result->document;
}

TEST(MergeTest, IsJustTheEditWhereNobodyElseWasThere) {
  const std::string base = R"({"a":1,"b":{"c":2,"d":3},"rev":"1-a","unknown":{"x":[1,null]}})";
  EXPECT_EQ(merged(base, R"({"a":5,"b":{"c":null,"e":4}})", base),
            R"({"a":5,"b":{"d":3,"e":4},"rev":"1-a","unknown":{"x":[1,null]}})");
  EXPECT_EQ(merged(base, "{}", base), base);
}

TEST(MergeTest, KeepsWhatTheyChangedBesideOurs) {
  EXPECT_EQ(merged(R"({"rev":"5-aa","notes":"a","languages":[]})", R"({"notes":"desk B"})",
                   R"({"rev":"6-ab","notes":"a","languages":["es"],"new":{"x":1}})"),
            R"({"languages":["es"],"new":{"x":1},"notes":"desk B","rev":"6-ab"})");
}

TEST(MergeTest, MergesNestedObjectsMemberByMember) {
  EXPECT_EQ(merged(R"({"o":{"a":1,"b":1,"p":{"x":1,"y":1}}})", R"({"o":{"a":2,"p":{"x":2}}})",
                   R"({"o":{"a":1,"b":2,"p":{"x":1,"y":2}}})"),
            R"({"o":{"a":2,"b":2,"p":{"x":2,"y":2}}})");
  // Both added the object, with other members.
  EXPECT_EQ(merged("{}", R"({"o":{"a":1}})", R"({"o":{"b":2}})"), R"({"o":{"a":1,"b":2}})");
}

TEST(MergeTest, ListsWhatBothChangedWithEachVersion) {
  EXPECT_EQ(merged(R"({"a":1,"b":1})", R"({"a":2,"b":2})", R"({"a":3,"b":1})"), "/a 1|2|3;");
  EXPECT_EQ(merged(R"({"a":1})", R"({"a":null})", R"({"a":3})"), "/a 1||3;");
  EXPECT_EQ(merged(R"({"a":1})", R"({"a":2})", R"({})"), "/a 1|2|;");
  EXPECT_EQ(merged("{}", R"({"a":"x"})", R"({"a":"y"})"), R"(/a |"x"|"y";)");
  EXPECT_EQ(merged(R"({"o":{"a":1}})", R"({"o":{"a":2}})", R"({"o":{"a":3,"b":1}})"),
            "/o/a 1|2|3;");
  EXPECT_EQ(merged(R"({"o":{"a":1}})", R"({"o":{"a":2}})", "{}"), R"(/o {"a":1}|{"a":2}|;)");
  EXPECT_EQ(merged(R"({"o":1})", R"({"o":{"a":2}})", R"({"o":{"b":2}})"),
            R"(/o 1|{"a":2}|{"b":2};)");
  EXPECT_EQ(merged(R"({"x/y~z":1})", R"({"x/y~z":2})", R"({"x/y~z":3})"), "/x~1y~0z 1|2|3;");
}

TEST(MergeTest, HasNoConflictWhereBothMadeTheSameChange) {
  EXPECT_EQ(merged(R"({"a":1,"rev":"1"})", R"({"a":2})", R"({"a":2,"rev":"2"})"),
            R"({"a":2,"rev":"2"})");
  EXPECT_EQ(merged(R"({"a":1})", R"({"a":null})", R"({"b":1})"), R"({"b":1})");
  // We asked for what was there already: theirs is the newer wish.
  EXPECT_EQ(merged(R"({"a":1})", R"({"a":1})", R"({"a":2})"), R"({"a":2})");
}

TEST(MergeTest, TakesArraysAsValues) {
  EXPECT_EQ(merged(R"({"l":[1]})", R"({"l":[1,2]})", R"({"l":[1],"m":1})"), R"({"l":[1,2],"m":1})");
  EXPECT_EQ(merged(R"({"l":[1]})", R"({"l":[1,2]})", R"({"l":[1,3]})"), "/l [1]|[1,2]|[1,3];");
  // An order that means something is a change, the order of a set is none.
  EXPECT_EQ(merged(R"({"addresses":[1,2]})", R"({"addresses":[3]})", R"({"addresses":[2,1]})"),
            "/addresses [1,2]|[3]|[2,1];");
  EXPECT_EQ(merged(R"({"tags":[1,2]})", R"({"tags":[3]})", R"({"tags":[2,1]})"), R"({"tags":[3]})");
}

TEST(MergeTest, TakesAbsentNullAndEmptyAsTheSame) {
  EXPECT_EQ(merged("{}", R"({"l":["x"]})", R"({"l":[]})"), R"({"l":["x"]})");
  EXPECT_EQ(merged(R"({"l":[]})", R"({"l":["x"]})", "{}"), R"({"l":["x"]})");
  EXPECT_EQ(merged(R"({"a":null})", R"({"a":1})", "{}"), R"({"a":1})");
  EXPECT_EQ(merged(R"({"l":["x"]})", R"({"l":[]})", "{}"), "{}");
}

TEST(MergeTest, NeverTakesKeysOrRightsFromUs) {
  for (const std::string name : {"id",
                                 "rev",
                                 "deletionDate",
                                 "groupId",
                                 "systemMetadata",
                                 "passwordHash",
                                 "authenticationTokens",
                                 "publicKey",
                                 "publicKeysForOaepWithSha256",
                                 "hcPartyKeys",
                                 "aesExchangeKeys",
                                 "transferKeys",
                                 "privateKeyShamirPartitions",
                                 "cryptoActorProperties",
                                 "delegations",
                                 "encryptionKeys",
                                 "cryptedForeignKeys",
                                 "secretForeignKeys",
                                 "encryptedSelf",
                                 "securityMetadata"}) {
    EXPECT_TRUE(is_untouchable(name)) << name;
    const auto document = [&name](const std::string& value) { return Json{{name, value}}.dump(); };
    EXPECT_EQ(merged(document("base"), document("ours"), document("base")), document("base"));
    EXPECT_EQ(merged(document("base"), document("ours"), document("theirs")), document("theirs"));
    EXPECT_EQ(merged(document("base"), "{\"" + name + "\":null}", document("theirs")),
              document("theirs"));
    EXPECT_EQ(merged("{}", document("ours"), "{}"), "{}");
  }
  for (const auto* name : {"name", "status", "email", "addresses", "patientId", "properties"}) {
    EXPECT_FALSE(is_untouchable(name)) << name;
  }
}

TEST(MergeTest, KeepsTheNumbersAndTextsOfMembersThatItDoesNotKnow) {
  const std::string theirs =
      R"({"a":1,"big":9223372036854775807,"f":0.1,"t":"\u0000\"\\é😀","u":18446744073709551615})";
  EXPECT_EQ(Json::parse(merged(theirs, R"({"a":2})", theirs)),
            Json::parse(theirs).patch(Json::parse(R"([{"op":"replace","path":"/a","value":2}])")));
}

TEST(MergeTest, RefusesWhatIsNoObjectOrTooDeep) {
  for (const std::string bad : {"", "[]", "null", "{", "{}x"}) {
    EXPECT_FALSE(merge(bad, "{}", "{}"));
    EXPECT_FALSE(merge("{}", bad, "{}"));
    EXPECT_FALSE(merge("{}", "{}", bad));
  }
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += R"({"a":)";
  EXPECT_FALSE(merge("{}", deep + "1" + std::string(100000, '}'), "{}"));
}

std::string put(const std::string& document, const Revocation& revoked = {}) {
  auto result = put_document(document, revoked);
  return result ? *result : result.error().message;
}

TEST(PutDocumentTest, KeepsThePasswordIfAndOnlyIfThereIsOne) {
  EXPECT_EQ(put(R"({"id":"u","passwordHash":"*","rev":"1"})"),
            R"({"id":"u","passwordHash":"*","rev":"1"})");
  EXPECT_EQ(put(R"({"id":"u","passwordHash":"0123abcd","rev":"1"})"),
            R"({"id":"u","passwordHash":"*","rev":"1"})");
  EXPECT_EQ(put(R"({"id":"u","rev":"1"})"), R"({"id":"u","rev":"1"})");
  EXPECT_EQ(put(R"({"id":"u","passwordHash":null,"rev":"1"})"), R"({"id":"u","rev":"1"})");
}

TEST(PutDocumentTest, RevokesTokensAndLeavesTheOthersAlone) {
  const Revocation revoked{{"invite", "gone"}, WallTime(std::chrono::milliseconds(1790000000000))};
  const auto document =
      R"({"authenticationTokens":{"invite":{"creationTime":5,"token":null,"validity":60},)"
      R"("laptop":{"creationTime":7,"token":"*","validity":90}},"id":"u","rev":"1"})";
  EXPECT_EQ(put(document, revoked),
            R"({"authenticationTokens":{"gone":{"deletionDate":1790000000000,"validity":1},)"
            R"("invite":{"creationTime":5,"deletionDate":1790000000000,"validity":60},)"
            R"("laptop":{"creationTime":7,"validity":90}},"id":"u","rev":"1"})");
  EXPECT_EQ(put(document), R"({"authenticationTokens":{"invite":{"creationTime":5,"validity":60},)"
                           R"("laptop":{"creationTime":7,"validity":90}},"id":"u","rev":"1"})");
}

TEST(PutDocumentTest, KeepsMembersThatItDoesNotKnow) {
  const auto document = R"({"future":{"a":[1,2]},"id":"u","rev":"1","status":"DISABLED"})";
  EXPECT_EQ(put(document), document);
}

TEST(PutDocumentTest, RefusesWhatCannotBePut) {
  for (const std::string bad : {"", "[]", "{}", R"({"id":"u"})", R"({"rev":"1"})",
                                R"({"id":"","rev":"1"})", R"({"id":1,"rev":"1"})"}) {
    EXPECT_FALSE(put_document(bad)) << bad;
  }
  EXPECT_TRUE(put_document(R"({"authenticationTokens":[1],"id":"u","rev":"1"})"));
  EXPECT_TRUE(put_document(R"({"authenticationTokens":{"a":7},"id":"u","rev":"1"})"));
}

}  // namespace
}  // namespace icure::sync::write
