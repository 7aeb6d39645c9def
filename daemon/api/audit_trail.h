// Puts calls into the audit log: which of them, what of them, and when it is written.
#pragma once
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "daemon/api/audit_buffer.h"
#include "daemon/api/warning.h"
#include "daemon/base/background.h"
#include "daemon/base/clock.h"
#include "ipc/observer.h"
#include "store/audit.h"
#include "sync/confirmed_time.h"

namespace icure::api {

struct AuditOptions {
  bool reads = true;  ///< Whether reads are entries too; changes and refusals always are.
  Millis keep{};      ///< For how long entries are kept.
};

/// Loop thread only. What it refers to outlives it and its tasks.
class AuditTrail final : public ipc::Observer {
 public:
  struct Parts {
    store::Audit& log;
    Background& log_thread;
    store::AuditHeads& heads;
    Background& ledger_thread;
    std::function<std::string(std::string_view query)> mark;  ///< Stores::query_mark().
    const sync::ConfirmedTime& time;                          ///< By which entries are old.
    Clock& clock;
  };

  /// Before the log's thread begins.
  explicit AuditTrail(Parts parts) : parts_(std::move(parts)), head_(parts_.log.head()) {}

  void configure(AuditOptions options) { options_ = options; }
  void ended(const ipc::CallEnd& call) override;

  /// Writes a second after something came, or at once if it is much; notes in the ledger and in
  /// the daemon's own log how far the chain has come; erases what is too old. To be stopped after
  /// the last call: then it writes all that is left.
  Task<Done> loop(std::stop_token stop);

  /// Writes everything until now, also what is counted further. What cannot be written waits.
  Task<Done> flush();
  Task<Result<std::vector<store::AuditRow>>> list(std::uint64_t since, std::size_t limit);
  /// The whole chain against itself and the ledger. Fails as Audit::prove().
  Task<Result<store::AuditWalk>> verify(std::stop_token stop);

  /// Entries that are not on the disk yet, without what is counted further.
  std::size_t waiting() const { return buffer_.waiting() + writing_; }
  std::uint64_t lost() const { return buffer_.ever_lost(); }  ///< Calls, since the start.
  /// That entries wait because they cannot be written.
  std::optional<Warning> warning() const;

 private:
  Millis until_next() const;
  Task<Done> pause(std::stop_token stop);
  Task<Done> write(AuditBuffer::Which which);
  Task<Done> note_head();
  Task<Done> forget_old(std::stop_token stop);
  void wake();

  Parts parts_;
  AuditOptions options_;
  AuditBuffer buffer_;
  std::size_t writing_ = 0;  // entries on their way
  std::stop_source nap_;
  std::optional<Error> fault_;  // why the last write failed
  store::AuditHead head_;
  store::AuditHead noted_;
  // When to do what, of uptime.
  Millis note_at_{0};
  Millis forget_at_{0};
};

}  // namespace icure::api
