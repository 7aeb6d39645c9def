// sync/wire.h: the platform's JSON, also when it is not what it should be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/wire.h"

namespace icure::sync::wire {
namespace {

TEST(WireTest, ReadsAPageWithItsNextKey) {
  auto page = parse_page(
      R"({"rows":[{"id":"a","rev":"1-x","name":"Ana"},{"rev":"2-y","id":"b","n":{"id":"no"}}],)"
      R"("nextKeyPair":{"startKey":"c@x.test","startKeyDocId":"c"}})");
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->documents.size(), 2u);
  EXPECT_EQ(page->documents[0].id, "a");
  EXPECT_EQ(page->documents[0].rev, "1-x");
  EXPECT_EQ(page->documents[0].json, R"({"id":"a","rev":"1-x","name":"Ana"})");
  EXPECT_EQ(page->documents[1].json, R"({"rev":"2-y","id":"b","n":{"id":"no"}})");
  ASSERT_TRUE(page->next);
  EXPECT_EQ(page->next->start_key, "c@x.test");
  EXPECT_EQ(page->next->start_id, "c");
}

TEST(WireTest, KnowsTheLastPageByTheMissingOrNullKey) {
  for (const auto* text : {R"({"rows":[]})", R"({"rows":[],"nextKeyPair":null})"}) {
    auto page = parse_page(text);
    ASSERT_TRUE(page);
    EXPECT_FALSE(page->next);
  }
}

TEST(WireTest, KeepsGoingWhereTheNextRowHasNoLogin) {
  auto page = parse_page(R"({"rows":[],"nextKeyPair":{"startKey":null,"startKeyDocId":"c"}})");
  ASSERT_TRUE(page);
  EXPECT_FALSE(page->next->start_key);
  EXPECT_EQ(page->next->start_id, "c");
}

TEST(WireTest, PutsAPrettyPrintedAnswerOnOneLine) {
  auto page = parse_documents("[\n  {\n    \"id\": \"a\",\r\n    \"rev\": \"1\" } ]");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->documents[0].json, R"({"id":"a","rev":"1"})");
}

TEST(WireTest, UnescapesIdsAndLeavesTheDocumentAsItCame) {
  auto page = parse_documents(R"([{"id":"\u0061b","rev":"1","n":"\u00e9\"}"} ])");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->documents[0].id, "ab");
  EXPECT_EQ(page->documents[0].json, R"({"id":"\u0061b","rev":"1","n":"\u00e9\"}"})");
}

TEST(WireTest, RefusesWhatIsCutOffMalformedOrOfTheWrongShape) {
  const std::vector<std::string> bad = {
      "",
      "null",
      "true",
      R"({"rows":[{"id":"a","rev":"1"})",
      R"({"rows":{}})",
      R"({"rows":[1]})",
      R"({"rows":[{"id":"a"}]})",
      R"({"rows":[{"id":"","rev":"1"}]})",
      R"({"rows":[{"id":7,"rev":"1"}]})",
      R"({"rows":[{"id":"a","rev":"1","x":tru}]})",
      R"({"rows":[{"id":"a","rev":"1","x":01}]})",
      R"({"rows":[],"nextKeyPair":{}})",
      R"({"rows":[],"nextKeyPair":7})",
      R"({"rows":[],"nextKeyPair":{"startKey":[1],"startKeyDocId":"c"}})",
      "{\"rows\":[{\"id\":\"a\xff\",\"rev\":\"1\"}]}",
      R"({"rows":[{"id":"a","rev":"1"}],"x":tru})",
      R"({"rows":[{"id":"a","rev":"1"}],"x":[1,}})",
      R"({"x":{"y":01},"rows":[{"id":"a","rev":"1"}]})",
      R"({"rows":[{"id":"a","rev":"1"}]} {})",
      R"({"rows":[{"id":"a","rev":"1"},]})",
      R"({"rows":[{"id":"a","rev":"1"} {"id":"b","rev":"1"}]})",
      R"({"rows":[{"id":"a","rev":"1"}],"rows":[]})",
      R"({"rows":[{"id":"a","rev":"1"]}})",
      R"({"rows":[{"id":"a","rev":"1"}],"nextKeyPair":null,"nextKeyPair":{"startKeyDocId":"c"}})",
      std::string(5000, '['),
  };
  for (const auto& text : bad) {
    auto page = parse_page(text);
    ASSERT_FALSE(page) << text;
    EXPECT_EQ(page.error().cause, Cause::bad_answer) << text;
  }
}

