// The numbers of events, given to the writers of two files, and up to which of them readers may
// see. Internal. Any thread.
#pragma once
#include <array>
#include <atomic>
#include <mutex>

#include "store/event.h"

namespace icure::store {

enum class EventFile { mirror, ledger };

class EventNumbers {
 public:
  /// Once, before all else: the first number is the one after `last`.
  void go_on_after(EventNumber last);

  EventNumber next(EventFile file);
  /// The transaction in which that file's numbers were taken has ended, in whichever way.
  void finish(EventFile file) noexcept;

  /// No number up to this one belongs to a transaction that has not ended. A later commit can
  /// therefore not bring an event that a reader has passed already.
  EventNumber newest() const { return newest_.load(std::memory_order_acquire); }
  EventNumber last() const;  ///< That was given.

  /// Finishes what is taken during its life. Declare it before the transaction, so that it dies
  /// after it.
  class Hold {
   public:
    Hold(EventNumbers& numbers, EventFile file) : numbers_(numbers), file_(file) {}
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() { numbers_.finish(file_); }

   private:
    EventNumbers& numbers_;
    EventFile file_;
  };

 private:
  mutable std::mutex mutex_;
  EventNumber last_ = 0;                 // guarded by mutex_
  std::array<EventNumber, 2> open_{};    // guarded by mutex_: the first of each that is not ended
  std::atomic<EventNumber> newest_ = 0;  // written under mutex_
};

}  // namespace icure::store
