// What holds the audit log together: the hash of an entry, which depends on all before it, and
// signatures on its two ends. Pure. Internal.
#pragma once
#include <string_view>

#include "store/audit.h"
#include "store/keyed_hash.h"

namespace icure::store {

class AuditChain {
 public:
  explicit AuditChain(const Secret& key) : hash_(key) {}

  /// The place in the chain of an entry that gets the number `seq` and stands behind `before`.
  AuditHead link(const AuditHead& before, std::uint64_t seq, const AuditEntry& entry);
  /// What proves that `head` was the end of that name at some time.
  AuditHash sign(std::string_view name, const AuditHead& head);

 private:
  KeyedHash hash_;
};

}  // namespace icure::store