TEST(WireTest, RefusesArraysThatAreCutOffOrFollowedByMore) {
  for (const auto* text : {R"([{"id":"a","rev":"1"})", R"([{"id":"a","rev":"1"}] 7)",
                           R"([{"id":"a","rev":"1"}]])", R"([{"id":"a","rev":"1","x":nul}])",
                           R"([{"id":"a","rev":"1"},null])", R"({"id":"a","rev":"1"})"}) {
    EXPECT_FALSE(parse_documents(text)) << text;
    EXPECT_FALSE(parse_stubs(text)) << text;
  }
}

TEST(WireTest, TakesTheMembersOfAPageInAnyOrder) {
  auto page = parse_page(
      R"({ "nextKeyPair" : {"startKeyDocId":"c"} , "pageSize" : 1000 , "rows" : [ {"id":"a","rev":"1"} ] , "x" : [ 1 ] })");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->documents.size(), 1u);
  EXPECT_EQ(page->next->start_id, "c");
}

TEST(WireTest, TellsAWebPageFromABrokenAnswer) {
  EXPECT_EQ(parse_page(" <!DOCTYPE html><html>").error().cause, Cause::captive_portal);
}

TEST(WireTest, ReadsStubs) {
  auto stubs = parse_stubs(R"([{"type":"hcp","stub":{"id":"h","rev":"5-a","publicKey":"00"}}])");
  ASSERT_TRUE(stubs);
  EXPECT_EQ(stubs->stubs[0].id, "h");
  EXPECT_EQ(stubs->stubs[0].rev, "5-a");
  EXPECT_EQ(stubs->sizes[0], 61u);
  EXPECT_FALSE(parse_stubs(R"([{"type":"hcp"}])"));
}

TEST(WireTest, SeesADeletionOnlyAtTheTopOfADocument) {
  EXPECT_TRUE(is_deleted(R"({"id":"a","deletionDate":1763890000000})"));
  EXPECT_FALSE(is_deleted(R"({"id":"a","deletionDate":null})"));
  EXPECT_FALSE(is_deleted(R"({"id":"a","tokens":{"deletionDate":1}})"));
}

TEST(WireTest, SeesWithWhomAPatientIsShared) {
  const std::vector<std::string> owners = {"h-1", "h-2"};
  EXPECT_TRUE(shared_with_any(R"({"delegations":{"h-2":[]}})", owners));
  EXPECT_TRUE(shared_with_any(
      R"({"securityMetadata":{"secureDelegations":{"k":{"delegate":"h-1"}}}})", owners));
  EXPECT_FALSE(shared_with_any(R"({"delegations":{"h-3":[]},"responsible":"h-1"})", owners));
  EXPECT_FALSE(shared_with_any("{", owners));
}

TEST(WireTest, KeepsACursorThroughText) {
  const NextPage with{"ana@x.test", "u-1"};
  const auto back = from_cursor(to_cursor(with));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->start_key, "ana@x.test");
  EXPECT_EQ(back->start_id, "u-1");
  EXPECT_FALSE(from_cursor(to_cursor({std::nullopt, "u-1"}))->start_key);
  EXPECT_FALSE(from_cursor(""));
  EXPECT_FALSE(from_cursor("nonsense"));
}

}  // namespace
}  // namespace icure::sync::wire
