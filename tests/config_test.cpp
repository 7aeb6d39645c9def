// daemon/config_file.h: every fault at once, and later layers win.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "daemon/config_file.h"
#include "daemon/settings.h"
#include "tests/support/temp_dir.h"

namespace icure {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class ConfigTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    const auto path = dir.path() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  auto load() {
    sources.file = (dir.path() / "config.toml").string();
    return load_config(sources);
  }

  support::TempDir dir;
  ConfigSources sources{"", {}};
};

constexpr const char* kSmall = "[platform]\nurl = \"https://api.test\"\nlogin = \"d@x.test\"\n";

TEST_F(ConfigTest, FillsInTheDocumentedDefaults) {
  write("config.toml", kSmall);
  auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().front();
  EXPECT_EQ(loaded->config.platform.page_size, 1000);
  EXPECT_EQ(loaded->config.sync.interval, 5min);
  EXPECT_EQ(loaded->config.login.offline_max_age, 72h);
  EXPECT_EQ(loaded->config.ipc.mode, 0660u);
  EXPECT_EQ(loaded->config.ipc.max_message, 4 * 1024 * 1024);
  EXPECT_EQ(loaded->config.mirror.kinds.size(), 4u);
}

TEST_F(ConfigTest, TheExampleFileIsValidAndNamesEveryKey) {
  std::ifstream example(PROJECT_DIR "/config.example.toml");
  const std::string text((std::istreambuf_iterator<char>(example)), {});
  write("config.toml", text);
  auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().front();
  for (const auto& value : loaded->shown) {
    const auto key = value.key.substr(value.key.find('.') + 1) + " =";
    EXPECT_THAT(text, HasSubstr(key)) << value.key;
  }
  for (const auto& value : loaded->shown) {
    if (value.key == "platform.url" || value.key == "platform.login") continue;  // have none
    const auto* setting = find_setting(value.key.substr(0, value.key.find('.')),
                                       std::string_view(value.key).substr(value.key.find('.') + 1));
    ASSERT_NE(setting, nullptr) << value.key;
    EXPECT_EQ(value.value, to_text(setting->fallback)) << value.key;
  }
}

/// As roff spells it.
std::string in_roff(const std::string& text) {
  std::string out;
  for (const char each : text) {
    out += each == '"' ? "\\(dq" : each == '-' ? "\\-" : std::string(1, each);
  }
  return out;
}

TEST_F(ConfigTest, TheManualNamesEveryKeyInItsSectionWithItsDefaultAndNoOther) {
  std::ifstream page(PROJECT_DIR "/docs/man/icure-syncd.toml.5.in");
  std::string section;
  std::vector<std::string> found;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with(".SH ")) section = line.substr(4);
    if (line.starts_with(".BR ") && line.find("\" = ") != std::string::npos) {
      found.push_back(section + " " + line.substr(4));
    }
  }
  std::vector<std::string> expected = {R"([[access]] decrypted " = false")"};
  for (const auto& each : settings()) {
    expected.push_back("[" + std::string(each.section) + "] " + std::string(each.key) +
                       " \" = " + in_roff(to_text(each.fallback)) + "\"");
  }
  EXPECT_THAT(found, ::testing::UnorderedElementsAreArray(expected));
}

TEST_F(ConfigTest, ListsEveryFaultAtOnceWithFileAndKey) {
  write("config.toml",
        "[platform]\nurl = \"http://far.test\"\npage_size = \"many\"\ntypo = 1\n"
        "[sync]\ninterval = \"5 minutes\"\n[nonsense]\nx = 1\n");
  auto loaded = load();
  ASSERT_FALSE(loaded);
  const auto all = ::testing::PrintToString(loaded.error());
  for (const auto* part :
       {"config.toml: platform.page_size: must be a whole number",
        "config.toml: platform.typo: unknown key",
        "config.toml: sync.interval: \\\"5 minutes\\\" is no duration",
        "config.toml: [nonsense]: unknown section", "config.toml: platform.url: must be https://",
        "config.toml: platform.login: is required"}) {
    EXPECT_THAT(all, HasSubstr(part));
  }
  EXPECT_EQ(loaded.error().size(), 6u);
}

