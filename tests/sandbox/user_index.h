// The platform's views of users: in the order of their logins, and by login, e-mail, phone and data
// owner.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/sandbox/table.h"

namespace icure::sandbox {

/// Where a user stands in the list: those without login first, then by login, then by id.
struct UserKey {
  std::optional<std::string> login;
  std::string id;
};
bool operator<(const UserKey& a, const UserKey& b);

enum class Patients { listed, skipped };

struct UserPage {
  std::vector<Row> rows;
  std::optional<UserKey> next;
};

class UserIndex {
 public:
  /// Sorts all users. `users` outlives the index.
  explicit UserIndex(const Table& users);

  /// Up to `limit` live users from `start` on, itself included.
  UserPage page(const UserKey& start, std::size_t limit, Patients patients) const;
  std::vector<Row> with_login(const std::string& login) const;
  std::vector<Row> with_email(const std::string& email) const;
  /// Compared by digits, with or without the country code or a leading 0.
  std::vector<Row> with_phone(const std::string& phone) const;
  std::vector<Row> of_owner(const std::string& owner) const;

 private:
  /// (hash, index), sorted: 8 bytes for each user.
  using Hashes = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

  UserKey key(std::uint32_t index) const;
  std::vector<Row> matching(const Hashes& hashes, const std::string& key,
                            const std::function<bool(const Facts&)>& fits) const;
  const std::map<UserKey, std::string>& changed_order() const;

  const Table& users_;
  std::vector<std::uint32_t> order_;
  Hashes logins_;
  Hashes emails_;
  Hashes phones_;
  Hashes owners_;
  // The changed users in order, made again when the table has moved on.
  mutable std::map<UserKey, std::string> changed_;
  mutable std::uint64_t changed_version_ = 0;
};

}  // namespace icure::sandbox
