#include "daemon/open_store.h"

#include "daemon/base/log.h"
#include "daemon/credentials.h"
#include "store/keys.h"

namespace icure {
namespace {

constexpr std::int64_t kPointCache = std::int64_t{8} << 20;  // bytes
constexpr std::int64_t kScanCache = std::int64_t{8} << 20;

std::string origin_of(const std::string& url) {
  const auto host = url.find("://") + 3;
  return url.substr(0, url.find('/', host));
}

StartFailure failure(int exit_code, const Error& error) {
  StartFailure failed{exit_code, {error.message}};
  if (!error.hint.empty()) failed.lines.push_back(error.hint);
  return failed;
}

}  // namespace

std::string platform_of(const Config& config) {
  const auto& platform = config.platform;
  return platform.group_id.empty() ? origin_of(platform.url) : platform.group_id;
}

Result<Secret, StartFailure> store_key_of(const Config& config) {
  auto key = store_key_in(config.store.key_file);
  if (key) return std::move(*key);
  auto failed = failure(kExitKey, key.error());
  failed.lines.insert(failed.lines.begin(), "the store key cannot be read");
  return failed;
}

Result<Secret> store_key_in(const std::string& file) {
  auto text = read_secret(file, "store-key");
  if (!text) return text;
  return store::parse_store_key(text->reveal());
}

StartFailure start_failure(const Error& error) {
  switch (error.code) {
    case Code::conflict:
      return failure(kExitConflict, error);
    case Code::wrong_key:
      return failure(kExitKey, error);
    case Code::invalid:
      return failure(kExitConfig, error);
    default:
      return failure(1, error);
  }
}

namespace {

Result<OpenStore> open_files(const store::Options& options) {
  auto files = store::open_stores(options);
  if (!files) return std::move(files).error();
  auto point = (*files)->open_reader(kPointCache);
  if (!point) return std::move(point).error();
  auto scan = (*files)->open_reader(kScanCache);
  if (!scan) return std::move(scan).error();
  if (auto closed = (*files)->ledger().close_cut_off_runs(); !closed) return closed.error();
  auto batches = (*files)->ledger().standing_batches();
  if (!batches) return std::move(batches).error();
  auto logins = sync::kept_logins((*files)->logins());
  if (!logins) return std::move(logins).error();
  auto events = (*files)->open_event_reader();
  if (!events) return std::move(events).error();
  return OpenStore{std::move(*files),  std::move(*point),   std::move(*scan),
                   std::move(*events), std::move(*batches), std::move(*logins)};
}

}  // namespace

Result<OpenStore, StartFailure> open_store(const Config& config, Random& random, Clock& clock) {
  auto key = store_key_of(config);
  if (!key) return std::move(key).error();
  store::Options options{config.store.directory, *key, platform_of(config), random, clock};
  auto opened = open_files(options);
  if (!opened && opened.error().code == Code::corrupt) {  // damage beyond what opening looks at
    log::error("the ledger is damaged: {}", opened.error().message);
    options.ledger = store::LedgerFrom::stand_in;
    opened = open_files(options);
  }
  if (!opened) return start_failure(opened.error());
  return std::move(*opened);
}

}  // namespace icure
