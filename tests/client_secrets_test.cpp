// ipc/client/setup/secrets.h: where the store key and the password are kept, and how.
#include <gmock/gmock.h>

#include "ipc/client/credentials.h"
#include "ipc/client/setup/secrets.h"
#include "tests/support/programs.h"

namespace icure::client {
namespace {

using testing::HasSubstr;

/// Seals by writing in front what it is of; a file in $here makes it refuse.
constexpr auto kSealing = R"sh(
[ -e "$here/broken" ] && exit 1
echo "to be seen by nobody" >&2
if [ "$1" = encrypt ]; then printf 'sealed %s: %s' "${2#--name=}" "$line"; exit; fi
printf %s "$(cut -d' ' -f3- "$3")")sh";

class SecretsTest : public testing::Test {
 protected:
  Secrets of(const Answers& answers = {}) const { return {service.config, answers, service}; }
  std::string kept(const std::string& name) const {
    return directory.path() / "credentials" / name;
  }
  static std::string text_of_file(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void break_sealing() { std::ofstream(programs.path("broken")) << "x"; }

  support::Programs programs;
  support::TempDir directory;
  InstalledService service{directory.path() / "config.toml",
                           directory.path() / "unit.d" / "plain.conf", directory.path() / "booted"};
};

TEST_F(SecretsTest, TheServicesAreSealedWhereThatCanBeDone) {
  programs.add("systemd-creds", kSealing);
  const auto secrets = of();
  EXPECT_EQ(secrets.keeping(), Keeping::sealed);
  EXPECT_FALSE(secrets.has(kStoreKey));
  ASSERT_EQ(secrets.write(kStoreKey, "00ff"), std::nullopt);
  EXPECT_TRUE(secrets.has(kStoreKey));
  EXPECT_FALSE(secrets.has(kPlatformPassword));
  EXPECT_EQ(text_of_file(kept("store-key.cred")), "sealed store-key: 00ff");
  EXPECT_FALSE(std::filesystem::exists(kept("store-key"))) << "never in clear beside it";
  EXPECT_EQ(secrets.read(kStoreKey), "00ff");
  EXPECT_EQ(secrets.announce(), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(service.drop_in)) << "systemd knows of sealed ones";
}

TEST_F(SecretsTest, WhatIsNotSealedAnyMoreIsToldAndNotWritten) {
  programs.add("systemd-creds", kSealing);
  const auto secrets = of();
  break_sealing();
  const auto failed = secrets.write(kStoreKey, "00ff");
  ASSERT_TRUE(failed);
  EXPECT_THAT(failed->message, HasSubstr("systemd-creds"));
  EXPECT_FALSE(secrets.has(kStoreKey));
}

TEST_F(SecretsTest, TheServicesAreFilesThatSystemdIsToldOfWhereNothingSeals) {
  programs.add("systemctl", "");
  programs.add("systemd-creds", kSealing);
  break_sealing();
  const auto secrets = of();
  EXPECT_EQ(secrets.keeping(), Keeping::plain);
  ASSERT_EQ(secrets.write(kStoreKey, "00ff"), std::nullopt);
  ASSERT_EQ(secrets.write(kPlatformPassword, "p w"), std::nullopt);
  EXPECT_EQ(text_of_file(kept("store-key")), "00ff\n");
  EXPECT_EQ(secrets.read(kPlatformPassword), "p w");
  EXPECT_EQ(std::filesystem::status(kept("store-key")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  ASSERT_EQ(secrets.announce(), std::nullopt);
  EXPECT_THAT(text_of_file(service.drop_in), HasSubstr("LoadCredential"));
  EXPECT_FALSE(programs.was_run("systemctl")) << "systemd does not run here";
}

TEST_F(SecretsTest, ASystemdThatRunsReadsItsFilesAnew) {
  programs.add("systemctl", "");
  programs.add("systemd-creds", "exit 1");
  std::filesystem::create_directory(service.booted);
  ASSERT_EQ(of().announce(), std::nullopt);
  EXPECT_EQ(programs.arguments("systemctl"), "daemon-reload\n");
}

TEST_F(SecretsTest, APlaceThatCannotBeWrittenIsTold) {
  programs.add("systemd-creds", "exit 1");
  std::ofstream(directory.path() / "unit.d") << "no directory";
  const auto failed = of().announce();
  ASSERT_TRUE(failed);
  EXPECT_THAT(failed->message, HasSubstr("plain.conf"));
}

TEST_F(SecretsTest, PlainOnesThatAreThereStayPlain) {
  programs.add("systemd-creds", kSealing);
  for (const auto* name : {kStoreKey, kPlatformPassword}) {
    std::filesystem::create_directories(directory.path() / "credentials");
    std::ofstream(kept(name)) << "known\r\nmore\n";
    const auto secrets = of();
    EXPECT_EQ(secrets.keeping(), Keeping::plain) << name;
    EXPECT_EQ(secrets.read(name), "known");
    std::filesystem::remove(kept(name));
  }
}

TEST_F(SecretsTest, FilesThatTheConfigurationNamesAreUsed) {
  programs.add("systemd-creds", kSealing);
  const std::string key = directory.path() / "my-key";
  const auto secrets = of({.key_file = key});
  EXPECT_EQ(secrets.keeping(), Keeping::named_files);
  EXPECT_EQ(secrets.file_of(kStoreKey), key);
  EXPECT_EQ(secrets.file_of(kPlatformPassword), kept("platform-password"));
  ASSERT_EQ(secrets.write(kStoreKey, "00ff"), std::nullopt);
  EXPECT_EQ(text_of_file(key), "00ff\n");
  EXPECT_EQ(secrets.announce(), std::nullopt);
  EXPECT_FALSE(std::filesystem::exists(service.drop_in));
  EXPECT_EQ(of({.password_file = key}).keeping(), Keeping::named_files);
}

TEST_F(SecretsTest, AnotherConfigurationThanTheServicesHasNamedFiles) {
  programs.add("systemd-creds", kSealing);
  const Secrets secrets(directory.path() / "other.toml", {}, service);
  EXPECT_EQ(secrets.keeping(), Keeping::named_files);
  EXPECT_EQ(secrets.read(kStoreKey), "");
  EXPECT_FALSE(programs.was_run("systemd-creds"));
}

}  // namespace
}  // namespace icure::client
