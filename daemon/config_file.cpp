#include "daemon/config_file.h"

#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "daemon/names.h"
#include "daemon/settings.h"

namespace icure {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEnvironmentPrefix = "ICURE_SYNCD_";
constexpr const char* kRoles = "must be \"reader\", \"operator\" or \"admin\"";

/// The layers as they are laid over one another, and what was wrong with them.
class Layers {
 public:
  Layers() {
    for (const auto& each : settings()) {
      take(each, each.fallback, "built-in", "");
    }
  }

  void add_file(const fs::path& path);
  void add_environment(const std::map<std::string, std::string>& variables);
  /// What is wrong with a value that nobody gave is blamed on `main_file`.
  Result<LoadedConfig, std::vector<std::string>> finish(const std::string& main_file);

 private:
  void take(const Setting& setting, const RawValue& value, const std::string& source,
            const std::string& where);
  void add_section(std::string_view name, const toml::table& table, const std::string& file);
  void add_access(const toml::node& node, const std::string& file);
  AccessConfig access_rule(const toml::table& table, const std::string& where);
  void fault(const std::string& line) { faults_.push_back(line); }
  void fault(const std::string& where, const std::string& key, const std::string& what) {
    faulty_.insert(key);
    fault(where + key + ": " + what);
  }
  std::string place_of(const std::string& key, const std::string& main_file) const;

