// ipc/protocol.h: what is a request, and what is answered where there is none.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ipc/protocol.h"

namespace icure::ipc {
namespace {

using Json = nlohmann::json;

struct Parsed {
  std::string id, method, params;  // of a request
  int code = 0;                    // of an error
};

Parsed parse(std::string_view line) {
  const PaddedText text(line);
  const auto request = parse_request(text.view());
  if (!request) return {request.error().id, {}, {}, request.error().error.code};
  return {std::string(request->id), request->method, std::string(request->params.text), 0};
}

int code_of(std::string_view line) {
  return parse(line).code;
}

std::string with_params(const std::string& params) {
  return R"({"jsonrpc":"2.0","id":1,"method":"m","params":)" + params + "}";
}

TEST(ProtocolTest, ReadsARequestInAnyOrderOfMembers) {
  const auto request = parse(
      R"( { "params" : {"a": [1, {"b":null}]} , "id" : "x-1" , "method":"user.get", "jsonrpc":"2.0" } )");
  EXPECT_EQ(request.code, 0);
  EXPECT_EQ(request.id, R"("x-1")");
  EXPECT_EQ(request.method, "user.get");
  EXPECT_EQ(request.params, R"({"a": [1, {"b":null}]})");
}

TEST(ProtocolTest, KeepsIdsAsTheyWereWritten) {
  EXPECT_EQ(parse(R"({"jsonrpc":"2.0","id":-7,"method":"m"})").id, "-7");
  EXPECT_EQ(parse(R"({"jsonrpc":"2.0","id":"A\n\"","method":"m"})").id, R"("A\n\"")");
  const std::string digits(5000, '7');
  EXPECT_EQ(parse(R"({"jsonrpc":"2.0","id":)" + digits + R"(,"method":"m"})").id, digits);
}

TEST(ProtocolTest, ARequestWithoutIdIsANotificationAndWithoutParamsHasNone) {
  const auto request = parse(R"({"jsonrpc":"2.0","method":"m"})");
  EXPECT_EQ(request.code, 0);
  EXPECT_EQ(request.id, "");
  EXPECT_EQ(request.params, "{}");
}

TEST(ProtocolTest, ReadsAMethodThatIsWrittenWithEscapes) {
  EXPECT_EQ(parse(R"({"jsonrpc":"2.0","id":1,"method":"user\u002eget"})").method, "user.get");
}

TEST(ProtocolTest, IgnoresAByteOrderMark) {
  EXPECT_EQ(parse("\xef\xbb\xbf{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}").method, "m");
}

TEST(ProtocolTest, IgnoresMembersThatOtherLibrariesAdd) {
  EXPECT_EQ(code_of(R"({"jsonrpc":"2.0","id":1,"method":"m","traceparent":"00-1"})"), 0);
}

TEST(ProtocolTest, MalformedLinesAreParseErrorsWithoutId) {
  const std::string deep(100'000, '[');
  const std::string broken[] = {
      "{",
      "}",
      "nonsense",
      R"({"jsonrpc":"2.0","id":1,"method":"m")",
      R"({"jsonrpc":"2.0","id":1,"method":"m"}})",
      R"({"jsonrpc":"2.0","id":1,"method":"m"} x)",
      R"({"jsonrpc":"2.0","id":1,"method":"m",})",
      R"({"jsonrpc":"2.0","id":1 "method":"m"})",
      R"({"jsonrpc":"2.0","id":01,"method":"m"})",
      R"({"jsonrpc":"2.0","id":1,"method":"m\q"})",
      R"({"jsonrpc":"2.0","id":1,"method":"\ud800"})",
      with_params("{\"a\":tru}"),
      with_params("{\"a\":nulll}"),
      with_params("{\"a\":1.}"),
      with_params("{\"a\":+1}"),
      with_params("{\"a\":1e}"),
      with_params("{\"a\":[1,2}"),
      with_params("{\"a\":[1,]}"),
      with_params("{\"a\" 1}"),
      with_params("{a:1}"),
      with_params("{\"a\":\"\x01\"}"),
      with_params("{\"a\":\"\xff\"}"),
      with_params("{\"a\":\"\xc3\"}"),
      with_params("{\"a\":\"\xed\xa0\x80\"}"),  // a surrogate in UTF-8
      with_params("{\"a\":" + std::string(1, '\0') + "}"),
      with_params(std::string("{\"a\":1\0}", 8)),
      with_params(std::string("{\"a\":\"x\0y\"}", 11)),
      std::string("[1]\0x", 5),
      with_params("{\"a\":" + deep),
      with_params("{\"a\":" + deep + std::string(deep.size(), ']') + "}"),
      with_params("{\"unclosed"),
      deep,
  };
  for (const auto& line : broken) {
    const auto parsed = parse(line);
    EXPECT_EQ(parsed.code, kParseError) << line.substr(0, 100);
    EXPECT_EQ(parsed.id, "null");
  }
}

TEST(ProtocolTest, JsonThatIsNoRequestIsAnInvalidRequest) {
  for (const auto* line : {
           "[]",
           "1",
           "null",
           "\"m\"",
           "true",
           "{}",
           R"([{"jsonrpc":"2.0","id":1,"method":"m"}])",
           R"({"jsonrpc":"2.0","id":1.0,"method":"m"})",
           R"({"jsonrpc":"2.0","id":1e2,"method":"m"})",
           R"({"jsonrpc":"2.0","id":null,"method":"m"})",
           R"({"jsonrpc":"2.0","id":{},"method":"m"})",
           R"({"jsonrpc":"2.0","id":true,"method":"m"})",
           R"({"jsonrpc":"2.0","id":1,"id":2,"method":"m"})",
       }) {
    EXPECT_EQ(code_of(line), kInvalidRequest) << line;
    EXPECT_EQ(parse(line).id, "null");
  }
}

TEST(ProtocolTest, AnInvalidRequestIsAnsweredUnderItsIdWhereThatIsKnown) {
  for (const auto* line : {
           R"({"id":5,"method":"m"})",
           R"({"jsonrpc":"1.0","id":5,"method":"m"})",
           R"({"jsonrpc":2.0,"id":5,"method":"m"})",
           R"({"jsonrpc":"2.0","id":5})",
           R"({"jsonrpc":"2.0","id":5,"method":7})",
           R"({"jsonrpc":"2.0","id":5,"method":"m","params":"x"})",
       }) {
    EXPECT_EQ(code_of(line), kInvalidRequest) << line;
    EXPECT_EQ(parse(line).id, "5") << line;
  }
}

TEST(ProtocolTest, TakesNestingAsDeepAsDocumentsNeedIt) {
  const std::string open(40, '['), close(40, ']');
  EXPECT_EQ(code_of(with_params("{\"a\":" + open + close + "}")), 0);
}

TEST(ProtocolTest, TakesNumbersThatFitNoMachineWord) {
  EXPECT_EQ(code_of(with_params("{\"a\":[1e400,123456789012345678901234567890,-0.5E-7]}")), 0);
}

TEST(ProtocolTest, SplicesResultsAsTheyAre) {
  std::string out;
  append_result(out, "\"a\"", R"({"big":123456789012345678901234567890})");
  EXPECT_EQ(out, R"({"jsonrpc":"2.0","id":"a","result":{"big":123456789012345678901234567890}})"
                 "\n");
}

TEST(ProtocolTest, AResultOnSeveralLinesBecomesOne) {
  std::string out;
  append_result(out, "1", "{\n  \"a\": \"x\\ny\"\n}");
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 1);
  EXPECT_EQ(Json::parse(out)["result"]["a"], "x\ny");
}

TEST(ProtocolTest, ErrorsCarryTheirWordAndWhatToDo) {
  std::string out;
  append_error(out, "3",
               RpcError(kApplicationError,
                        Error{Code::login_locked, "too many \"failures\"", "wait", Millis(900)}));
  EXPECT_EQ(Json::parse(out), Json::parse(R"({"jsonrpc":"2.0","id":3,"error":{"code":-32000,
      "message":"too many \"failures\"","data":{"code":"login_locked","retryable":true,
      "retry_after_ms":900,"hint":"wait"}}})"));
}

TEST(ProtocolTest, EveryCodeHasAWordAndWhetherToTryAgain) {
  struct Case {
    Code code;
    const char* word;
    bool retryable;
  };
  for (const auto& [code, word, retryable] : {Case{Code::not_found, "not_found", false},
                                              Case{Code::not_mirrored, "not_mirrored", true},
                                              Case{Code::stale, "stale", true},
                                              Case{Code::forbidden, "forbidden", false},
                                              Case{Code::invalid, "invalid", false},
                                              Case{Code::conflict, "conflict", false},
                                              Case{Code::key_reused, "key_reused", false},
                                              Case{Code::offline, "offline", true},
                                              Case{Code::login_failed, "login_failed", false},
                                              Case{Code::login_locked, "login_locked", true},
                                              Case{Code::login_needed, "login_needed", false},
                                              Case{Code::otp_needed, "otp_needed", false},
                                              Case{Code::blocked, "blocked", false},
                                              Case{Code::queue_full, "queue_full", true},
                                              Case{Code::held, "held", false},
                                              Case{Code::read_only, "read_only", true},
                                              Case{Code::unavailable, "unavailable", true},
                                              Case{Code::cancelled, "unavailable", true},
                                              Case{Code::internal, "internal", false},
                                              Case{Code::corrupt, "internal", false},
                                              Case{Code::wrong_key, "internal", false},
                                              Case{Code::io, "internal", false}}) {
    EXPECT_EQ(word_of(code).name, word);
    EXPECT_EQ(word_of(code).retryable, retryable) << word;
  }
}

TEST(ProtocolTest, AFaultOfTheMachineSaysWhereToLook) {
  for (const auto code : {Code::io, Code::corrupt, Code::internal}) {
    std::string out;
    append_error(out, "3", RpcError(kApplicationError, Error{code, "the disk failed"}));
    EXPECT_NE(Json::parse(out)["error"]["data"].value("hint", "").find("journal"),
              std::string::npos);
  }
  std::string out;
  append_error(out, "3", RpcError(kApplicationError, Error{Code::not_found, "no such user"}));
  EXPECT_FALSE(Json::parse(out)["error"]["data"].contains("hint"));
}

TEST(ProtocolTest, AnErrorWhoseWordsAreNotUtf8IsStillJson) {
  std::string out;
  append_error(out, "3", RpcError(kApplicationError, Error{Code::internal, "bad \xff byte"}));
  EXPECT_TRUE(Json::accept(out));
}

}  // namespace
}  // namespace icure::ipc
