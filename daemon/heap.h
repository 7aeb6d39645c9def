// The C library's heap: what of it goes back to the system when nothing happens.
#pragma once

namespace icure::heap {

/// One for all threads, to be called before the first begins. glibc makes more, up to eight for
/// each processor, and of none but the first is the free end ever given back: what a sweep takes up
/// at its peak would stay.
void share();

/// Gives back whole pages that nothing lies on. Whoever wants memory meanwhile waits: some
/// microseconds for each MiB. Any thread.
void give_back();

}  // namespace icure::heap
