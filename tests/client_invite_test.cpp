// Invitations on the command line: what people see, and how a table of them is sent.
#include <fstream>

#include "ipc/client/views.h"
#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::error_of;
using support::result_of;

class InviteTest : public support::Icurectl {
 protected:
  void SetUp() override { screen.now = *parse_rfc3339("2026-11-23T09:10:00.000Z"); }

  std::string table(const std::string& text) {
    auto path = directory.path() / "table.csv";
    std::ofstream(path) << text;
    return path;
  }
  std::size_t asked(const std::string& method) {
    std::size_t count = 0;
    for (const auto& request : daemon->requests()) count += request["method"] == method;
    return count;
  }
  support::TempDir directory;
};

TEST_F(InviteTest, AListTellsAMessageThatMayHaveGoneOut) {
  EXPECT_EQ(invitations_view(Json::parse(R"({"rows":[{"id":"i-1","who":"Vermeulen, Anna",
      "owner":"o-1","state":"blocked","maybe_sent":true,"channel":"email","contact":"a@b.test",
      "created":"2026-11-23T09:05:00.000Z","last_error":"refused","hint":"check"}]})"),
                             screen),
            "ID   WHO              STATE                ASKED      SENT  BY     TO\n"
            "i-1  Vermeulen, Anna  blocked, maybe sent  5 min ago        email  a@b.test\n"
            "\n"
            "blocked, i-1: refused\n"
            "  check\n");
  EXPECT_EQ(invitations_view(Json::parse(R"({"rows":[]})"), screen), "no invitations\n");
}

TEST_F(InviteTest, HeldForApprovalIsAResultOfItsOwn) {
  const auto held = [](const Json& request) {
    return result_of(request,
                     {{"invitation", {{"id", "i-1"}, {"state", "held"}, {"channel", "sms"}}}});
  };
  EXPECT_EQ(
      run({"--json", "invite", "create", "o-1", "--link", "https://x", "--solution", "S"}, held),
      Exit::conflict);
  EXPECT_TRUE(parse({"invite", "create", "o-1", "--link", "https://x"}).failure);
}

TEST_F(InviteTest, ATableIsCheckedWhollyBeforeAnythingIsSent) {
  const auto script = [](const Json& request) {
    if (request["method"] == "invite.check" && request["params"]["owner"] != "o-2") {
      return result_of(request, {{"channel", "email"}, {"contact", "a@b.test"}});
    }
    if (request["method"] == "invite.create") {
      return result_of(request, {{"invitation", {{"id", "i"}, {"state", "queued"}}}});
    }
    return error_of(request, {{"code", -32000},
                              {"message", "no contact"},
                              {"data", {{"code", "invalid"}, {"hint", "add one"}}}});
  };
  std::string text = "owner\n";
  for (int i = 1; i <= 100; ++i) text += "o-" + std::to_string(i) + '\n';
  const auto file = table(text);
  const std::vector<std::string> words = {"invite",    "import",     file, "--link",
                                          "https://x", "--solution", "S"};
  EXPECT_EQ(run(words, script), Exit::failed);
  EXPECT_NE(err.str().find("table.csv:3: no contact\n  add one"), std::string::npos) << err.str();
  EXPECT_EQ(asked("invite.check"), 100u);
  EXPECT_EQ(asked("invite.create"), 0u);

  auto without = words;
  without.push_back("--skip-faulty");
  EXPECT_EQ(run(without, script), Exit::ok);
  EXPECT_EQ(asked("invite.create"), 99u);

  without.push_back("--dry-run");
  EXPECT_EQ(run(without, script), Exit::failed) << "what is faulty is a finding";
  EXPECT_EQ(asked("invite.create"), 0u);
}

support::Reaction accepts(const nlohmann::json& request) {
  if (request["method"] == "owner.get") {
    return result_of(request, {{"dataOwner", {{"name", "Maes"}}}});
  }
  if (request["method"] == "invite.check") {
    if (request["params"]["owner"] == "o-2") return result_of(request, {{"invitation", {}}});
    if (request["params"]["owner"] != "o-3") return result_of(request, {{"channel", "sms"}});
    return error_of(request, {{"code", -32602}, {"message", "no"}, {"data", {{"hint", "see"}}}});
  }
  const auto state = request["params"]["owner"] == "o-1" ? "held" : "queued";
  return result_of(
      request,
      {{"invitation", {{"id", "i"}, {"state", state}, {"channel", "sms"}, {"contact", "+32"}}}});
}

TEST_F(InviteTest, WithJsonEveryRowOfATableHasItsResult) {
  const auto file =
      table("owner,link,solution\no-1,https://x,S\no-2,https://x,S\no-3,https://x,S\n");
  EXPECT_EQ(run({"--json", "invite", "import", file, "--skip-faulty"}, accepts), Exit::conflict)
      << "one is held";
  EXPECT_EQ(Json::parse(out.str()), Json::parse(R"({"schema":1,"sent":true,"rows":[
      {"line":2,"owner":"o-1","result":"held","id":"i","channel":"sms","contact":"+32"},
      {"line":3,"owner":"o-2","result":"known","id":"i","channel":"sms","contact":"+32"}],
      "faults":[{"line":4,"message":"no","hint":"see"}]})"));
}

TEST_F(InviteTest, ATableMayComeInOnTheInput) {
  const support::Typed typed("owner,link,solution\no-2,https://x,S\no-4,https://x,S\n");
  EXPECT_EQ(run({"invite", "import", "-"}, accepts), Exit::ok);
  EXPECT_NE(out.str().find("was taken in before"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("queued"), std::string::npos) << out.str();
  EXPECT_EQ(asked("invite.create"), 2u);
}

TEST_F(InviteTest, WhatIsRefusedWhenItIsSentIsAFailure) {
  const auto file = table("owner,link,solution\no-1,https://x,S\no-4,https://x,S\n");
  const auto late = [](const Json& request) {
    if (request["method"] == "invite.create" && request["params"]["owner"] == "o-4") {
      return error_of(request,
                      {{"code", -32000}, {"message", "no"}, {"data", {{"code", "conflict"}}}});
    }
    return accepts(request);
  };
  EXPECT_EQ(run({"invite", "import", file}, late), Exit::failed);
  EXPECT_NE(err.str().find("rows that were not accepted: 1"), std::string::npos) << err.str();
  EXPECT_NE(out.str().find("held"), std::string::npos) << "the others were";
}

TEST_F(InviteTest, AnEndInTheMiddleTellsHowToGoOn) {
  const auto file = table("owner,link,solution\no-4,https://x,S\no-5,https://x,S\n");
  const auto ends = [](const Json& request) {
    const bool over = request["method"] == "invite.create" && request["params"]["owner"] == "o-5";
    return over ? support::Reaction{"", true} : accepts(request);
  };
  EXPECT_EQ(run({"invite", "import", file}, ends), Exit::unreachable);
  EXPECT_NE(out.str().find("queued"), std::string::npos) << out.str();
  EXPECT_NE(err.str().find("import the file again"), std::string::npos) << err.str();
}

TEST_F(InviteTest, AFailureOfTheWholeEndsTheImport) {
  const auto full = [](const Json& request) {
    return error_of(request,
                    {{"code", -32000}, {"message", "full"}, {"data", {{"code", "queue_full"}}}});
  };
  const auto file = table("owner,link,solution\no-1,https://x,S\no-2,https://x,S\n");
  EXPECT_EQ(run({"invite", "import", file}, full), Exit::try_later);
  EXPECT_EQ(run({"invite", "import", "/no/such/file"}, full), Exit::usage);
}

}  // namespace
}  // namespace icure::client
