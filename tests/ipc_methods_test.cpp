// ipc/methods.h: the table, without a socket.
#include <gtest/gtest.h>

#include "ipc/methods.h"
#include "tests/support/ipc_test_api.h"

namespace icure::ipc {
namespace {

class MethodsTest : public ::testing::Test {
 protected:
  MethodsTest() {
    api.register_on(methods);
    caller->grant.role = Role::reader;
  }
  Result<Methods::Answer, RpcError> begin(std::string_view name, std::string_view params) {
    text = PaddedText(params);
    return methods.begin(name, Call(caller), text.view());
  }

  support::TestApi api;
  Methods methods;
  std::shared_ptr<Caller> caller = std::make_shared<Caller>();
  PaddedText text{"{}"};
};

TEST_F(MethodsTest, AnswersWithJsonText) {
  auto begun = begin("test.echo", R"({"text":"a"})");
  ASSERT_TRUE(begun);
  begun->start();
  ASSERT_TRUE(begun->done());
  EXPECT_EQ(*begun->take(), "\"a\"");
}

TEST_F(MethodsTest, RightsComeBeforeParams) {
  EXPECT_EQ(begin("test.admin", R"({"nonsense":1})").error().error.code, Code::forbidden);
  caller->grant.role = Role::admin;
  EXPECT_EQ(begin("test.admin", R"({"nonsense":1})").error().code, kInvalidParams);
}

TEST_F(MethodsTest, WhoHasNoRightsDoesNotEvenLearnTheNames) {
  caller->grant.role = Role::none;
  EXPECT_EQ(begin("test.nothing", "{}").error().error.code, Code::forbidden);
  caller->grant.role = Role::reader;
  EXPECT_EQ(begin("test.nothing", "{}").error().code, kMethodNotFound);
}

using MethodsDeathTest = MethodsTest;

TEST_F(MethodsDeathTest, TwoMethodsOfOneNameAreABug) {
  EXPECT_DEATH(api.register_on(methods), "");
}

}  // namespace
}  // namespace icure::ipc
