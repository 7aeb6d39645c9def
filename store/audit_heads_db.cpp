#include "store/audit_heads_db.h"

#include <algorithm>
#include <cstdlib>

#include "daemon/base/hex.h"

namespace icure::store {
namespace {

class SqliteAuditHeads final : public AuditHeads {
 public:
  explicit SqliteAuditHeads(LedgerFile& file)
      : file_(file),
        kept_(file.db(), "SELECT value FROM meta WHERE name = 'audit_head'"),
        keep_(file.db(), "INSERT OR REPLACE INTO meta (name, value) VALUES ('audit_head', ?1)") {}

  Result<std::optional<AuditHead>> kept() override {
    return guarded([&]() -> Result<std::optional<AuditHead>> {
      auto rows = kept_();
      if (!rows.next()) return std::optional<AuditHead>();
      const std::string text(rows.text(0));  // "<number> <hash>"
      const auto hash = from_hex(std::string_view(text).substr(text.find(' ') + 1));
      AuditHead head{std::strtoull(text.c_str(), nullptr, 10)};
      if (!hash || hash->size() != head.hash.size()) {
        return Error{Code::corrupt, "the ledger's note on the audit log is damaged"};
      }
      std::copy(hash->begin(), hash->end(), head.hash.begin());
      return std::optional(head);
    });
  }

  Result<Done> keep(const AuditHead& head) override {
    return guarded([&]() -> Result<Done> {
      LedgerFile::Change change(file_);
      keep_.run(std::to_string(head.seq) + ' ' + to_hex(head.hash));
      change.commit();
      return Done{};
    });
  }

 private:
  LedgerFile& file_;
  Query kept_, keep_;
};

}  // namespace

std::unique_ptr<AuditHeads> make_audit_heads(LedgerFile& file) {
  return std::make_unique<SqliteAuditHeads>(file);
}

}  // namespace icure::store
