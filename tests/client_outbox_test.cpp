// The outbox as people see it: who, in which state, since when, and what helps.
#include "ipc/client/views.h"
#include "ipc/client/when.h"
#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::error_of;
using support::result_of;

class OutboxTest : public support::Icurectl {
 protected:
  void SetUp() override { screen.now = *parse_rfc3339("2026-11-23T09:10:00.000Z"); }
};

// Two users; the third is not to be seen.
support::Reaction outbox(const Json& request) {
  if (request["method"] == "user.get" && request["params"]["id"] == "u-1") {
    return result_of(request, {{"user", {{"id", "u-1"}, {"name", "Anna \x1b[2J"}}}});
  }
  if (request["method"] == "owner.get") {
    return result_of(request, {{"dataOwner", {{"lastName", "Vermeulen"}, {"firstName", "Zoë"}}}});
  }
  if (request["method"] != "outbox.list") {
    return error_of(request, {{"code", -32000}, {"message", "no"}, {"data", {{"code", "x"}}}});
  }
  return result_of(request, nlohmann::json::parse(R"({"rows":[
    {"id":"i-1","op":"user.modify","kind":"user","entity":"u-1","state":"retrying","attempts":2,
     "created":"2026-11-23T09:05:00.000Z","next_try":"2026-11-23T09:10:30.000Z",
     "last_error":"there was no answer","hint":"nothing to do","steps":[]},
    {"id":"i-2","op":"user.create","kind":"user","entity":"u-2","state":"blocked","attempts":1,
     "created":"2026-11-23T05:50:00.000Z","last_error":"taken","hint":"use another","steps":[]},
    {"id":"i-3","op":"owner.modify","kind":"hcp","entity":"h-1","state":"queued","attempts":0,
     "created":"2026-11-23T09:10:00.200Z","steps":[]},
    {"id":"i-4","op":"user.create","kind":"user","entity":"u-2","state":"blocked","attempts":1,
     "created":"2026-11-23T05:50:00.000Z","last_error":"taken","hint":"use another","steps":[]}
  ]})"));
}

TEST_F(OutboxTest, AListShowsNamesAndEachReasonOnce) {
  EXPECT_EQ(run({"outbox", "list"}, outbox), Exit::ok);
  EXPECT_EQ(out.str(),
            "ID   WHAT          WHO             STATE     ACCEPTED        TRIES  NEXT TRY\n"
            "i-1  user.modify   Anna ?[2J       retrying  5 min ago       2      in 30 s\n"
            "i-2  user.create   u-2             blocked   3 h 20 min ago  1\n"
            "i-3  owner.modify  Vermeulen, Zoë  queued    0 s ago         0\n"
            "i-4  user.create   u-2             blocked   3 h 20 min ago  1\n"
            "\n"
            "retrying, i-1: there was no answer\n"
            "  nothing to do\n"
            "\n"
            "blocked, 2 of them: taken\n"
            "  use another\n");
  EXPECT_EQ(daemon->requests().size(), 4u) << "each name is asked for once";
}

TEST_F(OutboxTest, ForScriptsNothingIsLookedUp) {
  run({"--json", "outbox", "list", "--state", "blocked"}, outbox);
  EXPECT_EQ(daemon->requests().size(), 1u);
  EXPECT_EQ(out.str().find("who"), std::string::npos);
}

TEST_F(OutboxTest, OneItemIsShownWithItsSteps) {
  const auto item = Json::parse(R"({"item":{"id":"i-1","op":"user.modify","kind":"user",
      "entity":"u-1","who":"Anna","state":"held","attempts":1,"hint":"release it",
      "last_error":"put aside","created":"2026-11-23T09:05:00.000Z","steps":[
        {"step":"asked","at":"2026-11-23T09:06:00.000Z","note":"no answer"},
        {"step":"held","at":"2026-11-23T09:07:00.000Z"}]}})");
  EXPECT_EQ(item_view(item, screen),
            "id          i-1\n"
            "what        user.modify\n"
            "who         Anna\n"
            "user        u-1\n"
            "state       held\n"
            "why         put aside\n"
            "what helps  release it\n"
            "accepted    2026-11-23 09:05:00Z (5 min ago)\n"
            "tries       1\n"
            "\n"
            "steps:\n"
            "  2026-11-23 09:06:00Z (4 min ago)  asked: no answer\n"
            "  2026-11-23 09:07:00Z (3 min ago)  held\n");
}

TEST_F(OutboxTest, AShapeThatIsNotKnownIsNoFault) {
  EXPECT_EQ(items_view(Json::parse(R"({"rows":[]})"), screen), "nothing\n");
  EXPECT_NE(items_view(Json::parse(R"({"rows":[{"id":7,"last_error":[1]}]})"), screen).find('7'),
            std::string::npos);
  EXPECT_EQ(item_view(Json::parse("{}"), screen), "");
}

}  // namespace
}  // namespace icure::client
