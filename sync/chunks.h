// Chunks: a list of ids, a request's worth at a time.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

namespace icure::sync {

class Chunks {
 public:
  Chunks(std::vector<std::string> ids, std::size_t size) : ids_(std::move(ids)), size_(size) {}
  bool empty() const { return at_ == ids_.size(); }
  std::vector<std::string> next() {
    const auto begin = ids_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ = std::min(ids_.size(), at_ + size_);
    return {begin, ids_.begin() + static_cast<std::ptrdiff_t>(at_)};
  }

 private:
  std::vector<std::string> ids_;
  std::size_t size_;
  std::size_t at_ = 0;
};

}  // namespace icure::sync
