// Tells clients of changes over websockets: a thread that pings, pushes and listens.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "tests/sandbox/subscriber.h"

namespace icure::sandbox {

/// Any thread. A lock of its own, taken after the world's.
class Notifier {
 public:
  enum class Voice { speaking, mute };
  enum class Door { accepting, refusing };

  explicit Notifier(std::chrono::seconds ping_every);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  /// Answers a websocket's handshake of a known caller.
  Reply handshake(const Call& call);
  /// To be called when a document was stored, with the world's lock held: whoever hears of the
  /// change and asks at once waits for that lock, and so reads the new revision.
  void tell(const Row& row, Change change);

  void set_voice(Voice voice);
  void set_door(Door door);
  void set_deletes(Deletes deletes);
  /// Cuts all connections.
  void drop();
  /// Cuts all connections, and each new one at once, until `reopen`.
  void close();
  void reopen();
  /// Says nothing more on any connection until `reopen`.
  void hang();
  nlohmann::json list() const;

 private:
  void adopt(TakenSocket socket, Caller caller);
  void run(const std::stop_token& stop);
  void ping_all();
  void serve(std::uint64_t id, short events);
  void wake() const;
  bool speaks() const;

  std::chrono::seconds ping_every_;
  int wakeup_;  // an eventfd
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::unique_ptr<Subscriber>> subscribers_;  // guarded by mutex_
  std::uint64_t next_ = 1;                                            // guarded by mutex_
  Voice voice_ = Voice::speaking;                                     // guarded by mutex_
  Door door_ = Door::accepting;                                       // guarded by mutex_
  Deletes deletes_ = Deletes::untold;                                 // guarded by mutex_
  bool open_ = true;                                                  // guarded by mutex_
  bool hung_ = false;                                                 // guarded by mutex_
  std::jthread thread_;
};

}  // namespace icure::sandbox
