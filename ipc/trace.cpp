#include "ipc/trace.h"

namespace icure::ipc {
namespace {

// What a long request left in a trace is given back; ids are far shorter.
constexpr std::size_t kKeep = 1024;

void empty(std::string& text) {
  text.clear();
  if (text.capacity() > kKeep) text.shrink_to_fit();
}

}  // namespace

Traces::Lease Traces::take() {
  if (free_.empty()) {
    all_.push_back(std::make_unique<Trace>());
    free_.push_back(all_.back().get());
  }
  auto* trace = free_.back();
  free_.pop_back();
  trace->method = nullptr;
  trace->params = {};
  trace->kind.reset();
  empty(trace->id);
  empty(trace->kept_params);
  trace->rows.reset();
  trace->began = std::chrono::steady_clock::now();
  return {trace, GiveBack{this}};
}

}  // namespace icure::ipc
