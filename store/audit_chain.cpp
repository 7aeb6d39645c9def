#include "store/audit_chain.h"

namespace icure::store {
namespace {

/// Bytes that only the same parts in the same order give.
class Parts {
 public:
  explicit Parts(std::string_view what) { add(what); }
  void add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>(number >> shift & 0xff);
  }
  void add(std::string_view text) {
    add(std::uint64_t{text.size()});
    bytes_ += text;
  }
  void add(const AuditHead& head) {
    add(head.seq);
    bytes_.append(reinterpret_cast<const char*>(head.hash.data()), head.hash.size());
  }
  std::string_view bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace

AuditHead AuditChain::link(const AuditHead& before, std::uint64_t seq, const AuditEntry& entry) {
  Parts parts("entry");
  parts.add(before);
  parts.add(seq);
  parts.add(static_cast<std::uint64_t>(entry.at.time_since_epoch().count()));
  parts.add(static_cast<std::uint64_t>(entry.uid));
  parts.add(std::uint64_t{entry.actor_verified});
  parts.add(entry.kind ? name_of(*entry.kind) : "");
  for (const auto* text :
       {&entry.program, &entry.actor, &entry.method, &entry.id, &entry.query, &entry.outcome}) {
    parts.add(*text);
  }
  parts.add(std::uint64_t{entry.records.has_value()});
  parts.add(entry.records.value_or(0));
  parts.add(entry.calls);
  return {seq, hash_.of(parts.bytes())};
}

AuditHash AuditChain::sign(std::string_view name, const AuditHead& head) {
  Parts parts(name);
  parts.add(head);
  return hash_.of(parts.bytes());
}

}  // namespace icure::store
