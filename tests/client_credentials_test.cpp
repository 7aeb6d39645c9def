// ipc/client/credentials.h: the service's secrets, for the daemon's program when a person runs it.
#include <gmock/gmock.h>

#include "ipc/client/credentials.h"
#include "tests/support/programs.h"

namespace icure::client {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// What systemd-creds is asked for, told by its arguments and not sealed at all.
constexpr auto kUnsealing = R"(
[ "$1" = decrypt ] || exit 2
case $2 in --name=*) ;; *) exit 2 ;; esac
echo "to be seen by nobody" >&2
[ -s "$3" ] || exit 1
printf 'unsealed %s' "${2#--name=}")";

class CredentialsTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(credentials_directory(config));
    std::ofstream(credentials_directory(config) + "/" + name) << text;
  }
  static std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
  }
  static std::string directory_of(const Credentials& credentials) {
    const auto environment = credentials.environment();
    EXPECT_EQ(environment.size(), 1u);
    return environment.empty() ? "" : environment[0].substr(environment[0].find('=') + 1);
  }

  support::Programs programs;
  support::TempDir directory;
  std::string config = directory.path() / "config.toml";
};

TEST_F(CredentialsTest, WhatIsAddedCanBeReadByNameUntilItsEnd) {
  std::string there;
  {
    Credentials credentials;
    EXPECT_THAT(credentials.environment(), IsEmpty());
    ASSERT_TRUE(credentials.add("store-key", "00ff"));
    ASSERT_TRUE(credentials.add("other", "x"));
    there = directory_of(credentials);
    EXPECT_EQ(first_line(there + "/store-key"), "00ff");
    EXPECT_EQ(credentials.path_of("other"), there + "/other");
    const Credentials moved = std::move(credentials);
    EXPECT_EQ(first_line(there + "/other"), "x");
  }
  EXPECT_FALSE(std::filesystem::exists(there));
}

TEST_F(CredentialsTest, TheSecretItselfLiesInMemoryForOneUserAlone) {
  Credentials credentials;
  ASSERT_TRUE(credentials.add("store-key", "00ff"));
  const auto path = credentials.path_of("store-key");
  EXPECT_TRUE(std::filesystem::is_symlink(path));
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(CredentialsTest, NothingIsLeftOpen) {
  const auto open_files = [] {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return std::distance(begin(files), end(files));
  };
  const auto before = open_files();
  {
    Credentials credentials;
    credentials.add("a", "1");
    EXPECT_EQ(open_files(), before + 1);
  }
  EXPECT_EQ(open_files(), before);
}

TEST_F(CredentialsTest, SealedOnesAreUnsealed) {
  programs.add("systemd-creds", kUnsealing);
  write("store-key.cred", "sealed");
  write("platform-password.cred", "sealed");
  for (const bool with_plain : {false, true}) {
    const auto found =
        with_plain ? Credentials::beside(config) : Credentials::sealed_beside(config);
    EXPECT_EQ(first_line(found.path_of(kStoreKey)), "unsealed store-key");
    EXPECT_EQ(first_line(found.path_of(kPlatformPassword)), "unsealed platform-password");
    EXPECT_EQ(directory_of(found) + "/store-key", found.path_of(kStoreKey));
  }
}

TEST_F(CredentialsTest, WhatCannotBeUnsealedIsNotThere) {
  programs.add("systemd-creds", kUnsealing);
  write("store-key.cred", "");
  write("platform-password.cred", "sealed");
  EXPECT_EQ(unsealed(kStoreKey, credentials_directory(config) + "/store-key.cred"), "");
  const auto found = Credentials::sealed_beside(config);
  EXPECT_FALSE(std::filesystem::exists(found.path_of(kStoreKey)));
  EXPECT_TRUE(std::filesystem::exists(found.path_of(kPlatformPassword)));
}

TEST_F(CredentialsTest, OnlyWhatIsThereIsUnsealed) {
  programs.add("systemd-creds", kUnsealing);
  EXPECT_THAT(Credentials::beside(config).environment(), IsEmpty());
  EXPECT_FALSE(programs.was_run("systemd-creds"));
}

TEST_F(CredentialsTest, PlainOnesAreTakenWhereTheyLieAndLeftThere) {
  write("store-key", "00ff\n");
  {
    const auto found = Credentials::beside(config);
    EXPECT_EQ(directory_of(found), credentials_directory(config));
    EXPECT_THAT(Credentials::sealed_beside(config).environment(), IsEmpty());
  }
  EXPECT_EQ(first_line(credentials_directory(config) + "/store-key"), "00ff");
}

TEST_F(CredentialsTest, SealedOnesGoBeforePlainOnes) {
  programs.add("systemd-creds", kUnsealing);
  write("store-key.cred", "sealed");
  write("store-key", "plain");
  EXPECT_EQ(first_line(Credentials::beside(config).path_of(kStoreKey)), "unsealed store-key");
}

TEST_F(CredentialsTest, NothingIsAddedToADirectoryThatIsNotOurs) {
  write("store-key", "00ff");
  auto found = Credentials::beside(config);
  EXPECT_FALSE(found.add("more", "x"));
}

TEST_F(CredentialsTest, ADirectoryThatIsGivenFromOutsideIsUsedAlone) {
  programs.add("systemd-creds", kUnsealing);
  write("store-key.cred", "sealed");
  write("store-key", "plain");
  const support::Variable given("CREDENTIALS_DIRECTORY", "/given");
  EXPECT_THAT(Credentials::beside(config).environment(), IsEmpty());
  EXPECT_THAT(Credentials::sealed_beside(config).environment(), IsEmpty());
}

}  // namespace
}  // namespace icure::client
