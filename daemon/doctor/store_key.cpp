#include "daemon/doctor/store_key.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "daemon/credentials.h"
#include "store/file_names.h"
#include "store/files.h"
#include "store/keys.h"

namespace icure::doctor {
namespace {

constexpr auto kAsRoot = "run this as root or as the daemon's user";

Finding skipped(std::string why) {
  return {"key", Outcome::skipped, std::move(why), kAsRoot};
}
Finding failed(std::string what, std::string remedy) {
  return {"key", Outcome::failed, std::move(what), std::move(remedy)};
}

Finding without_keys(const std::string& directory) {
  if (store::exists(directory + "/" + store::kLedgerName)) {
    return failed("the store in " + directory + " has lost its file " +
                      std::string(store::kKeysName) + " and the copy of it",
                  "bring a backup back: icurectl backup restore");
  }
  return {"key", Outcome::ok, "the store key is one; there is no store yet that it could open"};
}

/// The first copy of the keys that is whole decides, as when the daemon starts.
Finding opens(const Secret& key, const std::string& directory) {
  bool damaged = false;
  for (const auto name : {store::kKeysName, store::kKeysCopyName}) {
    const auto path = directory + "/" + std::string(name);
    if (kept_from_reading(path)) {
      return skipped("the store key is one; whether it opens the store cannot be looked at");
    }
    const auto text = store::read_small(path);
    if (!text && text.error().code == Code::not_found) continue;
    if (!text || !store::are_whole_keys(*text)) {
      damaged = true;
      continue;
    }
    if (store::keys_in(*text, store::SlotKind::store, key)) {
      return {"key", Outcome::ok, "the store key opens the store"};
    }
    return failed("the store key does not open the store in " + directory,
                  "give the key that this store was made with ([store] key_file, or the "
                  "credential store-key)");
  }
  if (!damaged) return without_keys(directory);
  return failed(
      "both copies of " + directory + "/" + std::string(store::kKeysName) + " are damaged",
      "bring a backup back: icurectl backup restore");
}

}  // namespace

bool kept_from_reading(const std::string& path) {
  return ::access(path.c_str(), R_OK) != 0 && errno == EACCES;
}

std::string place_of_secret(const std::string& file, const std::string& credential) {
  if (!file.empty()) return file;
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  return directory ? std::string(directory) + "/" + credential : std::string();
}

Finding check_key(const StoreConfig& store) {
  const auto place = place_of_secret(store.key_file, "store-key");
  if (place.empty()) {
    return {"key", Outcome::skipped, "systemd hands the store key to the service while that runs",
            "start the service, then run this as root"};
  }
  if (kept_from_reading(place)) return skipped("this user may not read " + place);
  const auto text = read_secret(store.key_file, "store-key");
  if (!text) {
    return failed("the store key cannot be read: " + text.error().message,
                  "name its file in [store] key_file, or hand it over as the credential store-key");
  }
  const auto key = store::parse_store_key(text->reveal());
  if (!key) {
    return failed(place + ": " + key.error().message,
                  "it must hold the 64 hex digits that this store was made with");
  }
  return opens(*key, store.directory);
}

}  // namespace icure::doctor
