// ipc/openrpc.h: the document that client generators read.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "ipc/hello.h"
#include "ipc/openrpc.h"

namespace icure::ipc {
namespace {

using Json = nlohmann::json;

struct ListParams {
  std::optional<std::string> status;
  std::optional<std::int64_t> limit;
  std::optional<std::vector<std::string>> ids;
  std::string key;
  static constexpr auto params() {
    return std::tuple(param("status", &ListParams::status, "which").allowed({"active", "disabled"}),
                      param("limit", &ListParams::limit, "how many").range(1, 1000),
                      param("ids", &ListParams::ids, "these only"),
                      param("key", &ListParams::key, "idempotency key").length(1, 128));
  }
};

class OpenRpcTest : public ::testing::Test {
 protected:
  OpenRpcTest() {
    methods.add_schema("user", R"({"type":"object","required":["id"]})");
    methods.add({"user.list", Role::reader, "Lists users",
                 R"({"type":"array","items":{"$ref":"#/components/schemas/user"}})"},
                *this, &OpenRpcTest::list);
    hello.register_on(methods);
    document = Json::parse(openrpc_document(methods, "1.2.3"));
  }
  Task<Result<std::string>> list(Call, ListParams) { co_return std::string("[]"); }

  Methods methods;
  Hello hello{methods, "1.2.3", {}};
  Json document;
};

TEST_F(OpenRpcTest, HasTheMembersThatTheSpecificationRequires) {
  EXPECT_TRUE(document["openrpc"].get<std::string>().starts_with("1."));
  EXPECT_EQ(document["info"]["title"], "icure-syncd");
  EXPECT_EQ(document["info"]["version"], "1.2.3");
  std::set<std::string> names;
  for (const auto& method : document["methods"]) {
    EXPECT_TRUE(names.insert(method["name"]).second);
    EXPECT_FALSE(method["summary"].get<std::string>().empty());
    EXPECT_EQ(method["paramStructure"], "by-name");
    EXPECT_TRUE(method["params"].is_array());
    EXPECT_TRUE(method["result"]["name"].is_string());
    EXPECT_TRUE(method["result"]["schema"].is_object());
    for (const auto& param : method["params"]) {
      EXPECT_TRUE(param["name"].is_string());
      EXPECT_TRUE(param["required"].is_boolean());
      EXPECT_TRUE(param["schema"].is_object());
    }
  }
  EXPECT_EQ(names, (std::set<std::string>{"hello", "rpc.discover", "user.list"}));
}

TEST_F(OpenRpcTest, DescribesParamsByTheRulesThatAreChecked) {
  const auto params = document["methods"][0]["params"];
  EXPECT_EQ(params, Json::parse(R"([
    {"name":"key","summary":"idempotency key","required":true,
     "schema":{"type":"string","minLength":1,"maxLength":128}},
    {"name":"status","summary":"which","required":false,
     "schema":{"type":"string","enum":["active","disabled"]}},
    {"name":"limit","summary":"how many","required":false,
     "schema":{"type":"integer","minimum":1,"maximum":1000}},
    {"name":"ids","summary":"these only","required":false,
     "schema":{"type":"array","items":{"type":"string"}}}])"));
}

TEST_F(OpenRpcTest, ShowsAnExampleOfAMethodThatHasOne) {
  EXPECT_FALSE(document["methods"][0].contains("examples"));
  methods.add_example("user.list", {R"({"key":"k1","limit":2})", R"({"rows":[]})"});
  const auto shown = Json::parse(openrpc_document(methods, "1.2.3"))["methods"][0]["examples"];
  EXPECT_EQ(shown, Json::parse(R"([{"name":"user.list",
    "params":[{"name":"key","value":"k1"},{"name":"limit","value":2}],
    "result":{"name":"result","value":{"rows":[]}}}])"));
}

void each_reference(const Json& value, const std::function<void(const std::string&)>& seen) {
  if (value.is_object() && value.contains("$ref")) seen(value["$ref"]);
  if (!value.is_structured()) return;
  for (const auto& item : value) each_reference(item, seen);
}

TEST_F(OpenRpcTest, ReferencesStayInsideTheDocument) {
  int count = 0;
  each_reference(document, [&](const std::string& reference) {
    ++count;
    ASSERT_TRUE(reference.starts_with("#/"));
    EXPECT_TRUE(document.contains(Json::json_pointer(reference.substr(1)))) << reference;
  });
  EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace icure::ipc
