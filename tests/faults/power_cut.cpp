#include "tests/faults/power_cut.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "store/sqlite_memory.h"

namespace icure::faults {
namespace {

constexpr auto kName = "power-cut";
// What a disk writes whole, or not, or leaves as noise. Of the first sector of a file noise is not
// played: SQLCipher reads its salt there past the log, and cannot open the file then.
constexpr std::size_t kSector = 512;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(std::string& image, std::int64_t at, std::string_view bytes) {
  const auto begin = static_cast<std::size_t>(at);
  if (image.size() < begin + bytes.size()) image.resize(begin + bytes.size());
  image.replace(begin, bytes.size(), bytes);
}

}  // namespace

/// As SQLite sees it; SQLite's own file follows behind it in memory.
struct PowerCut::File {
  sqlite3_file base;
  PowerCut* cut;
  Kept* kept;  // null: a temporary file, which nobody misses
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

struct PowerCut::Calls {
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static PowerCut& of(sqlite3_vfs* vfs) { return *static_cast<PowerCut*>(vfs->pAppData); }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    auto& cut = of(vfs);
    auto& ours = of(file);
    ours.base.pMethods = nullptr;  // nothing to close if it cannot be opened
    if (name && cut.is_cut() && !std::filesystem::exists(name)) return SQLITE_CANTOPEN;
    const int rc = cut.real_->xOpen(cut.real_, name, ours.real(), flags, out);
    if (rc != SQLITE_OK) return rc;
    ours.cut = &cut;
    ours.kept = name ? &cut.kept(name) : nullptr;
    ours.base.pMethods = methods();
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    auto& cut = of(vfs);
    if (cut.power() != Power::on) return SQLITE_IOERR_DELETE;
    cut.removed(name, sync_directory != 0);
    return cut.real_->xDelete(cut.real_, name, 0);
  }
  static int access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
    auto* real = of(vfs).real_;
    return real->xAccess(real, name, flags, out);
  }
  static int full_path(sqlite3_vfs* vfs, const char* name, int size, char* out) {
    auto* real = of(vfs).real_;
    return real->xFullPathname(real, name, size, out);
  }
  /// There is nobody to wait for.
  static int sleep(sqlite3_vfs*, int micros) { return micros; }

  static int close(sqlite3_file* file) {
    return of(file).real()->pMethods->xClose(of(file).real());
  }
  static int read(sqlite3_file* file, void* out, int size, sqlite3_int64 at) {
    return of(file).real()->pMethods->xRead(of(file).real(), out, size, at);
  }
  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    auto& ours = of(file);
    if (ours.kept) {
      const auto power = ours.cut->power();
      if (power == Power::off) return SQLITE_IOERR_WRITE;
      ours.kept->pending.push_back(
          {at, std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))});
      // Some sectors of it may have come through all the same.
      if (power == Power::failing) return SQLITE_IOERR_WRITE;
    }
    return ours.real()->pMethods->xWrite(ours.real(), bytes, size, at);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    auto& ours = of(file);
    if (ours.kept) {
      if (ours.cut->power() != Power::on) return SQLITE_IOERR_TRUNCATE;
      ours.kept->pending.push_back({size, {}});
    }
    return ours.real()->pMethods->xTruncate(ours.real(), size);
  }
  static int sync(sqlite3_file* file, int) {
    auto& ours = of(file);
    if (!ours.kept) return SQLITE_OK;
    if (ours.cut->power() != Power::on) return SQLITE_IOERR_FSYNC;
    ours.cut->synced(*ours.kept);
    return SQLITE_OK;
  }
  static int size(sqlite3_file* file, sqlite3_int64* out) {
    return of(file).real()->pMethods->xFileSize(of(file).real(), out);
  }
  static int lock(sqlite3_file* file, int how) {
    return of(file).real()->pMethods->xLock(of(file).real(), how);
  }
  static int unlock(sqlite3_file* file, int how) {
    return of(file).real()->pMethods->xUnlock(of(file).real(), how);
  }
  static int reserved(sqlite3_file* file, int* out) {
    return of(file).real()->pMethods->xCheckReservedLock(of(file).real(), out);
  }
  static int control(sqlite3_file* file, int what, void* argument) {
    return of(file).real()->pMethods->xFileControl(of(file).real(), what, argument);
  }
  static int sector(sqlite3_file* file) {
    return of(file).real()->pMethods->xSectorSize(of(file).real());
  }
  static int traits(sqlite3_file* file) {
    return of(file).real()->pMethods->xDeviceCharacteristics(of(file).real());
  }
  static int map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    return of(file).real()->pMethods->xShmMap(of(file).real(), page, size, extend, out);
  }
  static int shared_lock(sqlite3_file* file, int at, int count, int flags) {
    return of(file).real()->pMethods->xShmLock(of(file).real(), at, count, flags);
  }
  static void barrier(sqlite3_file* file) {
    of(file).real()->pMethods->xShmBarrier(of(file).real());
  }
  static int unmap(sqlite3_file* file, int remove) {
    return of(file).real()->pMethods->xShmUnmap(of(file).real(), remove);
  }

  /// Of version 2: with the log's index, without reads past us by mmap().
  static const sqlite3_io_methods* methods() {
    static const sqlite3_io_methods all = {
        2,       close,  read,   write, truncate,    sync,    size,  lock,    unlock, reserved,
        control, sector, traits, map,   shared_lock, barrier, unmap, nullptr, nullptr};
    return &all;
  }
};