TEST_F(ConfigTest, SaysOfAValueOnceWhatIsWrongAndWhereItStands) {
  write("config.toml",
        "[platform]\nurl = 5\nlogin = \"d@x.test\"\n[invite]\nlinks = [\"http://x\"]\n");
  write("conf.d/10.toml", "[log]\nlevel = \"loud\"\n");
  sources.environment = {{"ICURE_SYNCD_SYNC_INTERVAL", "0s"}};
  auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(),
              UnorderedElementsAre(HasSubstr("config.toml: platform.url: must be text"),
                                   HasSubstr("config.toml: invite.links: must be https://"),
                                   HasSubstr("10.toml: log.level: must be"),
                                   HasSubstr("environment: sync.interval: must be 1s or more")));
}

TEST_F(ConfigTest, NamesTheLineOfASyntaxErrorAndBlamesNothingElse) {
  write("config.toml", "[platform]\nurl = \n");
  auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(), ElementsAre(HasSubstr("config.toml:2: ")));
}

TEST_F(ConfigTest, SaysWhenThereIsNoFile) {
  auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(), ElementsAre(HasSubstr("config.toml: ")));
}

TEST_F(ConfigTest, LaysDropInsAndTheEnvironmentOverTheFile) {
  write("config.toml", std::string(kSmall) + "[sync]\ninterval = \"1m\"\nfull_interval = \"2h\"\n");
  write("conf.d/20-late.toml", "[sync]\ninterval = \"3m\"\n");
  write("conf.d/10-early.toml", "[sync]\ninterval = \"2m\"\n[log]\nlevel = \"debug\"\n");
  write("conf.d/ignored.txt", "nonsense");
  sources.environment = {{"ICURE_SYNCD_SYNC_FULL_INTERVAL", "4h"},
                         {"ICURE_SYNCD_MIRROR_KINDS", "user,hcp"}};
  auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().front();
  EXPECT_EQ(loaded->config.sync.interval, 3min);
  EXPECT_EQ(loaded->config.sync.full_interval, 4h);
  EXPECT_EQ(loaded->config.log.level, "debug");
  EXPECT_THAT(loaded->config.mirror.kinds, ElementsAre(Kind::user, Kind::hcp));
  for (const auto& value : loaded->shown) {
    if (value.key == "sync.full_interval") {
      EXPECT_EQ(value.source, "ICURE_SYNCD_SYNC_FULL_INTERVAL");
      EXPECT_EQ(value.value, "\"4h\"");
    }
    if (value.key == "sync.interval") {
      EXPECT_THAT(value.source, HasSubstr("20-late.toml"));
    }
  }
}

TEST_F(ConfigTest, ShowsTextSoThatItCanBeReadBack) {
  const std::string login = "a\"b\\c\nd\x7f\u00e9";
  write("config.toml",
        "[platform]\nurl = \"https://api.test\"\nlogin = \"a\\\"b\\\\c\\nd\\u007f\u00e9\"\n"
        "[mirror]\npatients_of = ['x\"y']\n");
  auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().front();
  ASSERT_EQ(loaded->config.platform.login, login);
  std::map<std::string, std::string> shown;
  for (const auto& value : loaded->shown) shown[value.key] = value.value;
  write("config.toml",
        "[platform]\nurl = \"https://api.test\"\nlogin = " + shown["platform.login"] +
            "\n[mirror]\npatients_of = " + shown["mirror.patients_of"] + "\n");
  loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().front();
  EXPECT_EQ(loaded->config.platform.login, login);
  EXPECT_THAT(loaded->config.mirror.patients_of, ElementsAre("x\"y"));
}

TEST_F(ConfigTest, RefusesAVariableThatIsNotUtf8) {
  write("config.toml", kSmall);
  sources.environment = {{"ICURE_SYNCD_PLATFORM_LOGIN", "d\xe9@x.test"}};
  auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(), ElementsAre(HasSubstr("must be UTF-8")));
}

TEST_F(ConfigTest, RefusesAVariableThatNoSettingHas) {
  write("config.toml", kSmall);
  sources.environment = {{"ICURE_SYNCD_SYNC_INTERVALL", "4h"}};
  auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(), ElementsAre(HasSubstr("ICURE_SYNCD_SYNC_INTERVALL")));
}

