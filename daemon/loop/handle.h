// Owning pointers to libuv handles.
#pragma once
#include <uv.h>

#include <memory>

namespace icure::loop {

/// Closes a handle and frees its memory in the close callback, as libuv requires: the owner may
/// die at once, the bytes live until the loop lets go of them. Loop thread only.
template <class H>
struct CloseHandle {
  void operator()(H* handle) const {
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<H*>(closed); });
  }
};

template <class H>
using UniqueHandle = std::unique_ptr<H, CloseHandle<H>>;

/// `init` is the matching uv_*_init, of a kind that cannot fail: timer, idle, check, prepare.
template <class H>
UniqueHandle<H> make_handle(uv_loop_t& loop, int (*init)(uv_loop_t*, H*)) {
  auto handle = std::make_unique<H>();
  init(&loop, handle.get());
  return UniqueHandle<H>(handle.release());
}

}  // namespace icure::loop