PowerCut::PowerCut(std::uint64_t seed) : random_(seed) {
  store::wipe_what_sqlite_frees();  // before SQLite begins, which finding its VFS makes it do
  real_ = sqlite3_vfs_find(nullptr);
  vfs_ = *real_;
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  vfs_.pNext = nullptr;
  vfs_.zName = kName;
  vfs_.pAppData = this;
  vfs_.xOpen = Calls::open;
  vfs_.xDelete = Calls::remove;
  vfs_.xAccess = Calls::access;
  vfs_.xFullPathname = Calls::full_path;
  vfs_.xSleep = Calls::sleep;
  if (sqlite3_vfs_register(&vfs_, 1) != SQLITE_OK) std::abort();
}

PowerCut::~PowerCut() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(real_, 1);
}

PowerCut::Power PowerCut::power() {
  if (left_ == 0) return Power::off;
  ++operations_;
  return --left_ > 0 ? Power::on : Power::failing;
}

PowerCut::Kept& PowerCut::kept(const std::string& path) {
  const auto known = files_.find(path);
  if (known != files_.end()) return known->second;
  auto& file = files_[path];
  file.durable = content_of(path);
  file.name_durable = !file.durable.empty();
  removed_.erase(path);  // replaced
  return file;
}

void PowerCut::synced(Kept& file) {
  for (const auto& change : file.pending) {
    if (change.bytes.empty()) {
      file.durable.resize(static_cast<std::size_t>(change.at));
    } else {
      put(file.durable, change.at, change.bytes);
    }
  }
  file.pending.clear();
  if (file.name_durable) return;
  // SQLite syncs the directory with the first sync of a log or journal that it made.
  for (auto& [path, each] : files_) each.name_durable = true;
  removed_.clear();
}

void PowerCut::removed(const std::string& path, bool durably) {
  const auto file = files_.extract(path);
  if (durably) {
    removed_.clear();
  } else if (file && file.mapped().name_durable) {
    removed_[path] = file.mapped();
  }
}

std::string PowerCut::after_cut(const Kept& file, std::uint64_t percent) {
  auto image = file.durable;
  for (const auto& change : file.pending) {
    if (change.bytes.empty()) {
      if (survives(percent)) image.resize(static_cast<std::size_t>(change.at));
      continue;
    }
    for (std::size_t done = 0; done < change.bytes.size();) {
      const auto at = static_cast<std::size_t>(change.at) + done;
      const auto size = std::min(kSector - at % kSector, change.bytes.size() - done);
      auto piece = change.bytes.substr(done, size);
      done += size;
      if (survives(percent)) {
        put(image, static_cast<std::int64_t>(at), piece);
      } else if (at >= kSector && survives(5)) {  // neither the old nor the new
        random_.fill({reinterpret_cast<unsigned char*>(piece.data()), piece.size()});
        put(image, static_cast<std::int64_t>(at), piece);
      }
    }
  }
  return image;
}

void PowerCut::settle() {
  // Of some cuts nothing survives that was not synced, of others all; most lie between.
  static constexpr std::uint64_t kPercents[] = {0, 10, 50, 90, 99, 100};
  const auto percent = random_.pick(kPercents);
  for (const auto& [path, file] : removed_) {
    if (survives(50)) files_.insert({path, file});
  }
  for (const auto& [path, file] : files_) {
    if (!file.name_durable && survives(50)) {
      ::unlink(path.c_str());
      continue;
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << after_cut(file, percent);
  }
  files_.clear();
  removed_.clear();
  left_ = UINT64_MAX;
}

}  // namespace icure::faults
