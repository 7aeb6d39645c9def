#include "daemon/api/store_api.h"

#include <nlohmann/json.hpp>

namespace icure::api {
namespace {

using ipc::param;
using Json = nlohmann::ordered_json;

constexpr auto kBackupResult =
    R"({"type":"object","properties":{"path":{"type":"string"},"made":{"type":"string",)"
    R"("format":"date-time"},"bytes":{"type":"integer"},"ledger":)"
    R"({"$ref":"#/components/schemas/FileCheck"}},"required":["path","made","bytes","ledger"]})";
constexpr auto kVerifyResult =
    R"({"type":"object","properties":{"ok":{"type":"boolean","description":"no file has faults"},)"
    R"("made":{"type":"string","format":"date-time","description":"of a backup: when"},)"
    R"("files":{"type":"array","items":{"$ref":"#/components/schemas/FileCheck"}}},)"
    R"("required":["ok","files"]})";

/// The daemon has a working directory of its own, which the caller does not know.
Result<Done> absolute(const std::string& path, std::string_view name) {
  if (path.starts_with('/') && !path.ends_with('/')) return Done{};
  return Error{Code::invalid, std::string(name) + " must be the whole path of a file"};
}

Json json_of(const store::FileCheck& file) {
  return {{"name", file.name},
          {"bytes", file.bytes},
          {"ok", file.faults.empty()},
          {"faults", file.faults}};
}

}  // namespace

constexpr auto StoreBackup::params() {
  return std::tuple(
      param("path", &StoreBackup::path, "the whole path of a new file that the daemon may write")
          .length(1, 4096));
}

constexpr auto StoreVerify::params() {
  return std::tuple(
      param("path", &StoreVerify::path, "the whole path of a backup; absent: the files in use")
          .length(1, 4096));
}

constexpr auto StoreRekey::params() {
  return std::tuple(param("key_file", &StoreRekey::key_file,
                          "the whole path of a file that the daemon may read, with the new store "
                          "key: 64 hex digits")
                        .length(1, 4096));
}

Result<Done> StoreBackup::check() const {
  return absolute(path, "path");
}
Result<Done> StoreVerify::check() const {
  return path ? absolute(*path, "path") : Done{};
}
Result<Done> StoreRekey::check() const {
  return absolute(key_file, "key_file");
}

void StoreApi::register_on(ipc::Methods& methods) {
  using ipc::Role;
  methods.add({"store.backup", Role::admin,
               "Write what exists only here into one encrypted file, while everything goes on",
               kBackupResult},
              *this, &StoreApi::backup);
  methods.add({"store.verify", Role::admin, "Read every page of the files in use, or of a backup",
               kVerifyResult},
              *this, &StoreApi::verify);
  methods.add({"store.rekey", Role::admin,
               "Take a new store key: the old one works until the daemon has started with the new",
               R"({"type":"object"})"},
              *this, &StoreApi::rekey);
}

ipc::Methods::Answer StoreApi::backup(ipc::Call, StoreBackup request) {
  auto job = [&] { return safekeeping_.back_up(request.path); };
  const auto made = co_await thread_.run(std::move(job));
  if (!made) co_return made.error();
  const Json json = {{"path", request.path},
                     {"made", rfc3339(made->made)},
                     {"bytes", made->bytes},
                     {"ledger", json_of(made->ledger)}};
  co_return json.dump();
}

ipc::Methods::Answer StoreApi::verify(ipc::Call, StoreVerify request) {
  if (request.path) {
    auto answer = verify_backup(std::move(*request.path));
    co_return co_await answer;
  }
  auto job = [&] { return safekeeping_.check(); };
  const auto checked = co_await thread_.run(std::move(job));
  if (!checked) co_return checked.error();
  Json json = {{"ok", true}, {"files", Json::array()}};
  for (const auto& file : *checked) {
    if (!file.faults.empty()) json["ok"] = false;
    json["files"].push_back(json_of(file));
  }
  co_return json.dump();
}

ipc::Methods::Answer StoreApi::verify_backup(std::string path) {
  auto job = [&] { return safekeeping_.check_backup(path); };
  const auto checked = co_await thread_.run(std::move(job));
  if (!checked) co_return checked.error();
  const Json json = {{"ok", checked->ledger.faults.empty()},
                     {"made", rfc3339(checked->made)},
                     {"files", Json::array({json_of(checked->ledger)})}};
  co_return json.dump();
}

ipc::Methods::Answer StoreApi::rekey(ipc::Call, StoreRekey request) {
  auto job = [&]() -> Result<Done> {
    auto key = read_key_(request.key_file);
    if (!key) return Error{Code::invalid, key.error().message, key.error().hint};
    return safekeeping_.rekey(*key);
  };
  const auto changed = co_await thread_.run(std::move(job));
  if (!changed) co_return changed.error();
  co_return std::string("{}");
}

}  // namespace icure::api
