// icurectl without its process: words in, output, errors and exit code out.
#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::error_of;
using support::result_of;

using IcurectlTest = support::Icurectl;

TEST_F(IcurectlTest, WordsBecomeAMethodAndItsParams) {
  const auto answer = [](const Json& request) {
    return result_of(request, {{"rows", Json::array()}});
  };
  run({"user", "list", "--status", "ACTIVE", "--owner-type", "none", "--limit", "7", "--refresh",
       "--max-age", "15m"},
      answer);
  EXPECT_EQ(sent()["method"], "user.list");
  EXPECT_EQ(sent()["params"],
            nlohmann::json::parse(R"({"status":"ACTIVE","ownerType":"none","limit":7,
      "refresh":"if_online","max_age_s":900})"));
}

TEST_F(IcurectlTest, GlobalOptionsMayStandAnywhere) {
  EXPECT_TRUE(parse({"--json", "user", "list"}).line->json);
  EXPECT_TRUE(parse({"user", "list", "--json"}).line->json);
  EXPECT_EQ(parse({"status", "--socket", "/x", "--timeout", "1.5"}).line->socket, "/x");
  EXPECT_EQ(parse({"status", "--timeout", "1.5"}).line->timeout_s, 1.5);
}

TEST_F(IcurectlTest, MistakesAreToldWithWhatWasMeant) {
  struct Case {
    std::vector<std::string> words;
    std::string part;
  };
  for (const auto& each : std::vector<Case>{
           {{"usr", "list"}, "did you mean \"user\""},
           {{"--socket", "/x", "user", "lits"}, "did you mean \"list\""},
           {{"user"}, "get, list, search, of"},
           {{}, "status, doctor, setup, user"},
           {{"user", "get"}, "icurectl user get --login"},
           {{"user", "get", "a", "--login", "b"}, "icurectl user get --login"},
           {{"user", "list", "--limit", "many"}, "--help"},
           {{"user", "list", "--max-age", "5 weeks"}, "--help"},
           {{"user", "list", "--owner-type", "nurse"}, "--help"},
           {{"owner", "get"}, "--help"},
           {{"status", "--colour"}, "--help"},
       }) {
    const auto parsed = parse(each.words);
    ASSERT_TRUE(parsed.failure) << each.part;
    EXPECT_EQ(exit_of(*parsed.failure), Exit::usage);
    EXPECT_NE(parsed.failure->hint.find(each.part), std::string::npos) << parsed.failure->hint;
  }
}

TEST_F(IcurectlTest, HelpAndVersionAreNoMistake) {
  EXPECT_NE(parse({"--version"}).shown.find("icurectl 0."), std::string::npos);
  EXPECT_NE(parse({"user", "get", "--help"}).shown.find("--login"), std::string::npos);
}

TEST_F(IcurectlTest, WithJsonTheOutputIsTheResultWithTheVersionOfItsShape) {
  const auto exit = run({"--json", "user", "get", "u-1"}, [](const Json& request) {
    return result_of(request, {{"user", {{"id", "u-1"}}}, {"meta", {{"as_of", nullptr}}}});
  });
  EXPECT_EQ(exit, Exit::ok);
  EXPECT_EQ(Json::parse(out.str()),
            Json::parse(R"({"schema":1,"meta":{"as_of":null},"user":{"id":"u-1"}})"));
  EXPECT_EQ(out.str().find('\n'), out.str().size() - 1);
  EXPECT_EQ(err.str(), "");
}

TEST_F(IcurectlTest, ForPeopleTheAgeStandsBesideTheTable) {
  run({"user", "search", "ada"}, [](const Json& request) {
    return result_of(request,
                     {{"rows", {{{"id", "u-1"}, {"login", "ada\x1b[2J"}}}},
                      {"meta", {{"as_of", nullptr}, {"online", false}, {"source", "mirror"}}}});
  });
  EXPECT_EQ(out.str(),
            "ID   LOGIN    NAME  EMAIL  STATUS  OWNER\n"
            "u-1  ada?[2J\n");
  EXPECT_EQ(err.str(), "never checked against the platform, from the mirror, offline\n");
}

TEST_F(IcurectlTest, AllFollowsTheCursors) {
  const auto exit = run({"--json", "user", "list", "--all"}, [](const Json& request) {
    const auto& params = request["params"];
    if (params.contains("cursor")) return result_of(request, {{"rows", {{{"id", "b"}}}}});
    return result_of(request, {{"rows", {{{"id", "a"}}}}, {"next", "c-1"}});
  });
  EXPECT_EQ(exit, Exit::ok);
  EXPECT_EQ(Json::parse(out.str()), Json::parse(R"({"schema":1,"rows":[{"id":"a"},{"id":"b"}]})"));
  EXPECT_EQ(sent(0)["params"], nlohmann::json::parse(R"({"limit":1000})"));
  EXPECT_EQ(sent(1)["params"]["cursor"], "c-1");
}

