#include "daemon/doctor/disk.h"

#include <fmt/core.h>
#include <sys/statvfs.h>

#include <array>
#include <filesystem>

namespace icure::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLeast = std::uint64_t{256} << 20;

std::string size_words(std::uint64_t bytes) {
  static constexpr std::array<const char*, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; size >= 1024 && unit + 1 < kUnits.size(); ++unit) size /= 1024;
  return fmt::format("{:.{}f} {}", size, size < 10 ? 1 : 0, kUnits[unit]);
}

std::uint64_t size_of_files_in(const std::string& directory) {
  std::uint64_t sum = 0;
  std::error_code ignored;  // what cannot be looked at is not counted
  for (fs::directory_iterator at(directory, ignored), end; at != end; at.increment(ignored)) {
    std::error_code none;
    const auto size = at->is_regular_file(none) ? at->file_size(none) : 0;
    if (!none) sum += size;
  }
  return sum;
}

}  // namespace

std::optional<Room> room_of(const std::string& directory) {
  struct statvfs disk {};
  auto at = fs::path(directory);
  while (::statvfs(at.c_str(), &disk) != 0) {  // not made yet
    if (!at.has_relative_path()) return std::nullopt;
    at = at.parent_path();
  }
  return Room{std::uint64_t{disk.f_bavail} * disk.f_frsize, size_of_files_in(directory),
              disk.f_files == 0 || disk.f_favail > 0};
}

Finding check_disk(const std::optional<Room>& room) {
  if (!room) return {"disk", Outcome::skipped, "the store's disk cannot be looked at"};
  if (!room->names) {
    return {"disk", Outcome::failed, "the store's disk can hold no more files (inodes)",
            "delete files there"};
  }
  auto facts = size_words(room->free) + " free";
  if (room->store > 0) facts += ", the store takes " + size_words(room->store);
  const auto least = kLeast + room->store;
  if (room->free >= least) return {"disk", Outcome::ok, facts};
  return {"disk", Outcome::failed, facts,
          "free some space on the store's disk: " + size_words(least) + " should be"};
}

}  // namespace icure::doctor
