#include "daemon/api/hot_documents.h"

namespace icure::api {
namespace {

// About 5,000 users. When it is full it begins anew: what is hot is back at once.
constexpr std::size_t kMostBytes = std::size_t{8} << 20;

}  // namespace

void HotDocuments::turn_to(store::Changes state) {
  for (auto& of_kind : kept_) of_kind.clear();
  bytes_ = 0;
  state_ = state;
}

const std::string* HotDocuments::find(Kind kind, std::string_view id, store::Changes now) {
  if (now != state_) {
    turn_to(now);
    return nullptr;
  }
  const auto& of_kind = kept_[index_of(kind)];
  const auto at = of_kind.find(id);
  return at == of_kind.end() ? nullptr : &at->second;
}

void HotDocuments::keep(Kind kind, std::string_view id, const std::string& document,
                        store::Changes seen) {
  if (seen != state_) return;  // read before the last change: it may be old
  if (bytes_ + document.size() > kMostBytes) turn_to(state_);
  const auto [at, added] = kept_[index_of(kind)].try_emplace(std::string(id), document);
  if (added) bytes_ += at->first.size() + document.size();
}

}  // namespace icure::api
