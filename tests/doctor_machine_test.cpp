// daemon/doctor: the checks of this machine, on files of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "daemon/base/random.h"
#include "daemon/doctor/disk.h"
#include "daemon/doctor/doctor.h"
#include "daemon/doctor/libraries.h"
#include "daemon/doctor/rights.h"
#include "daemon/doctor/store_key.h"
#include "store/keys.h"
#include "store/sqlite_version.h"
#include "tests/support/temp_dir.h"

namespace icure::doctor {
namespace {

using testing::HasSubstr;

const std::string kKey(64, 'a');

class DoctorTest : public testing::Test {
 protected:
  DoctorTest() {
    ::mkdir(store.c_str(), 0700);
    write(key, kKey + "\n");
    write(config, "");
    ::chmod(config.c_str(), 0644);
  }

  static void write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
    ::chmod(path.c_str(), 0600);
  }
  void make_keys() {
    SystemRandom random;
    ASSERT_TRUE(store::create_keys(store, *store::parse_store_key(kKey), random));
  }
  Finding rights() { return check_rights({config, store, {key}, {}}); }
  Finding store_key() { return check_key({store, key}); }

  support::TempDir dir;
  const std::string home = dir.path().string();
  const std::string store = home + "/store";
  const std::string key = home + "/key";
  const std::string config = home + "/config.toml";
};

TEST_F(DoctorTest, RightsAreRightWhereOnlyTheOwnerMayOpenAnything) {
  make_keys();
  const auto finding = rights();
  EXPECT_EQ(finding.outcome, Outcome::ok) << finding.result;
}

TEST_F(DoctorTest, EachFileThatOthersMayOpenIsAFaultWithItsCommand) {
  make_keys();
  struct Case {
    std::string path;
    mode_t wrong;
    mode_t right;
    std::string remedy;
  };
  for (const auto& each : std::vector<Case>{
           {key, 0644, 0600, "chmod 0600 " + key},
           {store, 0755, 0700, "chmod 0700 " + store},
           {store + "/keys", 0640, 0600, "chmod -R go= " + store},
           {config, 0666, 0644, "chmod go-w " + config},
       }) {
    ::chmod(each.path.c_str(), each.wrong);
    const auto finding = rights();
    EXPECT_EQ(finding.outcome, Outcome::failed) << each.path;
    EXPECT_EQ(finding.remedy, each.remedy);
    ::chmod(each.path.c_str(), each.right);
    EXPECT_EQ(rights().outcome, Outcome::ok);
  }
}

TEST_F(DoctorTest, SeveralFaultsAreToldEach) {
  ::chmod(key.c_str(), 0644);
  ::chmod(store.c_str(), 0755);
  const auto finding = rights();
  EXPECT_EQ(finding.result, "2 faults");
  ASSERT_EQ(finding.faults.size(), 2U);
  const auto json = nlohmann::json::parse(to_json("1.2.3", {finding}));
  EXPECT_EQ(json["version"], "1.2.3");
  EXPECT_EQ(json["checks"][0]["state"], "failed");
  EXPECT_EQ(json["checks"][0]["faults"][1]["remedy"], "chmod 0600 " + key);
}

TEST_F(DoctorTest, ASecretThatTheStoresOwnerMayNotReadIsAFault) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give files away";
  ASSERT_EQ(::chown(store.c_str(), 65534, 65534), 0);
  EXPECT_EQ(rights().remedy, "chown --reference=" + store + " " + key);
  ASSERT_EQ(::chown(key.c_str(), 0, 65534), 0);
  ::chmod(key.c_str(), 0640);
  EXPECT_EQ(rights().outcome, Outcome::ok) << "by its group it may";
}

TEST_F(DoctorTest, AFileOfAnotherUserInTheStoreIsAFault) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give files away";
  make_keys();
  ASSERT_EQ(::chown((store + "/keys").c_str(), 65534, 65534), 0);
  EXPECT_THAT(rights().result, HasSubstr("1 of the files in " + store + " belong to another user"));
}

TEST_F(DoctorTest, TheKeyOfAStoreOpensIt) {
  EXPECT_EQ(store_key().outcome, Outcome::ok) << "no store yet";
  make_keys();
  EXPECT_EQ(store_key().result, "the store key opens the store");
}

