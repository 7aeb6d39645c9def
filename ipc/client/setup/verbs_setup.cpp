// icurectl setup: from an installed package to a daemon that can be started. Nothing is written
// before the platform has accepted what was said.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "ipc/client/args.h"
#include "ipc/client/ask_secret.h"
#include "ipc/client/credentials.h"
#include "ipc/client/recovery.h"
#include "ipc/client/runner.h"
#include "ipc/client/setup/answers.h"
#include "ipc/client/setup/questions.h"
#include "ipc/client/setup/secrets.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

constexpr auto kMainFile =
    "# Configuration of icure-syncd. What \"icurectl setup\" was told is in conf.d/setup.toml; "
    "every\n"
    "# other key, with its default: man icure-syncd.toml\n";

/// What must be well before anything is written. Others of the doctor's checks may be wrong on a
/// machine that is just set up.
constexpr std::array<std::string_view, 8> kDecisive = {"program", "config",   "key",   "dns",
                                                       "tls",     "platform", "login", "gateway"};

std::string absolute(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::absolute(path, unknown).lexically_normal().string();
}

Failure invalid(std::string message, std::string hint) {
  Failure failure;
  failure.word = "invalid";
  failure.message = std::move(message);
  failure.hint = std::move(hint);
  return failure;
}

class Setup {
 public:
  Setup(Runner& runner, const Values& values)
      : runner_(runner),
        screen_(runner.screen()),
        values_(values),
        config_(absolute(config_of(values))) {}

  std::optional<Failure> run() {
    auto known = known_answers(config_);
    if (!known) return known.error();
    answers_ = std::move(*known);
    take_flags(values_, answers_);
    if (person()) ask_person(std::cin, screen_.err, values_, answers_);
    if (const auto fault = fault_of(answers_); !fault.empty()) {
      return usage(fault, "icurectl setup --help lists what can be said");
    }
    secrets_.emplace(config_, answers_);
    if (auto failed = gather_secrets()) return failed;
    if (auto failed = check()) return failed;
    if (auto failed = write()) return failed;
    return make_recovery_key();
  }

  Exit show() const;

 private:
  bool person() const { return person_at_input() && !screen_.json; }
  std::optional<Failure> gather_secrets();
  std::string given_password() const;
  std::optional<Failure> check();
  std::optional<Failure> write();
  std::optional<Failure> make_recovery_key();
  std::vector<std::string> for_daemon(bool before_it_is_written) const;

  Runner& runner_;
  Screen& screen_;
  const Values& values_;
  std::string config_;
  Answers answers_;
  std::optional<Secrets> secrets_;
  Credentials credentials_;  // what the daemon's program is to use
  std::string new_key_;      // empty: there is one already
  std::string new_password_;
  Json checks_ = Json::array();
  std::string recovery_key_;
};

/// "": it stays as it is.
std::string Setup::given_password() const {
  if (values_.contains("--password-file")) {
    std::ifstream file(values_.at("--password-file"));
    std::string line;
    std::getline(file, line);
    return line;
  }
  const bool kept = secrets_->has(kPlatformPassword);
  if (kept && !person()) return {};
  return ask_secret(std::cin, screen_.err,
                    kept ? "Its password (empty: as it is): " : "Its password: ");
}

std::optional<Failure> Setup::gather_secrets() {
  new_password_ = given_password();
  const auto password = new_password_.empty() ? secrets_->read(kPlatformPassword) : new_password_;
  if (password.empty()) {
    return usage("the password of the daemon's user is missing",
                 "type it, send it as the first line of the input, or name a file: "
                 "--password-file");
  }
  auto key = secrets_->read(kStoreKey);
  if (key.empty() && secrets_->has(kStoreKey)) {
    return invalid("the store key in " + credentials_directory(config_) + " cannot be read",
                   "run this as root");
  }
  if (key.empty()) key = new_key_ = new_store_key();
  if (credentials_.add(kStoreKey, key) && credentials_.add(kPlatformPassword, password)) {
    return std::nullopt;
  }
  return invalid("there is no room for a moment's files in /run or /tmp", "free some space");
}

/// The answers, as the daemon's program takes them before they stand in a file.
std::vector<std::string> Setup::for_daemon(bool before_it_is_written) const {
  auto environment = credentials_.environment();
  environment.push_back("ICURE_SYNCD_PLATFORM_PASSWORD_FILE=" +
                        credentials_.path_of(kPlatformPassword));
  environment.push_back("ICURE_SYNCD_STORE_KEY_FILE=" + credentials_.path_of(kStoreKey));
  if (!before_it_is_written) return environment;
  environment.push_back("ICURE_SYNCD_PLATFORM_URL=" + answers_.url);
  environment.push_back("ICURE_SYNCD_PLATFORM_LOGIN=" + answers_.login);
  environment.push_back("ICURE_SYNCD_GATEWAY_URL=" + answers_.gateway_url);
  environment.push_back("ICURE_SYNCD_GATEWAY_SPEC_ID=" + answers_.spec_id);
  return environment;
}

