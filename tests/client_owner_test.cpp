// icurectl owner: data owners as people read them.
#include <gmock/gmock.h>

#include "tests/support/icurectl.h"

namespace icure::client {
namespace {

using support::result_of;
using testing::HasSubstr;
using testing::StartsWith;

class OwnerTest : public support::Icurectl {
 protected:
  std::string shown(const std::vector<std::string>& words, const nlohmann::json& result) {
    out.str("");
    EXPECT_EQ(run(words, [&result](const Json& request) { return result_of(request, result); }),
              Exit::ok);
    return out.str();
  }
};

TEST_F(OwnerTest, AListHasNamesAndBirthdays) {
  const auto row = [](const char* id, const nlohmann::json& born) {
    return nlohmann::json{
        {"type", "patient"},
        {"dataOwner",
         {{"id", id}, {"lastName", "Maes"}, {"firstName", "Anna"}, {"dateOfBirth", born}}}};
  };
  EXPECT_EQ(
      shown({"owner", "list"}, {{"rows", {row("o-1", 19800131), row("o-2", 0), row("o-3", 1980)}}}),
      "ID   TYPE     NAME        BORN\n"
      "o-1  patient  Maes, Anna  1980-01-31\n"
      "o-2  patient  Maes, Anna\n"
      "o-3  patient  Maes, Anna  1980\n");
  EXPECT_EQ(shown({"owner", "search", "x"}, {{"rows", nlohmann::json::array()}}),
            "no data owners\n");
}

TEST_F(OwnerTest, OneSaysWhatCouldNotBeRead) {
  EXPECT_THAT(shown({"owner", "get", "o-1"}, {{"type", "patient"},
                                              {"decrypted", true},
                                              {"unreadable", {"note"}},
                                              {"dataOwner", {{"id", "o-1"}}}}),
              StartsWith("patient, decrypted, not readable with the imported keys: [\"note\"]\n"));
  EXPECT_THAT(shown({"owner", "get", "o-1"}, {{"type", "hcp"}, {"dataOwner", {{"id", "o-1"}}}}),
              StartsWith("hcp\n"));
}

TEST_F(OwnerTest, AccessIsYesOrNoAndWhy) {
  EXPECT_EQ(shown({"owner", "access", "o-1"},
                  {{"access", true}, {"users", {{{"id", "u-1"}, {"status", "ACTIVE"}}}}}),
            "may reach the platform\nUSER  STATUS\nu-1   ACTIVE\n");
  EXPECT_EQ(shown({"owner", "access", "o-1"}, {{"access", false}, {"reason", "no user"}}),
            "can not reach the platform: no user\n");
}

TEST_F(OwnerTest, AnInvitationIsShownWithWhoItIsFor) {
  const auto text = shown({"invite", "show", "i-1"}, {{"invitation",
                                                       {{"id", "i-1"},
                                                        {"owner", "o-1"},
                                                        {"ownerType", "patient"},
                                                        {"state", "blocked"},
                                                        {"maybe_sent", true},
                                                        {"last_error", "refused"},
                                                        {"hint", "check it"},
                                                        {"contact", "a@b.test"}}}});
  for (const auto* part : {"i-1", "blocked, maybe sent", "refused", "check it", "a@b.test"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  const auto created =
      shown({"invite", "create", "o-1", "--link", "https://x", "--solution", "S"},
            {{"invitation",
              {{"id", "i-1"}, {"owner", "o-1"}, {"state", "queued"}, {"channel", "email"}}}});
  EXPECT_THAT(created, HasSubstr("is invited by email, queued\n"));
  EXPECT_THAT(created, HasSubstr("icurectl invite show i-1\n"));
}

}  // namespace
}  // namespace icure::client