TEST_F(DoctorTest, AWrongMissingOrMalformedKeyIsToldWithoutItsText) {
  make_keys();
  const std::string wrong(64, 'b');
  write(key, wrong);
  auto finding = store_key();
  EXPECT_EQ(finding.outcome, Outcome::failed);
  EXPECT_THAT(finding.remedy, HasSubstr("this store was made with"));
  write(key, "secret words");
  finding = store_key();
  EXPECT_EQ(finding.outcome, Outcome::failed);
  EXPECT_THAT(finding.remedy, HasSubstr("64 hex digits"));
  EXPECT_EQ((finding.result + finding.remedy).find("secret words"), std::string::npos);
  ::unlink(key.c_str());
  finding = store_key();
  EXPECT_EQ(finding.outcome, Outcome::failed);
  EXPECT_THAT(finding.result, HasSubstr(key));
}

TEST_F(DoctorTest, ADamagedCopyOfTheKeysIsNoMatterTwoAre) {
  make_keys();
  write(store + "/keys", "rubbish");
  EXPECT_EQ(store_key().outcome, Outcome::ok);
  write(store + "/keys.bak", "rubbish");
  EXPECT_EQ(store_key().outcome, Outcome::failed);
  EXPECT_THAT(store_key().remedy, HasSubstr("backup restore"));
}

TEST_F(DoctorTest, AStoreWithoutItsKeysIsLost) {
  write(store + "/ledger.db", "x");
  EXPECT_THAT(store_key().result, HasSubstr("has lost its file keys"));
}

TEST_F(DoctorTest, TheDiskMustHoldTheStoreTwice) {
  constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
  EXPECT_EQ(check_disk(Room{2 * kGiB, kGiB}).outcome, Outcome::ok);
  const auto full = check_disk(Room{kGiB, kGiB});
  EXPECT_EQ(full.outcome, Outcome::failed);
  EXPECT_THAT(full.remedy, HasSubstr("1.2 GiB should be"));
  EXPECT_EQ(check_disk(Room{kGiB, 0, false}).outcome, Outcome::failed);
  EXPECT_EQ(check_disk(std::nullopt).outcome, Outcome::skipped);
  EXPECT_EQ(check_disk(room_of(home + "/not/made/yet")).name, "disk");
  write(store + "/x", std::string(5000, 'x'));
  EXPECT_EQ(room_of(store)->store, 5000U);
}

TEST_F(DoctorTest, LibrariesAreComparedAsNumbers) {
  EXPECT_EQ(check_libraries({"4.10.0 community", "8.9.1"}, false).outcome, Outcome::ok);
  EXPECT_EQ(check_libraries({"4.6.1 community", "8.11.0"}, true).outcome, Outcome::ok);
  EXPECT_EQ(check_libraries({"4.6.1 community", "7.88.1"}, true).outcome, Outcome::warning);
  EXPECT_EQ(check_libraries({"3.4.1 community", "8.14.1"}, true).outcome, Outcome::failed);
  EXPECT_EQ(check_libraries({"", "8.14.1"}, true).outcome, Outcome::failed);
  EXPECT_THAT(store::sqlcipher_version(), testing::MatchesRegex("[0-9]+\\.[0-9]+.*"));
}

TEST_F(DoctorTest, FindsTheSameChecksInTheSameOrderWhateverIsWrong) {
  const auto names = [](const std::vector<Finding>& findings) {
    std::vector<std::string> all;
    all.reserve(findings.size());
    for (const auto& each : findings) all.push_back(each.name);
    return all;
  };
  write(config, "[platform]\nurl = \"http://127.0.0.1:1\"\nlogin = \"d\"\n[store]\ndirectory = \"" +
                    store + "\"\nkey_file = \"" + key + "\"\n");
  const auto offline = examine({config, {}}, Reach::this_machine);
  write(config, "nonsense = 1\n");
  const auto invalid = examine({config, {}}, Reach::everything);
  EXPECT_EQ(names(offline), names(invalid));
  EXPECT_FALSE(any_failed(offline)) << to_json("", offline);
  EXPECT_EQ(invalid[0].outcome, Outcome::failed);
  EXPECT_EQ(std::count_if(invalid.begin(), invalid.end(),
                          [](const auto& each) { return each.outcome == Outcome::failed; }),
            1);
}

}  // namespace
}  // namespace icure::doctor