  Config config_;
  std::map<std::string, ShownValue> shown_;
  std::vector<std::string> faults_;
  std::set<std::string> faulty_;  // keys
  bool unread_ = false;           // a file could not be read: what it would have set is not known
};

std::optional<RawValue> raw(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return RawValue(*text);
  if (const auto whole = node.value_exact<std::int64_t>()) return RawValue(*whole);
  if (const auto flag = node.value_exact<bool>()) return RawValue(*flag);
  if (const auto* array = node.as_array()) {
    std::vector<std::string> list;
    for (const auto& each : *array) {
      const auto text = each.value_exact<std::string>();
      if (!text) return std::nullopt;
      list.push_back(*text);
    }
    return RawValue(list);
  }
  return std::nullopt;
}

void Layers::take(const Setting& setting, const RawValue& value, const std::string& source,
                  const std::string& where) {
  auto stored = setting.store(config_, value);
  if (!stored) return fault(where, setting.name(), stored.error().message);
  shown_[setting.name()] = {setting.name(), shown_text(setting, value), source};
}

void Layers::add_file(const fs::path& path) {
  const auto file = path.string();
  toml::table root;
  try {
    root = toml::parse_file(file);
  } catch (const toml::parse_error& error) {
    unread_ = true;
    const auto line = error.source().begin.line;
    return fault(file + (line ? ":" + std::to_string(line) : "") + ": " +
                 std::string(error.description()));
  }
  for (const auto& [key, node] : root) {
    if (key.str() == "access") {
      add_access(node, file);
    } else if (const auto* table = node.as_table()) {
      add_section(key.str(), *table, file);
    } else {
      fault(file + ": " + std::string(key.str()) + ": unknown key outside of any section");
    }
  }
}

void Layers::add_section(std::string_view name, const toml::table& table, const std::string& file) {
  const auto known = [name](const Setting& each) { return each.section == name; };
  if (std::none_of(settings().begin(), settings().end(), known)) {
    return fault(file + ": [" + std::string(name) + "]: unknown section");
  }
  for (const auto& [key, node] : table) {
    const auto where = file + ": ";
    const auto* setting = find_setting(name, key.str());
    if (!setting) {
      fault(where + std::string(name) + "." + std::string(key.str()) + ": unknown key");
    } else if (const auto value = raw(node)) {
      take(*setting, *value, file, where);
    } else {
      fault(where, setting->name(), "has a type that no setting has");
    }
  }
}

void Layers::add_access(const toml::node& node, const std::string& file) {
  const auto* array = node.as_array();
  if (!array || !array->is_array_of_tables()) {
    return fault(file + ": access: write each rule as an [[access]] table");
  }
  for (const auto& each : *array) {
    const auto where = file + ": access[" + std::to_string(config_.access.size() + 1) + "]";
    config_.access.push_back(access_rule(*each.as_table(), where));
  }
}

AccessConfig Layers::access_rule(const toml::table& table, const std::string& where) {
  AccessConfig rule;
  const auto kinds_of = [&](const toml::node& node) {
    std::vector<Kind> kinds;
    const auto value = raw(node);
    const auto* names = value ? std::get_if<std::vector<std::string>>(&*value) : nullptr;
    if (!names) fault(where + ".kinds: must be a list of kinds");
    for (const auto& name : names ? *names : std::vector<std::string>()) {
      if (const auto kind = kind_named(name)) {
        kinds.push_back(*kind);
      } else {
        std::string words = where;
        words.append(".kinds: \"").append(name);
        fault(words.append("\" is no kind: user, hcp, patient or device"));
      }
    }
    return kinds;
  };
  if (table.contains("user") == table.contains("group")) {
    fault(where + ": needs either user or group");
  }
  if (!table.contains("role")) fault(where + ".role: " + kRoles);
  for (const auto& [key, node] : table) {
    const auto name = key.str();
    if (name == "user" || name == "group") {
      auto& target = name == "user" ? rule.user : rule.group;
      if (const auto number = node.value_exact<std::int64_t>()) {
        target = std::to_string(*number);
      } else if (const auto text = node.value_exact<std::string>(); text && !text->empty()) {
        target = *text;
      } else {
        fault(where + "." + std::string(name) + ": must be a name or a number");
      }
    } else if (name == "role") {
      rule.role = node.value_exact<std::string>().value_or("");
      const bool known = rule.role == "reader" || rule.role == "operator" || rule.role == "admin";
      if (!known) fault(where + ".role: " + kRoles);
    } else if (name == "kinds") {
      rule.kinds = kinds_of(node);
    } else if (name == "decrypted" && node.is_boolean()) {
      rule.decrypted = *node.value<bool>();
    } else if (name == "fields" && node.is_table()) {
      for (const auto& [kind_name, list] : *node.as_table()) {
        const auto kind = kind_named(kind_name.str());
        const auto value = raw(list);
        const auto* names = value ? std::get_if<std::vector<std::string>>(&*value) : nullptr;
        if (kind && names) {
          rule.fields[*kind] = *names;
        } else {
          fault(where + ".fields." + std::string(kind_name.str()) +
                ": must be a kind with a list of member names");
        }
      }
    } else {
      fault(where + "." + std::string(name) + ": unknown key or wrong type");
    }
  }
  if (!rule.user.empty()) {
    if (auto id = user_id(rule.user); !id) fault(where + ".user: " + id.error().message);
  }
  if (!rule.group.empty()) {
    if (auto id = group_id(rule.group); !id) fault(where + ".group: " + id.error().message);
  }
  return rule;
}

void Layers::add_environment(const std::map<std::string, std::string>& variables) {
  for (const auto& [name, text] : variables) {
    const Setting* found = nullptr;
    for (const auto& each : settings()) {
      std::string wanted = kEnvironmentPrefix + each.name();
      std::transform(wanted.begin(), wanted.end(), wanted.begin(), [](unsigned char c) {
        return c == '.' ? '_' : static_cast<char>(std::toupper(c));
      });
      if (wanted == name) found = &each;
    }
    if (!found) {
      fault("environment: " + name + ": unknown setting");
      continue;
    }
    auto value = from_text(*found, text);
    if (!value) {
      faulty_.insert(found->name());
      fault("environment: " + name + ": " + value.error().message);
    } else {
      take(*found, *value, name, "environment: ");
    }
  }
}

/// Who gave a key its value, as faults name it.
std::string Layers::place_of(const std::string& key, const std::string& main_file) const {
  const auto shown = shown_.find(key);
  if (shown == shown_.end() || shown->second.source == "built-in") return main_file + ": ";
  const auto& source = shown->second.source;
  return source.starts_with(kEnvironmentPrefix) ? "environment: " : source + ": ";
}

Result<LoadedConfig, std::vector<std::string>> Layers::finish(const std::string& main_file) {
  if (unread_) return faults_;
  for (const auto& line : faults_of(config_)) {
    const auto key = line.substr(0, line.find(':'));
    if (!faulty_.contains(key)) fault(place_of(key, main_file) + line);
  }
  if (!config_.ipc.group.empty()) {
    auto id = group_id(config_.ipc.group);
    if (!id) fault(place_of("ipc.group", main_file), "ipc.group", id.error().message);
  }
  if (!faults_.empty()) return faults_;
  LoadedConfig loaded{std::move(config_), {}};
  for (const auto& each : settings()) loaded.shown.push_back(shown_[each.name()]);
  return loaded;
}

/// conf.d/*.toml beside the file, in the order of their names.
std::vector<fs::path> drop_ins(const fs::path& file) {
  std::vector<fs::path> found;
  std::error_code ignored;  // no such folder: no drop-ins
  for (fs::directory_iterator at(file.parent_path() / "conf.d", ignored), end; at != end;
       at.increment(ignored)) {
    if (at->path().extension() == ".toml") found.push_back(at->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Result<LoadedConfig, std::vector<std::string>> load_config(const ConfigSources& sources) {
  Layers layers;
  layers.add_file(sources.file);
  for (const auto& path : drop_ins(sources.file)) layers.add_file(path);
  layers.add_environment(sources.environment);
  return layers.finish(sources.file);
}

std::map<std::string, std::string> our_environment() {
  std::map<std::string, std::string> ours;
  for (char** each = environ; *each; ++each) {
    const std::string_view line(*each);
    const auto equals = line.find('=');
    if (line.starts_with(kEnvironmentPrefix) && equals != std::string_view::npos) {
      ours.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
  }
  return ours;
}

}  // namespace icure
