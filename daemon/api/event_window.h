// The newest events, read and put into words once for all who are told of them.
#pragma once
#include <deque>
#include <string>

#include "store/event.h"

namespace icure::api {

/// Loop thread only. `reader` outlives it.
class EventWindow {
 public:
  struct Ready {
    store::Event event;
    std::string text;  ///< See event_text().
  };

  explicit EventWindow(store::EventReader& reader) : reader_(reader) {}

  store::EventNumber newest() const { return reader_.newest(); }
  /// Forgets all and goes on after the newest.
  void restart();
  /// There are events that it has not read.
  bool behind() const { return upto_ < newest() && failed_at_ != newest(); }
  /// Reads some of them, for a fraction of a millisecond; what cannot be read is tried again when
  /// there is more.
  void advance();

  /// Whether it holds all events after `seq`, up to upto().
  bool covers(store::EventNumber seq) const { return seq >= after_; }
  store::EventNumber upto() const { return upto_; }
  using At = std::deque<Ready>::const_iterator;
  At first_after(store::EventNumber seq) const;
  At end() const { return ready_.end(); }

  /// Older ones come from the disk: once in a turn of the loop, so that it is not held up.
  bool may_read_older() const { return !read_in_turn_; }
  Result<store::EventPage> older(store::EventNumber after, std::size_t limit);
  void new_turn() { read_in_turn_ = false; }

 private:
  store::EventReader& reader_;
  std::deque<Ready> ready_;
  store::EventNumber after_ = 0;
  store::EventNumber upto_ = 0;
  store::EventNumber failed_at_ = 0;
  bool read_in_turn_ = false;
};

}  // namespace icure::api
