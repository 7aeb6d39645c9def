// The revisions of one kind in memory, as two 64-bit hashes an entity: comparing a page of the
// platform with the mirror then reads and writes nothing.
#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace icure::store {

/// Open-addressing tables that are never more than 4/5 full, one for each of the first six bits of
/// the hash: they grow one after the other, so that hardly anything is there twice meanwhile.
/// Hashes must be keyed: then nobody can choose ids that collide, and chance does so once in 30
/// million tables of a million ids.
class IdTable {
 public:
  struct Entry {
    std::uint64_t id = 0;   ///< Hash of the id.
    std::uint64_t rev = 0;  ///< Hash of the revision.
    std::uint64_t row : 60 = 0;
    bool used : 1 = false;
    bool walked : 1 = false;   ///< A page of this walk had it.
    bool present : 1 = false;  ///< Named by the platform during this sweep.
    bool held : 1 = false;     ///< Its newest version is not written yet.

    /// The row's number; 0: not written yet.
    std::int64_t number() const { return static_cast<std::int64_t>(row); }
    void set_number(std::int64_t to) { row = static_cast<std::uint64_t>(to) & ((1ULL << 60) - 1); }
  };
  static_assert(sizeof(Entry) == 24);

  void reserve(std::size_t count) {
    for (auto& part : parts_) part.reserve(count / kParts);
  }

  /// The entry of that id, or null. Valid until the next insert().
  Entry* find(std::uint64_t id) { return part_of(id).find(id); }

  /// The id must not be in the table.
  Entry& insert(std::uint64_t id) { return part_of(id).insert(id); }

  std::size_t size() const {
    std::size_t sum = 0;
    for (const auto& part : parts_) sum += part.size();
    return sum;
  }

 private:
  static constexpr int kPartBits = 6;
  static constexpr std::size_t kParts = 1U << kPartBits;

  class Part {
   public:
    void reserve(std::size_t count) {
      if (count * 5 > slots_.size() * 4) resize(count * 5 / 4 + 16);
    }

    Entry* find(std::uint64_t id) {
      if (slots_.empty()) return nullptr;
      for (auto at = home(id);; at = after(at)) {
        if (!slots_[at].used) return nullptr;
        if (slots_[at].id == id) return &slots_[at];
      }
    }

    Entry& insert(std::uint64_t id) {
      if ((size_ + 1) * 5 > slots_.size() * 4) resize(slots_.size() * 5 / 4 + 16);
      ++size_;
      auto& slot = free_slot(id);
      slot.id = id;
      slot.used = true;
      return slot;
    }

    std::size_t size() const { return size_; }

   private:
    // The bits after those of the part, scaled to the size: sizes need not be powers of two.
    std::size_t home(std::uint64_t id) const {
      return static_cast<std::size_t>((id << kPartBits >> 32) * slots_.size() >> 32);
    }
    std::size_t after(std::size_t at) const { return at + 1 == slots_.size() ? 0 : at + 1; }
    Entry& free_slot(std::uint64_t id) {
      auto at = home(id);
      while (slots_[at].used) at = after(at);
      return slots_[at];
    }
    void resize(std::size_t slots) {
      const auto old = std::exchange(slots_, std::vector<Entry>(slots));
      for (const auto& entry : old) {
        if (entry.used) free_slot(entry.id) = entry;
      }
    }

    std::vector<Entry> slots_;
    std::size_t size_ = 0;
  };

  Part& part_of(std::uint64_t id) { return parts_[id >> (64 - kPartBits)]; }

  std::array<Part, kParts> parts_;
};

}  // namespace icure::store
