#include "tests/sandbox/journal.h"

namespace icure::sandbox {
namespace {

constexpr std::size_t kKept = 100'000;

}  // namespace

std::uint64_t Journal::open(Received received) {
  const std::scoped_lock lock(mutex_);
  received.n = next_++;
  ring_.push_back(std::move(received));
  if (ring_.size() > kKept) ring_.pop_front();
  return ring_.back().n;
}

void Journal::close(std::uint64_t n, int status, std::uint64_t bytes_out) {
  const std::scoped_lock lock(mutex_);
  // Numbers in the ring have no gaps, so the place follows from the number.
  if (ring_.empty() || n < ring_.front().n || n > ring_.back().n) return;
  Received& received = ring_[n - ring_.front().n];
  received.status = status;
  received.bytes_out = bytes_out;
}

void Journal::each(const std::function<void(const Received&)>& visit) const {
  const std::scoped_lock lock(mutex_);
  for (const Received& received : ring_) visit(received);
}

void Journal::clear() {
  const std::scoped_lock lock(mutex_);
  ring_.clear();
}

}  // namespace icure::sandbox
