#include "store/private_keys_db.h"

#include <algorithm>

#include "store/seal.h"

namespace icure::store {
namespace {

constexpr auto kSchema = R"sql(
CREATE TABLE private_key (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  owner TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  imported INTEGER NOT NULL,    -- milliseconds
  nonce BLOB NOT NULL,          -- AES-256-GCM; owner and fingerprint are the label
  sealed BLOB NOT NULL,
  tag BLOB NOT NULL,
  UNIQUE (owner, fingerprint)
) STRICT;
)sql";

std::string label_of(std::string_view owner, std::string_view fingerprint) {
  return "private key\n" + std::string(owner) + '\n' + std::string(fingerprint);
}

template <class Bytes>
Blob blob_of(const Bytes& bytes) {
  return Blob{{reinterpret_cast<const char*>(bytes.data()), bytes.size()}};
}

template <std::size_t size>
bool fill(std::array<unsigned char, size>& bytes, std::string_view from) {
  if (from.size() != size) return false;
  std::copy(from.begin(), from.end(), bytes.begin());
  return true;
}

class SqlitePrivateKeys final : public PrivateKeys {
 public:
  SqlitePrivateKeys(LedgerFile& file, Secret seal_key, Random& random)
      : file_(file),
        seal_key_(std::move(seal_key)),
        random_(random),
        keep_(
            file.db(),
            "INSERT OR IGNORE INTO private_key (owner, fingerprint, imported, nonce, sealed, tag) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
        all_(file.db(),
             "SELECT owner, fingerprint, imported, nonce, sealed, tag FROM private_key "
             "ORDER BY number"),
        remove_(file.db(), "DELETE FROM private_key WHERE owner = ?1 AND fingerprint = ?2") {}

  Result<Done> keep(const ImportedKey& key) override {
    return guarded([&]() -> Result<Done> {
      const auto sealed = seal(key.pkcs8, seal_key_, label_of(key.owner, key.fingerprint), random_);
      if (auto may = file_.condition().check(); !may) return std::move(may).error();
      LedgerFile::Change change(file_);
      keep_.run(key.owner, key.fingerprint, key.imported.time_since_epoch().count(),
                blob_of(sealed.nonce), blob_of(sealed.text), blob_of(sealed.tag));
      change.commit();
      return Done{};
    });
  }

  Result<std::vector<ImportedKey>> all() override {
    return guarded([&]() -> Result<std::vector<ImportedKey>> {
      std::vector<ImportedKey> keys;
      for (auto rows = all_(); rows.next();) {
        ImportedKey key;
        key.owner = rows.text(0);
        key.fingerprint = rows.text(1);
        key.imported = WallTime(Millis(rows.integer(2)));
        Sealed sealed;
        const auto text = rows.blob(4);
        sealed.text.assign(text.begin(), text.end());
        std::optional<Secret> opened;
        if (fill(sealed.nonce, rows.blob(3)) && fill(sealed.tag, rows.blob(5))) {
          opened = unseal(sealed, seal_key_, label_of(key.owner, key.fingerprint));
        }
        if (!opened) {
          return Error{Code::corrupt, "the imported key " + key.fingerprint + " does not open",
                       "remove it (icurectl key remove) and import it again"};
        }
        key.pkcs8 = std::move(*opened);
        keys.push_back(std::move(key));
      }
      return keys;
    });
  }

  Result<bool> remove(std::string_view owner, std::string_view fingerprint) override {
    return guarded([&]() -> Result<bool> {
      LedgerFile::Change change(file_);
      remove_.run(owner, fingerprint);
      const bool removed = file_.db().getChanges() > 0;
      change.commit();
      if (removed) file_.empty_log();  // older pages of it stand there
      return removed;
    });
  }

 private:
  LedgerFile& file_;
  Secret seal_key_;
  Random& random_;
  Query keep_, all_, remove_;
};

}  // namespace

const char* private_keys_schema() {
  return kSchema;
}

std::unique_ptr<PrivateKeys> make_private_keys(LedgerFile& file, Secret seal_key, Random& random) {
  return std::make_unique<SqlitePrivateKeys>(file, std::move(seal_key), random);
}

}  // namespace icure::store
