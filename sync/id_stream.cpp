#include "sync/id_stream.h"

#include <utility>

namespace icure::sync {
namespace {

constexpr std::size_t kEnough = 8192;  // ids that wait for their reader, about 0.5 MB

}  // namespace

BodySink::Taken IdStream::take(std::string_view piece) {
  if (ids_.size() >= kEnough) return Taken::later;
  bytes_ += piece.size();
  if (!scanner_.feed(piece, ids_)) return Taken::refused;
  if (!ids_.empty()) arrived_.fire();
  return Taken::all;
}

Task<std::vector<std::string>> IdStream::next() {
  while (ids_.empty() && !closed_) co_await arrived_.wait();
  auto taken = std::exchange(ids_, {});
  make_room();
  co_return taken;
}

void IdStream::close() {
  closed_ = true;
  arrived_.fire();
}

}  // namespace icure::sync
