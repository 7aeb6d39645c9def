// Keys: the private keys that were imported here, from the import to the patients that they make
// readable and back. What is read is kept apart (store/decrypted.h) and never sent.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/base/background.h"
#include "daemon/base/clock.h"
#include "daemon/base/event.h"
#include "daemon/base/nap.h"
#include "daemon/base/secret.h"
#include "store/decrypted.h"
#include "store/mirror.h"
#include "store/private_keys.h"
#include "sync/engine.h"
#include "sync/keys/exchange_calls.h"
#include "sync/keys/opener.h"

namespace icure::sync {

/// What Keys needs; all outlives it.
struct KeysParts {
  store::PrivateKeys& ledger;  // touched on the ledger's thread only
  Background& ledger_thread;
  store::DecryptedWriter& decrypted;         // touched on the mirror's thread only
  store::ExchangeDataWriter& exchange_data;  // the same
  Background& mirror_thread;
  store::MirrorReader& scan;  // touched on the scan thread only
  Background& scan_thread;
  store::MirrorReader& point;  // the loop thread's
  Session& session;
  Engine& engine;
  Clock& clock;
};

struct Imported {
  std::string fingerprint;
  bool matches = false;  ///< The data owner's document lists it; else it was not kept.
};

struct KeyRow {
  std::string owner;
  std::string fingerprint;
  WallTime imported{};
  std::uint64_t opens = 0;
};

struct DecryptionProgress {
  std::size_t keys = 0;
  std::uint64_t readable = 0;    ///< Patients of which something was opened.
  std::uint64_t unreadable = 0;  ///< Patients of which something stays closed.
  std::uint64_t left = 0;        ///< Patients that are to be read yet, about.
};

/// Loop thread only. Outlives its tasks.
class Keys {
 public:
  explicit Keys(KeysParts parts) : parts_(parts), calls_(parts.session), nap_(parts.clock) {}

  /// Reads what comes in, until `stop` is requested. To be run once, in a Scope.
  Task<Done> loop(std::stop_token stop);

  /// Takes in the key of a data owner, in any form that decrypt::PrivateKey takes. What it opens
  /// becomes readable in the background. Fails with invalid (no such key), not_found or
  /// not_mirrored (no such owner here), or as the ledger does.
  Task<Result<Imported>> take_in(std::string owner, Secret text);
  /// Takes in the keys that the platform keeps under a recovery key, of this data owner and of
  /// others that are mirrored; tells of the owner's own. Needs the line. Fails with invalid (no
  /// recovery key, or it holds no key of the owner), wrong_key, corrupt, not_found (the platform
  /// has nothing for it), as Session::send does, or as take_in().
  Task<Result<Imported>> recover_in(std::string owner, Secret recovery_key, std::stop_token stop);
  Task<Result<std::vector<KeyRow>>> list();
  /// Forgets a key, by any form of its fingerprint, and erases what was opened; what other keys
  /// open is read again. An empty owner: whichever has it. Fails with not_found, or invalid if no
  /// fingerprint.
  Task<Result<Done>> remove(std::string owner, std::string fingerprint);

  bool any() const { return !held_.empty(); }
  /// Opens one patient's document now, with the keys that are there.
  Task<OpenedPatient> open(std::string document);

  DecryptionProgress progress() const;
  /// The engine's state changed: a run may have brought what opens more.
  void line_changed();
  /// The mirror is another one than before.
  void mirror_changed();

 private:
  struct Held {
    std::string owner;
    std::string fingerprint;
    WallTime imported{};
    bool active = false;  // its owner's document is mirrored and lists it
  };
  enum class Learn { nothing, professionals, everybody };

  Task<Done> ready();
  Task<Result<Done>> load();
  /// Keeps a key if its owner lists it.
  Task<Result<Imported>> take_up(std::string owner, decrypt::PrivateKey private_key);
  Task<Done> activate();
  Task<Done> learn(std::stop_token stop);
  Task<std::size_t> learn_kind(Kind kind, std::stop_token stop);
  Task<std::size_t> learn_exchange_data(std::string owner);
  Task<bool> recover();
  Task<Done> fetch(std::stop_token stop);
  Task<Answer<Done>> fetch_of(std::string owner, std::stop_token stop);
  Task<bool> step();
  Task<Done> rest(std::stop_token stop);
  void wake();
  Result<store::Row> owner_document(const std::string& owner);
  std::set<std::string> owners() const;
  void want(Learn what) { learn_ = std::max(learn_, what); }

  KeysParts parts_;
  ExchangeCalls calls_;
  Opener opener_;                    // touched on the scan thread only
  std::set<std::string> shared_;     // whose keys lie in shares; touched on the scan thread only
  std::set<std::string> recovered_;  // whose keys were put together from shares
  std::vector<Held> held_;
  bool loaded_ = false;  // held_ is what the ledger has
  Event was_loaded_;
  std::uint64_t generation_ = 0;  // counts removals: what was opened before one is not kept
  Learn learn_ = Learn::nothing;
  bool read_again_ = false;
  std::set<std::string> to_fetch_;  // owners
  Millis fetch_not_before_{0};      // of uptime
  std::string last_run_;
  store::DecryptedCounts counts_;
  std::uint64_t left_ = 0;
  std::optional<store::Changes> looked_at_;
  bool failed_ = false;  // the last step; the next one is not in a hurry
  Nap nap_;
  bool waits_for_change_ = false;  // of the mirror
};

}  // namespace icure::sync