TEST_F(ConfigTest, ReadsAccessRules) {
  write("config.toml", std::string(kSmall) +
                           "[[access]]\ngroup = \"daemon\"\nrole = \"operator\"\n"
                           "kinds = [\"user\"]\nfields.user = [\"id\", \"name\"]\n"
                           "[[access]]\nuser = 1000\nrole = \"reader\"\ndecrypted = true\n");
  auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().front();
  ASSERT_EQ(loaded->config.access.size(), 2u);
  const auto& first = loaded->config.access[0];
  EXPECT_EQ(first.group, "daemon");
  EXPECT_THAT(*first.kinds, ElementsAre(Kind::user));
  EXPECT_THAT(first.fields.at(Kind::user), ElementsAre("id", "name"));
  EXPECT_EQ(loaded->config.access[1].user, "1000");
  EXPECT_TRUE(loaded->config.access[1].decrypted);
}

TEST_F(ConfigTest, RefusesAnAccessRuleThatGrantsToNobodyOrWhoKnowsWhat) {
  write("config.toml", std::string(kSmall) + "[[access]]\nrole = \"king\"\nkind = [\"user\"]\n");
  auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(),
              UnorderedElementsAre(HasSubstr("access[1].kind: unknown key"),
                                   HasSubstr("toml: access[1]: needs either user or group"),
                                   HasSubstr("toml: access[1].role: must be")));
  write("config.toml", std::string(kSmall) + "[[access]]\nuser = 1.5\nrole = 1\n");
  loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(),
              UnorderedElementsAre(HasSubstr("toml: access[1].role: must be"),
                                   HasSubstr("toml: access[1].user: must be a name")));
}

TEST_F(ConfigTest, HidesAProxysPasswordHoweverItIsWritten) {
  for (const auto* proxy : {"http://me:secret@proxy.test:3128", "me:secret@proxy.test:3128",
                            "http://me:p@secret@proxy.test/x"}) {
    write("config.toml", std::string(kSmall) + "proxy = \"" + proxy + "\"\n");
    auto loaded = load();
    ASSERT_TRUE(loaded);
    for (const auto& value : loaded->shown) {
      EXPECT_EQ(value.value.find("secret"), std::string::npos) << proxy;
    }
  }
}

TEST_F(ConfigTest, SendsAPasswordInClearToThisMachineOnly) {
  for (const auto* url :
       {"http://127.0.0.1:80", "http://localhost", "http://LOCALHOST:1/", "http://[::1]:16043",
        "https://api.test", "https://[2001:db8::1]:444/x"}) {
    write("config.toml", "[platform]\nlogin = \"d\"\nurl = \"" + std::string(url) + "\"\n");
    EXPECT_TRUE(load()) << url;
  }
  for (const auto* url :
       {"http://127.evil.test", "http://localhost.evil.test", "http://localhost@evil.test",
        "http://127.0.0.1@evil.test", "http://127.0.0.1#@evil.test", "http://[::1].evil.test",
        "http://127.0.0.1.evil.test", "https://", "https://:443", "https://a:b",
        "https://a:", "https://a:0", "https://a:99999", "https://a:-1", "ftp://x.test",
        "https://user:pass@x.test", "https://x.test?y", "http://0x7f000001.evil"}) {
    write("config.toml", "[platform]\nlogin = \"d\"\nurl = \"" + std::string(url) + "\"\n");
    EXPECT_FALSE(load()) << url;
  }
}

TEST_F(ConfigTest, RefusesUsersAndGroupsThatThisMachineDoesNotKnowNamingTheRule) {
  write("config.toml", std::string(kSmall) +
                           "[ipc]\ngroup = \"no-such-group\"\n"
                           "[[access]]\nuser = \"no-such-user\"\nrole = \"reader\"\n"
                           "[[access]]\ngroup = 99999999999\nrole = \"admin\"\n");
  auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(), ElementsAre(HasSubstr("access[1].user: this machine has no user"),
                                          HasSubstr("access[2].group: 99999999999 is too large"),
                                          HasSubstr("toml: ipc.group: this machine has no group")));
}

TEST(DurationTest, ReadsUnitsAndRefusesTheRest) {
  EXPECT_EQ(*parse_duration("250ms"), 250ms);
  EXPECT_EQ(*parse_duration("90s"), 90s);
  EXPECT_EQ(*parse_duration("7d"), 168h);
  for (const auto* text : {"", "5", "5 m", "-5m", "m", "1.5h", "99999999999999999d", "5mm"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

}  // namespace
}  // namespace icure
