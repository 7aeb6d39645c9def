// Live: the platform's notification websockets, one for each kind, kept open while it can be used.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "daemon/base/event.h"
#include "daemon/base/nap.h"
#include "sync/hints.h"

namespace icure::sync {

struct LiveOptions {
  bool wanted = false;
  std::string login;  ///< Whose sockets they are.
  std::vector<Kind> kinds;
  std::vector<std::string> patients_of;  ///< Data owner ids; empty: our own and its ancestors.
  bool operator==(const LiveOptions&) const = default;
};

enum class LiveState : std::uint8_t {
  off,         ///< Not wanted, or not possible on this machine.
  waiting,     ///< For the line, or for the next try.
  connecting,  ///< Not proved yet.
  open,        ///< Hints come in.
};
std::string_view word_of(LiveState state);

/// Loop thread only. What it refers to outlives loop().
class Live {
 public:
  struct Parts {
    Websockets& websockets;
    Session& session;
    Rest& rest;
    Engine& engine;
    Hints& hints;
    Clock& clock;
    Random& random;
  };
  explicit Live(Parts parts) : parts_(parts) {}

  /// Other options than before: all sockets are made anew.
  void configure(LiveOptions options);
  /// To be told when the engine's connection changed.
  void line_changed();
  /// Keeps the sockets until `stop` is requested. To be run once, in a Scope.
  Task<Done> loop(std::stop_token stop);

  LiveState state(Kind kind) const { return sockets_[index_of(kind)].state; }
  /// Why there are no hints although they are wanted, for a person; empty: there may be.
  std::string missing() const { return options_.wanted ? parts_.websockets.missing() : ""; }

 private:
  struct Socket {
    LiveState state = LiveState::off;
    std::stop_source cut;             // closes it
    std::optional<Millis> pinged_at;  // by the platform
    std::optional<Millis> proved_at;  // something came in
    int failures = 0;                 // since one that lasted
  };

  bool wanted(Kind kind) const;
  Task<Done> follow(Kind kind, std::stop_token stop);
  Task<Fault> listen(Kind kind, Socket& socket, std::stop_token stop);
  Task<Fault> receive_all(Kind kind, Socket& socket, Websocket& from, Nap& until_silent,
                          std::stop_token stop);
  Task<Done> watch(Kind kind, Socket& socket, Nap& until_silent, std::stop_source dead,
                   std::stop_token over);
  Task<Answer<std::vector<std::string>>> owners(Kind kind, std::stop_token stop);
  Millis pause_after(const Fault& fault, Socket& socket);
  void ended(Kind kind, Socket& socket, const Fault& fault);
  void prove(Kind kind, Socket& socket);
  void cut_all();

  Parts parts_;
  LiveOptions options_;
  std::array<Socket, kAllKinds.size()> sockets_;
  Event changed_;  // options or line
};

}  // namespace icure::sync
