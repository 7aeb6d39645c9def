// ipc/params.h: JSON members into typed fields, with words that name what is wrong.
#include <gtest/gtest.h>

#include "ipc/params.h"

namespace icure::ipc {
namespace {

struct Everything {
  std::string id;
  std::optional<std::string> status;
  std::optional<std::int64_t> limit;
  std::optional<bool> full;
  std::optional<std::vector<std::string>> ids;
  std::optional<RawJson> patch;
  std::optional<std::string> key;

  static constexpr auto params() {
    return std::tuple(param("id", &Everything::id, "an id"),
                      param("status", &Everything::status, "").allowed({"active", "disabled"}),
                      param("limit", &Everything::limit, "").range(1, 1000),
                      param("full", &Everything::full, ""), param("ids", &Everything::ids, ""),
                      param("patch", &Everything::patch, ""),
                      param("key", &Everything::key, "").length(1, 4));
  }
  Result<Done> check() const {
    if (id != "refused") return Done{};
    return Error{Code::invalid, "refused by check()"};
  }
};

Result<Everything> decode(std::string_view json) {
  const PaddedText text(json);
  return decode_params<Everything>(text.view());
}

std::string fault(std::string_view json) {
  const auto decoded = decode(json);
  if (decoded) return "(none)";
  EXPECT_EQ(decoded.error().code, Code::invalid);
  return decoded.error().message;
}

TEST(ParamsTest, DecodesEveryType) {
  const auto decoded = decode(R"({"id":"u\u0031","status":"active","limit":1000,"full":true,
      "ids":["a","b"],"patch":{"x": [1, null]},"key":"äöü€"})");
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->id, "u1");
  EXPECT_EQ(decoded->status, "active");
  EXPECT_EQ(decoded->limit, 1000);
  EXPECT_EQ(decoded->full, true);
  EXPECT_EQ(decoded->ids, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(decoded->patch->text, R"({"x": [1, null]})");
  EXPECT_EQ(decoded->key, "äöü€");
}

TEST(ParamsTest, AnOptionalMemberMayBeAbsentOrNull) {
  const auto decoded = decode(R"({"id":"u","status":null,"limit":null,"ids":null,"patch":null})");
  ASSERT_TRUE(decoded);
  EXPECT_FALSE(decoded->status || decoded->limit || decoded->full || decoded->ids ||
               decoded->patch);
}

TEST(ParamsTest, NamesTheMemberThatIsWrong) {
  EXPECT_EQ(fault("{}"), R"("id" must be given)");
  EXPECT_EQ(fault("[1]"), "params go by name: an object, not a list");
  EXPECT_EQ(fault(R"({"id":null})"), R"("id" must be given)");
  EXPECT_EQ(fault(R"({"id":"u","colour":1})"), R"(there is no param "colour")");
  EXPECT_EQ(fault(R"({"id":"u","id":"v"})"), R"("id" is given twice)");
  EXPECT_EQ(fault(R"({"id":7})"), R"("id" must be a string)");
  EXPECT_EQ(fault(R"({"id":"u","full":"yes"})"), R"("full" must be true or false)");
  EXPECT_EQ(fault(R"({"id":"u","limit":"7"})"), R"("limit" must be an integer)");
  EXPECT_EQ(fault(R"({"id":"u","limit":7.0})"), R"("limit" must be an integer)");
  EXPECT_EQ(fault(R"({"id":"u","limit":99999999999999999999})"), R"("limit" must be an integer)");
  EXPECT_EQ(fault(R"({"id":"u","limit":0})"), R"("limit" must be at least 1 and at most 1000)");
  EXPECT_EQ(fault(R"({"id":"u","limit":1001})"), R"("limit" must be at least 1 and at most 1000)");
  EXPECT_EQ(fault(R"({"id":"u","status":"gone"})"),
            R"("status" must be one of "active", "disabled")");
  EXPECT_EQ(fault(R"({"id":"u","ids":"a"})"), R"("ids" must be a list of strings)");
  EXPECT_EQ(fault(R"({"id":"u","ids":["a",1]})"), R"("ids" must be a list of strings)");
  EXPECT_EQ(fault(R"({"id":"u","patch":[1]})"), R"("patch" must be an object)");
  EXPECT_EQ(fault(R"({"id":"u","key":""})"),
            R"("key" must be at least 1 and at most 4 characters long)");
  EXPECT_EQ(fault(R"({"id":"u","key":"12345"})"),
            R"("key" must be at least 1 and at most 4 characters long)");
  EXPECT_EQ(fault(R"({"id":"refused"})"), "refused by check()");
}

TEST(ParamsTest, AnUnknownNameIsCutBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 1000; ++i) name += "€";
  const auto words = fault(R"({"id":"u",")" + name + R"(":1})");
  EXPECT_LT(words.size(), 100u);
  EXPECT_EQ((words.size() - std::string_view(R"(there is no param "")").size()) % 3, 0u);
}

struct WithSecret {
  Secret password;
  std::optional<Secret> otp;
  static constexpr auto params() {
    return std::tuple(param("password", &WithSecret::password, "").length(1, 8),
                      param("otp", &WithSecret::otp, ""));
  }
};

TEST(ParamsTest, TakesSecretsAndNeverSaysThem) {
  const auto decoded_as = [](std::string_view json) {
    const PaddedText text(json);
    return decode_params<WithSecret>(text.view());
  };
  const auto decoded = decoded_as(R"({"password":"p\u00e4ss\n"})");
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->password.reveal(), "p\xc3\xa4ss\n");
  EXPECT_FALSE(decoded->otp);
  EXPECT_EQ(decoded_as(R"({"password":"a","otp":"1"})")->otp->reveal(), "1");
  for (const auto* json : {R"({"password":"far too long"})", R"({"password":["far"]})", "{}"}) {
    const auto refused = decoded_as(json);
    ASSERT_FALSE(refused) << json;
    EXPECT_EQ(refused.error().message.find("far"), std::string::npos);
  }
}

TEST(ParamsTest, ForgetsWhatWasUnescaped) {
  const PaddedText text(R"({"password":"hunter22"})");
  ASSERT_TRUE(decode_params<WithSecret>(text.view()));
  forget_strings(text.view().text.size());
  EXPECT_EQ(decode(R"({"id":"still works"})")->id, "still works");
}

}  // namespace
}  // namespace icure::ipc
