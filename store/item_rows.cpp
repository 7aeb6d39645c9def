#include "store/item_rows.h"

namespace icure::store {
namespace {

constexpr auto kColumns =
    "SELECT number, id, op, kind, entity, state, attempts, created, next_try, last_error, hint, "
    "since";

std::int64_t signed_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

}  // namespace

Error unknown_item() {
  return {Code::not_found, "the outbox has no such item", "outbox.list shows what it has"};
}

ItemRows::ItemRows(SQLite::Database& db)
    : by_id_(db, std::string(kColumns) + ", content FROM item WHERE id = ?1"),
      by_number_(db, std::string(kColumns) + ", content FROM item WHERE number = ?1"),
      all_(db, std::string(kColumns) + " FROM item WHERE number > ?1 ORDER BY number LIMIT ?2"),
      by_state_(db, std::string(kColumns) +
                        " FROM item WHERE state = ?3 AND number > ?1 ORDER BY number LIMIT ?2"),
      unfinished_(db, std::string(kColumns) +
                          " FROM item WHERE ended IS NULL AND number > ?1 ORDER BY number "
                          "LIMIT ?2"),
      refers_(db, "SELECT entity FROM item_refers WHERE item = ?1 ORDER BY entity"),
      steps_(db,
             "SELECT step, at, note FROM item_step WHERE item = "
             "(SELECT number FROM item WHERE id = ?1) ORDER BY number") {}

Result<std::vector<Item>> ItemRows::list(const ItemQuery& query) {
  const auto after = signed_of(query.after);
  const auto limit = signed_of(query.limit);
  if (!query.state) return several(all_(after, limit));
  return several(by_state_(after, limit, static_cast<std::int64_t>(*query.state)));
}

Result<std::vector<Item>> ItemRows::unfinished(std::uint64_t after, std::size_t limit) {
  return several(unfinished_(signed_of(after), signed_of(limit)));
}

std::vector<Step> ItemRows::steps(std::string_view id) {
  std::vector<Step> found;
  for (auto rows = steps_(id); rows.next();) {
    found.push_back(
        {std::string(rows.text(0)), WallTime(Millis(rows.integer(1))), std::string(rows.text(2))});
  }
  return found;
}

Result<Item> ItemRows::one(Query::Rows rows) {
  if (!rows.next()) return unknown_item();
  auto item = from(rows);
  if (item) item->content = rows.text(12);
  return item;
}

Result<std::vector<Item>> ItemRows::several(Query::Rows rows) {
  std::vector<Item> found;
  while (rows.next()) {
    auto item = from(rows);
    if (!item) return std::move(item).error();
    found.push_back(std::move(*item));
  }
  return found;
}

Result<Item> ItemRows::from(const Query::Rows& rows) {
  const auto kind = kind_named(rows.text(3));
  const auto state = rows.integer(5);
  if (!kind || state < 0 || state >= signed_of(kItemStates)) {
    return Error{Code::corrupt, "the outbox holds an item of an unknown sort"};
  }
  Item item;
  item.number = static_cast<std::uint64_t>(rows.integer(0));
  item.id = rows.text(1);
  item.op = rows.text(2);
  item.kind = *kind;
  item.entity = rows.text(4);
  item.state = static_cast<ItemState>(state);
  item.attempts = static_cast<std::uint32_t>(rows.integer(6));
  item.created = WallTime(Millis(rows.integer(7)));
  if (const auto at = rows.optional_integer(8)) item.next_try = WallTime(Millis(*at));
  item.last_error = rows.text(9);
  item.hint = rows.text(10);
  if (const auto at = rows.optional_integer(11)) item.since = WallTime(Millis(*at));
  for (auto entities = refers_(rows.integer(0)); entities.next();) {
    item.refers.emplace_back(entities.text(0));
  }
  return item;
}

}  // namespace icure::store
