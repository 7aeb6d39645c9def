// A configuration: the file, and before it lines "ICURE_SYNCD_...=..." for the environment.
#include <filesystem>
#include <fstream>

#include "daemon/config_file.h"
#include "daemon/settings.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/temp_dir.h"

namespace {

using namespace icure;
using fuzz::require;

constexpr std::string_view kVariable = "ICURE_SYNCD_";

/// Takes the lines of the environment off the input.
std::map<std::string, std::string> take_variables(std::string_view& text) {
  std::map<std::string, std::string> variables;
  while (text.starts_with(kVariable)) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto equals = line.find('=');
    const auto value = equals == line.npos ? "" : line.substr(equals + 1);
    variables.emplace(line.substr(0, equals), value);
  }
  return variables;
}

Result<LoadedConfig, std::vector<std::string>> load(std::string_view text,
                                                    std::map<std::string, std::string> variables) {
  static const support::TempDir directory;
  const auto file = (directory.path() / "config.toml").string();
  std::ofstream(file, std::ios::binary) << text;
  return load_config({file, std::move(variables)});
}

/// What --print-config shows can be taken for a file, and is the same configuration.
void show_and_load(const LoadedConfig& loaded) {
  std::string shown;
  std::string section;
  for (const auto& [name, value, source] : loaded.shown) {
    const auto dot = name.find('.');
    if (name.substr(0, dot) != section) shown += "[" + (section = name.substr(0, dot)) + "]\n";
    shown += name.substr(dot + 1) + " = " + value + "\n";
  }
  const auto again = load(shown, {});
  require(bool(again), "what is shown can be loaded");
  for (std::size_t i = 0; i < loaded.shown.size(); ++i) {
    require(loaded.shown[i].value == again->shown[i].value, "and shows the same");
  }
}

void read_values(const std::string& text) {
  for (const auto& setting : settings()) {
    const auto value = from_text(setting, text);
    if (!value) {
      fuzz::require_words(value.error());
      continue;
    }
    Config config;
    const auto stored = setting.store(config, *value);
    if (!stored) fuzz::require_words(stored.error());
  }
  const auto duration = parse_duration(text);
  require(!duration || *duration >= Millis(0), "no duration is negative");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = fuzz::text_of(data, size);
  if (size < 64) read_values(std::string(text));
  auto variables = take_variables(text);
  const auto loaded = load(text, std::move(variables));
  if (loaded) {
    require(faults_of(loaded->config).empty(), "what is loaded has no fault");
    show_and_load(*loaded);
    return 0;
  }
  require(!loaded.error().empty(), "a refusal has a fault");
  for (const auto& fault : loaded.error()) {
    require(fault.find(": ") != fault.npos, "each fault names its place");
  }
  return 0;
}
