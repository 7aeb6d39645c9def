#include "ipc/client/setup/answers.h"

#include <toml++/toml.h>

#include <array>
#include <filesystem>
#include <sstream>

namespace icure::client {
namespace {

namespace fs = std::filesystem;

constexpr auto kHead =
    "# Written by \"icurectl setup\", which keeps its answers here; they win over config.toml.\n"
    "# Run it again to change them, or delete this file and write config.toml by hand.\n\n";

struct Value {
  const char* section;
  const char* key;
  std::string Answers::*answer;
};
constexpr std::array<Value, 6> kValues = {{{"platform", "url", &Answers::url},
                                           {"platform", "login", &Answers::login},
                                           {"platform", "password_file", &Answers::password_file},
                                           {"store", "key_file", &Answers::key_file},
                                           {"gateway", "url", &Answers::gateway_url},
                                           {"gateway", "spec_id", &Answers::spec_id}}};

void take(const toml::table& table, Answers& answers) {
  for (const auto& [section, key, answer] : kValues) {
    const auto value = table[section][key].value<std::string>();
    if (value) answers.*answer = *value;
  }
}

/// The one rule that setup writes.
void take_rule(const toml::table& table, Answers& answers) {
  const auto* rules = table["access"].as_array();
  if (!rules || rules->empty() || !rules->get(0)->is_table()) return;
  const auto& rule = *rules->get(0)->as_table();
  answers.group = rule["group"].value_or(std::string());
  answers.role = rule["role"].value_or(std::string());
}

}  // namespace

std::string answers_file(const std::string& config) {
  return fs::path(config).parent_path() / "conf.d" / "setup.toml";
}

Result<Answers, Failure> known_answers(const std::string& config) {
  Answers known;
  const auto kept = answers_file(config);
  for (const auto& file : {config, kept}) {
    std::error_code unknown;
    if (!fs::exists(file, unknown)) continue;
    try {
      const auto table = toml::parse_file(file);
      take(table, known);
      if (file == kept) take_rule(table, known);
    } catch (const toml::parse_error& error) {
      Failure failure;
      failure.word = "invalid";
      failure.message = file + ": " + std::string(error.description());
      failure.hint = "correct the file; icurectl config check names every fault";
      return failure;
    }
  }
  return known;
}

std::string text_of(const Answers& answers) {
  toml::table table;
  for (const auto& [section, key, answer] : kValues) {
    if ((answers.*answer).empty()) continue;
    table.emplace(section, toml::table());
    table[section].as_table()->emplace(key, answers.*answer);
  }
  if (!answers.group.empty()) {
    const toml::table rule{{"group", answers.group}, {"role", answers.role}};
    table.emplace("access", toml::array{rule});
  }
  std::ostringstream text;
  text << kHead << toml::toml_formatter(table, toml::format_flags::none) << '\n';
  return text.str();
}

}  // namespace icure::client
