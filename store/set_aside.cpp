#include "store/set_aside.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <vector>

#include "store/files.h"

namespace icure::store {
namespace {

constexpr std::size_t kKept = 2;
constexpr const char* kParts[] = {"", "-wal", "-shm"};

std::string compact(WallTime time) {
  auto text = rfc3339(time);
  std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return text;
}

std::string note_of(const std::string& path) {
  return path + ".suspect";
}

void remove_older(const std::string& directory, const std::string& prefix) {
  auto names = names_with_prefix(directory, prefix);
  std::erase_if(names, [](const std::string& name) {
    return name.ends_with(kParts[1]) || name.ends_with(kParts[2]);
  });
  for (std::size_t at = 0; at + kKept < names.size(); ++at) {
    remove_database(directory, names[at]);
  }
}

}  // namespace

Result<std::string> move_aside(const std::string& directory, const std::string& name,
                               std::string_view why, WallTime now) {
  const auto fresh = name + "." + std::string(why) + "-" + compact(now);
  const auto old_path = directory + "/" + name;
  const auto new_path = directory + "/" + fresh;
  // The log first: a log without its file would be taken for the new file's.
  for (auto part = std::rbegin(kParts); part != std::rend(kParts); ++part) {
    const std::string from = old_path + *part;
    const std::string to = new_path + *part;
    if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT) {
      return Error{Code::io, "could not set " + from + " aside: " + std::strerror(errno)};
    }
  }
  auto synced = sync_directory(directory);
  if (!synced) return std::move(synced).error();
  return fresh;
}

Result<std::string> set_aside(const std::string& directory, const std::string& name, WallTime now) {
  auto moved = move_aside(directory, name, "damaged", now);
  if (!moved) return moved;
  ::unlink(note_of(directory + "/" + name).c_str());
  remove_older(directory, name + ".damaged-");
  return moved;
}

void remove_database(const std::string& directory, const std::string& name) {
  for (const auto* part : kParts) {
    auto path = directory;
    ::unlink(path.append("/").append(name).append(part).c_str());
  }
}

void mark_suspect(const std::string& path) {
  const int file = ::open(note_of(path).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (file >= 0) ::close(file);  // if not, the damage is met again
}

bool is_suspect(const std::string& path) {
  return exists(note_of(path));
}

}  // namespace icure::store
