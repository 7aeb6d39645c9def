#include "tests/sandbox/user_index.h"

#include <algorithm>
#include <functional>
#include <set>

#include "tests/sandbox/collation.h"

namespace icure::sandbox {
namespace {

std::uint32_t hash_of(std::string_view text) {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
}

std::string digits_of(std::string_view phone) {
  std::string out;
  for (const char c : phone)
    if (c >= '0' && c <= '9') out += c;
  return out;
}

// All forms of a number end alike, so this is what they are looked up by.
std::string phone_tail(std::string_view phone) {
  const std::string digits = digits_of(phone);
  return digits.size() > 8 ? digits.substr(digits.size() - 8) : digits;
}

std::set<std::string> phone_forms(const std::string& phone) {
  std::set<std::string> forms = {digits_of(phone)};
  if (phone.starts_with('+') && phone.size() > 3) {
    forms.insert(digits_of(phone.substr(3)));
    forms.insert("0" + digits_of(phone.substr(3)));
  }
  return forms;
}

bool is_patient_only(const Facts& facts) {
  return !facts.patient_id.empty() && facts.hcp_id.empty();
}

struct SortKey {
  std::pair<std::uint64_t, std::uint64_t> prefix;
  std::uint32_t index;
};

}  // namespace

bool operator<(const UserKey& a, const UserKey& b) {
  if (a.login.has_value() != b.login.has_value()) return !a.login.has_value();
  if (a.login)
    if (const int order = collate(*a.login, *b.login); order != 0) return order < 0;
  return a.id < b.id;
}

UserKey UserIndex::key(std::uint32_t index) const {
  const Population& population = users_.population();
  return {population.facts(Kind::user, index).login, population.id(Kind::user, index)};
}

UserIndex::UserIndex(const Table& users) : users_(users) {
  const std::uint32_t size = users.population().size(Kind::user);
  std::vector<SortKey> keys;
  keys.reserve(size);
  for (std::uint32_t i = 0; i < size; ++i) {
    const Facts facts = users.population().facts(Kind::user, i);
    keys.push_back({facts.login ? collation_prefix(*facts.login) : std::pair(0UL, 0UL), i});
    if (facts.login) logins_.emplace_back(hash_of(*facts.login), i);
    if (!facts.email.empty()) emails_.emplace_back(hash_of(facts.email), i);
    if (!facts.phone.empty()) phones_.emplace_back(hash_of(phone_tail(facts.phone)), i);
    for (const std::string& owner : {facts.hcp_id, facts.patient_id, facts.device_id})
      if (!owner.empty()) owners_.emplace_back(hash_of(owner), i);
  }
  for (Hashes* hashes : {&logins_, &emails_, &phones_, &owners_}) {
    hashes->shrink_to_fit();
    std::sort(hashes->begin(), hashes->end());
  }
  std::sort(keys.begin(), keys.end(), [&](const SortKey& a, const SortKey& b) {
    return a.prefix != b.prefix ? a.prefix < b.prefix : key(a.index) < key(b.index);
  });
  order_.reserve(size);
  for (const SortKey& sorted : keys) order_.push_back(sorted.index);
}

const std::map<UserKey, std::string>& UserIndex::changed_order() const {
  if (changed_version_ == users_.version()) return changed_;
  changed_.clear();
  for (const auto& [id, entry] : users_.changed())
    if (!entry.purged && !entry.facts.deleted) changed_[{entry.facts.login, id}] = id;
  changed_version_ = users_.version();
  return changed_;
}

UserPage UserIndex::page(const UserKey& start, std::size_t limit, Patients patients) const {
  const auto before = [this](std::uint32_t index, const UserKey& at) { return key(index) < at; };
  auto made = std::lower_bound(order_.begin(), order_.end(), start, before);
  const auto& order = changed_order();
  auto changed = order.lower_bound(start);
  UserPage page;
  for (;;) {
    while (made != order_.end() && users_.touched(*made)) ++made;
    if (made == order_.end() && changed == order.end()) return page;
    const bool take_changed =
        made == order_.end() || (changed != order.end() && changed->first < key(*made));
    const Row row =
        take_changed ? *users_.find(changed->second) : Row(users_.population(), Kind::user, *made);
    take_changed ? static_cast<void>(++changed) : static_cast<void>(++made);
    if (patients == Patients::skipped && is_patient_only(row.facts())) continue;
    if (page.rows.size() == limit) {
      page.next = UserKey{row.facts().login, row.id()};
      return page;
    }
    page.rows.push_back(row);
  }
}

std::vector<Row> UserIndex::matching(const Hashes& hashes, const std::string& key,
                                     const std::function<bool(const Facts&)>& fits) const {
  std::vector<Row> rows;
  const std::uint32_t hash = hash_of(key);
  for (auto at = std::lower_bound(hashes.begin(), hashes.end(), std::pair(hash, 0U));
       at != hashes.end() && at->first == hash; ++at) {
    const Row row(users_.population(), Kind::user, at->second);
    if (!users_.touched(at->second) && fits(row.facts())) rows.push_back(row);
  }
  for (const auto& [id, entry] : users_.changed())
    if (!entry.purged && !entry.facts.deleted && fits(entry.facts))
      rows.emplace_back(Kind::user, id, entry);
  return rows;
}

std::vector<Row> UserIndex::with_login(const std::string& login) const {
  return matching(logins_, login, [&](const Facts& facts) { return facts.login == login; });
}

std::vector<Row> UserIndex::with_email(const std::string& email) const {
  return matching(emails_, email, [&](const Facts& facts) { return facts.email == email; });
}

std::vector<Row> UserIndex::with_phone(const std::string& phone) const {
  const std::string digits = digits_of(phone);
  return matching(phones_, phone_tail(phone), [&](const Facts& facts) {
    return !facts.phone.empty() && phone_forms(facts.phone).contains(digits);
  });
}

std::vector<Row> UserIndex::of_owner(const std::string& owner) const {
  return matching(owners_, owner, [&](const Facts& facts) {
    return facts.hcp_id == owner || facts.patient_id == owner || facts.device_id == owner;
  });
}

}  // namespace icure::sandbox
