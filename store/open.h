// Opens the store: keys, ledger, audit log, mirror, in this order. The door of store/ for the
// program.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/group.h"
#include "daemon/base/random.h"
#include "daemon/base/result.h"
#include "daemon/base/secret.h"
#include "store/audit.h"
#include "store/condition.h"
#include "store/decrypted.h"
#include "store/event.h"
#include "store/invitation.h"
#include "store/ledger.h"
#include "store/login.h"
#include "store/mirror.h"
#include "store/outbox.h"
#include "store/private_keys.h"
#include "store/safekeeping.h"

namespace icure::store {

/// Which file is to be the ledger.
enum class LedgerFrom {
  its_file,  ///< As long as that is not found damaged.
  stand_in,  ///< An empty one until the next start, since the ledger is known to be damaged.
};

struct Options {
  std::string directory;
  const Secret& store_key;  ///< 32 bytes; see parse_store_key() in store/keys.h.
  std::string platform;     ///< Its groupId, else the origin of its URL.
  Random& random;
  Clock& clock;
  LedgerFrom ledger = LedgerFrom::its_file;
};

/// Everything that is open. Its parts must be used on their own threads (see their classes), its
/// destruction needs all of those threads ended and all readers destroyed; it empties the logs.
class Stores {
 public:
  virtual ~Stores() = default;
  virtual MirrorWriter& mirror() = 0;
  virtual DecryptedWriter& decrypted() = 0;         ///< On the mirror's thread.
  virtual ExchangeDataWriter& exchange_data() = 0;  ///< On the mirror's thread.
  virtual Ledger& ledger() = 0;
  virtual Outbox& outbox() = 0;             ///< In the ledger's file and on its thread.
  virtual Invitations& invitations() = 0;   ///< As the outbox.
  virtual Logins& logins() = 0;             ///< As the outbox.
  virtual PrivateKeys& private_keys() = 0;  ///< As the outbox.
  /// Of the ledger's thread: what its jobs change together is synced once, at the end. A call that
  /// returned within it is on the disk only then.
  virtual Group& ledger_group() = 0;
  /// A reader with read-only connections of its own, to be used by any one thread. Fails with io
  /// or corrupt.
  virtual Result<std::unique_ptr<MirrorReader>> open_reader(std::int64_t cache_bytes) = 0;
  virtual Audit& audit() = 0;             ///< In a file of its own and on its own thread.
  virtual AuditHeads& audit_heads() = 0;  ///< As the outbox.
  /// What stands for a query in the audit log: the same for the same text, and of no use for
  /// finding out which text that was. On any one thread.
  virtual std::string query_mark(std::string_view query) = 0;
  virtual EventLog& events() = 0;  ///< In the ledger's file and on its thread.
  /// Reads the events of both files, on any one thread. Fails with io or corrupt.
  virtual Result<std::unique_ptr<EventReader>> open_event_reader() = 0;
  virtual Safekeeping& safekeeping() = 0;
  /// Whether something new may be taken in; enqueue() and whatever else does so asks it.
  virtual Condition& condition() = 0;
  /// What was found and mended while opening, in words for an administrator.
  virtual const std::vector<std::string>& warnings() const = 0;
};

/// Fails with
/// - wrong_key: the store key opens nothing, or the keys are lost; nothing was touched;
/// - conflict: another daemon has this store open;
/// - invalid: the directory cannot be used, the ledger belongs to another platform or is of a
///   newer program, as may be the audit log, or a restore was cut off;
/// - io, or read_only (disk full).
/// Where the ledger is damaged it is left as it is, and an empty one stands in for it, with a
/// warning: everything can be read but what is queued, and nothing new is taken in.
/// A mirror that is damaged or of a newer program is set aside and begun anew, with a warning; so
/// is a damaged audit log, whose break is then on record.
Result<std::unique_ptr<Stores>> open_stores(const Options& options);

}  // namespace icure::store
