#include "store/held_back.h"

#include <iterator>

namespace icure::store {
namespace {

using namespace std::chrono_literals;

// Larger batches pay most where the indexes do not fit the cache: 10,000 rows write four times as
// fast as 1,000. What is held back is lost by a crash and asked for again.
constexpr std::size_t kMostRows = 10'000;
constexpr std::size_t kMostBytes = 32 << 20;  // documents with many keys are large
constexpr auto kLongest = 250ms;
// A sweep that finds nothing changed has only its cursor to keep, and can repeat some pages.
constexpr auto kLongestCursor = 10s;

}  // namespace

void HeldBack::add(Kind kind, std::vector<Staged> documents) {
  if (documents.empty()) return;
  if (rows_ == 0) since_ = Steady::now();
  rows_ += documents.size();
  for (const auto& document : documents)
    bytes_ += document.frame.size() + document.index.words.size();
  auto& held = (*this)[kind].documents;
  held.insert(held.end(), std::make_move_iterator(documents.begin()),
              std::make_move_iterator(documents.end()));
}

void HeldBack::add_cursor(Kind kind, const std::string& cursor) {
  if (empty()) since_ = Steady::now();
  cursor_ = true;
  (*this)[kind].cursor = cursor;
}

bool HeldBack::due() const {
  if (rows_ >= kMostRows || bytes_ >= kMostBytes) return true;
  return !empty() &&
         Steady::now() - since_ >= (rows_ ? kLongest : Steady::duration(kLongestCursor));
}

}  // namespace icure::store