TEST_F(IcurectlTest, TheWordOfAnErrorDecidesTheExitCode) {
  struct Case {
    int code;
    const char* word;
    Exit exit;
  };
  for (const auto& each :
       {Case{-32000, "not_found", Exit::not_found}, Case{-32000, "not_mirrored", Exit::try_later},
        Case{-32000, "stale", Exit::stale}, Case{-32000, "forbidden", Exit::not_permitted},
        Case{-32000, "invalid", Exit::failed}, Case{-32000, "conflict", Exit::conflict},
        Case{-32000, "key_reused", Exit::conflict}, Case{-32000, "held", Exit::conflict},
        Case{-32000, "offline", Exit::offline}, Case{-32000, "login_needed", Exit::login_needed},
        Case{-32000, "otp_needed", Exit::login_needed},
        Case{-32000, "unavailable", Exit::try_later}, Case{-32000, "queue_full", Exit::try_later},
        Case{-32000, "internal", Exit::failed}, Case{-32000, "a word of tomorrow", Exit::failed},
        Case{-32602, "invalid", Exit::usage}, Case{-32601, "invalid", Exit::usage}}) {
    const auto exit = run({"--json", "user", "get", "u-1"}, [&each](const Json& request) {
      return error_of(request, {{"code", each.code},
                                {"message", "no"},
                                {"data", {{"code", each.word}, {"retryable", false}}}});
    });
    EXPECT_EQ(exit, each.exit) << each.word;
    const auto told = Json::parse(err.str())["error"];
    EXPECT_EQ(told["data"]["code"], each.word);
    EXPECT_FALSE(told["data"]["hint"].get<std::string>().empty()) << each.word;
    err.str("");
  }
}

TEST_F(IcurectlTest, TroublesOfTheSocketHaveCodesOfTheirOwn) {
  const auto exit = [](Trouble trouble) {
    Failure failure;
    failure.trouble = trouble;
    return exit_of(failure);
  };
  EXPECT_EQ(exit(Trouble::unreachable), Exit::unreachable);
  EXPECT_EQ(exit(Trouble::lost), Exit::unreachable);
  EXPECT_EQ(exit(Trouble::not_allowed), Exit::not_permitted);
  EXPECT_EQ(exit(Trouble::timed_out), Exit::try_later);
}

TEST_F(IcurectlTest, StatusIsHealthyOrDegraded) {
  for (const auto& [state, exit] :
       {std::pair("online", Exit::ok), std::pair("starting", Exit::ok),
        std::pair("offline", Exit::failed), std::pair("degraded", Exit::failed)}) {
    EXPECT_EQ(run({"status"},
                  [state = state](const Json& r) {
                    return result_of(r, {{"state", state}});
                  }),
              exit)
        << state;
  }
}

TEST_F(IcurectlTest, ASyncThatFailedIsAFailure) {
  const auto run_with = [this](const char* state, const char* cause) {
    return run({"sync", "run", "--wait"}, [=](const Json& request) {
      return result_of(request, {{"run", {{"id", "r"}, {"state", state}, {"cause", cause}}}});
    });
  };
  EXPECT_EQ(run_with("done", ""), Exit::ok);
  EXPECT_EQ(run_with("running", ""), Exit::ok);
  EXPECT_EQ(run_with("failed", "server"), Exit::failed);
  EXPECT_EQ(run_with("failed", "dns"), Exit::offline);
}

TEST_F(IcurectlTest, CallTakesAnyMethodAndChecksItsJson) {
  const auto echo = [](const Json& request) { return result_of(request, request["params"]); };
  EXPECT_EQ(run({"call", "user.get", R"({"id":"u"})"}, echo), Exit::ok);
  EXPECT_EQ(out.str(), "{\n  \"id\": \"u\"\n}\n");
  EXPECT_EQ(run({"call", "rpc.discover"}, echo), Exit::ok);
  EXPECT_EQ(run({"call", "user.get", "[1]"}, echo), Exit::usage);
  EXPECT_EQ(run({"call", "user.get", "{"}, echo), Exit::usage);
}

TEST_F(IcurectlTest, ADashboardIsForWhoMayAsk) {
  const auto exit = run({"dashboard"}, [](const Json& request) {
    return error_of(request, {{"code", -32000},
                              {"message", "no"},
                              {"data", {{"code", "forbidden"}, {"retryable", false}}}});
  });
  EXPECT_EQ(exit, Exit::not_permitted);
  const auto never = [](const Json& request) { return result_of(request, Json::object()); };
  EXPECT_EQ(run({"dashboard", "--port", "65536"}, never), Exit::usage);
  EXPECT_EQ(run({"dashboard", "--port", "-1"}, never), Exit::usage);
  EXPECT_EQ(run({"dashboard", "--idle", "0"}, never), Exit::usage);
  EXPECT_EQ(run({"dashboard", "--idle", "9999d"}, never), Exit::usage);
}

}  // namespace
}  // namespace icure::client
