#include "store/backup_file.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "store/files.h"

namespace icure::store {
namespace {

// icure-syncd backup 1
// made <milliseconds>
// keys <bytes>
// ledger <bytes>
// <the keys file><the ledger>
constexpr std::string_view kHead = "icure-syncd backup 1\n";
constexpr std::size_t kLongestHead = 200;
constexpr std::uint64_t kLongestKeys = 64 << 10;

/// Cuts "name <number>\n" off `text`.
bool take_number(std::string_view& text, std::string_view name, std::uint64_t& number) {
  if (!text.starts_with(name)) return false;
  text.remove_prefix(name.size());
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with('\n')) return false;
  text.remove_prefix(1);
  return true;
}

Error no_backup(const std::string& path) {
  return {Code::invalid, path + " is not a whole backup of icure-syncd",
          "give the file that \"icurectl backup create\" wrote"};
}

}  // namespace

Result<std::uint64_t> write_backup(const std::string& path, WallTime made, std::string_view keys,
                                   const std::string& ledger_path) {
  const auto directory = std::filesystem::path(path).parent_path().string();
  if (!exists(directory)) {
    return Error{Code::invalid, "there is no directory " + directory, "make it, or choose another"};
  }
  if (exists(path)) {
    return Error{Code::conflict, path + " exists already", "choose a name that is free"};
  }
  const auto ledger_bytes = size_of(ledger_path);
  if (!ledger_bytes) return ledger_bytes.error();
  const auto head = fmt::format("{}made {}\nkeys {}\nledger {}\n", kHead,
                                made.time_since_epoch().count(), keys.size(), *ledger_bytes);
  const auto part = path + ".part";
  auto wrote = write_parts(part, {head, keys}, {ledger_path, 0, *ledger_bytes});
  if (wrote) wrote = rename_durably(part, path);
  if (!wrote) {
    ::unlink(part.c_str());
    return std::move(wrote).error();
  }
  return head.size() + keys.size() + *ledger_bytes;
}

Result<BackupHead> read_backup_head(const std::string& path) {
  auto read = read_range(path, 0, kLongestHead + kLongestKeys);
  if (!read) return std::move(read).error();
  std::string_view rest = *read;
  if (!rest.starts_with(kHead)) return no_backup(path);
  rest.remove_prefix(kHead.size());
  BackupHead head;
  std::uint64_t made = 0;
  std::uint64_t keys = 0;
  const bool numbers = take_number(rest, "made ", made) && take_number(rest, "keys ", keys) &&
                       take_number(rest, "ledger ", head.ledger_bytes);
  if (!numbers || keys > rest.size() || keys > kLongestKeys) return no_backup(path);
  head.made = WallTime(Millis(static_cast<std::int64_t>(made)));
  head.keys = rest.substr(0, keys);
  head.ledger_at = read->size() - rest.size() + keys;
  const auto size = size_of(path);
  if (!size) return size.error();
  if (*size - head.ledger_at != head.ledger_bytes) return no_backup(path);
  return head;
}

Result<Done> extract_ledger(const std::string& path, const BackupHead& head,
                            const std::string& ledger_path) {
  ::unlink(ledger_path.c_str());  // what a crash left
  return write_parts(ledger_path, {}, {path, head.ledger_at, head.ledger_bytes});
}

}  // namespace icure::store