std::optional<Failure> Setup::check() {
  std::error_code unknown;
  const bool there = std::filesystem::exists(config_, unknown);
  Launch launch{{"--config", there ? config_ : "/dev/null", "--doctor"}, for_daemon(true)};
  if (values_.contains("--offline")) launch.arguments.emplace_back("--offline");
  launch.input = "";
  const auto run = runner_.run_daemon(launch);
  const auto said = lines_of(run.said);
  const auto found = said.empty() ? Json() : Json::parse(said.back(), nullptr, false);
  if (!child_of(found, "checks").is_array()) return refusal_of(run);
  bool well = true;
  for (const auto& each : found["checks"]) {
    const auto name = text_of(each, "name");
    if (std::find(kDecisive.begin(), kDecisive.end(), name) == kDecisive.end()) continue;
    const bool failed = text_of(each, "state") == "failed";
    well = well && !failed;
    if (failed || name != "config") checks_.push_back(each);  // what is no file yet is valid
  }
  if (!screen_.json) screen_.err << '\n' << doctor_view({{"checks", checks_}}, screen_) << '\n';
  if (well) return std::nullopt;
  Failure failure = invalid("nothing was written: what was said does not work",
                            "see what failed; --offline leaves out what needs the network");
  if (screen_.json) failure.message += ": " + checks_.dump();
  return failure;
}

std::optional<Failure> Setup::write() {
  std::error_code unknown;
  if (!new_key_.empty()) {
    if (auto failed = secrets_->write(kStoreKey, new_key_)) return failed;
  }
  if (!new_password_.empty()) {
    if (auto failed = secrets_->write(kPlatformPassword, new_password_)) return failed;
  }
  if (auto failed = secrets_->announce()) return failed;
  if (secrets_->keeping() == Keeping::named_files) {
    answers_.key_file = secrets_->file_of(kStoreKey);
    answers_.password_file = secrets_->file_of(kPlatformPassword);
  }
  if (!std::filesystem::exists(config_, unknown)) {
    if (auto failed = replace_file(config_, kMainFile, 0644)) return failed;
  }
  return replace_file(answers_file(config_), text_of(answers_), 0644);
}

/// With the key that it belongs to, so that running setup again does not make older ones useless.
std::optional<Failure> Setup::make_recovery_key() {
  if (new_key_.empty()) return std::nullopt;
  auto made = new_recovery_key(runner_, config_, for_daemon(false));
  if (made) {
    recovery_key_ = std::move(*made);
    return std::nullopt;
  }
  auto failure = std::move(made).error();
  failure.message = "all is written, but there is no recovery key: " + failure.message;
  failure.hint = "make one before you start: icurectl store recovery-key";
  return failure;
}

const char* words_of(Keeping keeping) {
  switch (keeping) {
    case Keeping::sealed:
      return "sealed for this machine";
    case Keeping::plain:
      return "files for root alone: systemd-creds does not work here";
    case Keeping::named_files:
      return "files that the configuration names";
  }
  return "";
}

Exit Setup::show() const {
  const auto answers = answers_file(config_);
  if (screen_.json) {
    Json result = {
        {"config", answers}, {"secrets", words_of(secrets_->keeping())}, {"checks", checks_}};
    if (!recovery_key_.empty()) result["recovery_key"] = recovery_key_;
    screen_.put_json(result.dump(-1, ' ', false, Json::error_handler_t::replace));
    return Exit::ok;
  }
  screen_.out << screen_.paint(Colour::green, "written") << "  " << printable(answers) << '\n'
              << screen_.paint(Colour::green, "kept") << "     store key and password, "
              << words_of(secrets_->keeping()) << "\n\n";
  if (!recovery_key_.empty()) {
    screen_.out << recovery_key_view(recovery_key_, screen_);
  } else {
    screen_.out << "The store key is as it was. If you have no recovery key: icurectl store "
                   "recovery-key\n\n";
  }
  if (config_ == kDefaultConfig) {
    screen_.out << "Now:  systemctl enable --now icure-syncd   (restart, if it runs)\n"
                   "      icurectl status\n";
  } else {
    screen_.out << "Now:  icure-syncd --config " << printable(config_) << '\n';
  }
  return Exit::ok;
}

Exit run_setup(Runner& runner, const Verb&, const Values& values) {
  Setup setup(runner, values);
  if (const auto failed = setup.run()) return runner.fail(*failed);
  return setup.show();
}

}  // namespace

std::vector<Verb> setup_verbs() {
  return {
      {.noun = "setup",
       .verb = "",
       .about = "asks for what the daemon needs, tries it, writes it, and makes its keys",
       .method = "",
       .args =
           {config_arg(),
            {"--url", "url", "the platform's address"},
            {"--login", "login", "the platform's user that this daemon is"},
            {"--password-file", "--password-file",
             "whose first line is its password; else typed, or the input's first line",
             Arg::Type::path},
            {"--gateway-url", "gateway_url", "the message gateway's address"},
            {"--gateway-spec-id", "spec_id", "its spec id"},
            {"--group", "group", "a group of this machine whose members may ask"},
            {"--role", "role", "of that group", Arg::Type::text, {"reader", "operator", "admin"}},
            {"--offline", "--offline", "do not try it: there is no network here", Arg::Type::flag}},
       .run = run_setup}};
}

}  // namespace icure::client
