#include "daemon/doctor/rights.h"

#include <dirent.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>

namespace icure::doctor {
namespace {

constexpr mode_t kOthers = 07;
constexpr mode_t kGroup = 070;

/// A walk over the places, with what it met.
class Walk {
 public:
  std::vector<Fault> faults;
  int seen = 0;
  int unseen = 0;  // this user may not look at them

  void store(const std::string& directory);
  void secret(const std::string& path);
  void credential(const std::string& path);
  void config(const std::string& path);

 private:
  std::optional<struct stat> look(const std::string& path);
  void files_in(const std::string& directory);
  void closed_to_others(const std::string& path, const struct stat& file);
  void fault(std::string text, std::string remedy) {
    faults.push_back({std::move(text), std::move(remedy)});
  }

  std::string directory_;
  std::optional<struct stat> owner_;  // of the store
};

std::string mode_of(const struct stat& file) {
  return fmt::format("{:04o}", file.st_mode & 07777U);
}

std::optional<struct stat> Walk::look(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) == 0) {
    ++seen;
    return file;
  }
  if (errno == EACCES) ++unseen;
  return std::nullopt;
}

void Walk::store(const std::string& directory) {
  directory_ = directory;
  owner_ = look(directory);
  if (!owner_) return;
  if (!S_ISDIR(owner_->st_mode)) {
    return fault(directory + " is not a directory", "name another one in [store] directory");
  }
  if ((owner_->st_mode & (kOthers | kGroup)) != 0) {
    fault("the store's directory " + directory + " has mode " + mode_of(*owner_),
          "chmod 0700 " + directory);
  }
  files_in(directory);
}

void Walk::files_in(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(directory.c_str()), &::closedir);
  if (!entries) {
    ++unseen;
    return;
  }
  int strangers = 0;
  int open = 0;
  while (const auto* entry = ::readdir(entries.get())) {
    const std::string path = directory + "/" + entry->d_name;
    struct stat file {};
    if (::lstat(path.c_str(), &file) != 0 || !S_ISREG(file.st_mode)) continue;
    ++seen;
    strangers += file.st_uid != owner_->st_uid ? 1 : 0;
    open += (file.st_mode & (kOthers | kGroup)) != 0 ? 1 : 0;
  }
  if (strangers > 0) {
    fault(fmt::format("{} of the files in {} belong to another user", strangers, directory),
          "chown -R --reference=" + directory + " " + directory);
  }
  if (open > 0) {
    fault(fmt::format("{} of the files in {} are open to other users", open, directory),
          "chmod -R go= " + directory);
  }
}

void Walk::closed_to_others(const std::string& path, const struct stat& file) {
  const bool shared = (file.st_mode & kGroup) == S_IRGRP && owner_ && file.st_gid == owner_->st_gid;
  if ((file.st_mode & kOthers) == 0 && ((file.st_mode & kGroup) == 0 || shared)) return;
  fault("other users may open " + path + " (mode " + mode_of(file) + ")", "chmod 0600 " + path);
}

void Walk::secret(const std::string& path) {
  const auto file = look(path);
  if (!file) return;
  closed_to_others(path, *file);
  if (!owner_ || owner_->st_uid == 0) return;
  const bool own = file->st_uid == owner_->st_uid && (file->st_mode & S_IRUSR) != 0;
  const bool shared = file->st_gid == owner_->st_gid && (file->st_mode & S_IRGRP) != 0;
  if (own || shared) return;
  fault(fmt::format("{} belongs to uid {}: the store's owner, uid {}, may not read it", path,
                    file->st_uid, owner_->st_uid),
        "chown --reference=" + directory_ + " " + path);
}

void Walk::credential(const std::string& path) {
  if (const auto file = look(path)) closed_to_others(path, *file);
}

void Walk::config(const std::string& path) {
  const auto file = look(path);
  if (file && (file->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    fault("other users may change " + path + " (mode " + mode_of(*file) + ")",
          "chmod go-w " + path);
  }
}

}  // namespace

Finding check_rights(const Places& places) {
  Walk walk;
  walk.store(places.store);
  for (const auto& path : places.secrets) walk.secret(path);
  for (const auto& path : places.credentials) walk.credential(path);
  walk.config(places.config_file);
  auto finding =
      finding_of("rights", std::move(walk.faults),
                 fmt::format("owner and mode of {} files and directories are right", walk.seen));
  if (finding.outcome == Outcome::ok && walk.unseen > 0) {
    finding.outcome = Outcome::skipped;
    finding.result = fmt::format("{} are right, {} cannot be looked at by uid {}", walk.seen,
                                 walk.unseen, ::geteuid());
    finding.remedy = "run this as root or as the daemon's user";
  }
  return finding;
}

}  // namespace icure::doctor
