#include "daemon/api/outbox_api.h"

#include <nlohmann/json.hpp>

#include "daemon/api/directory.h"
#include "daemon/api/item_json.h"
#include "daemon/api/reads.h"

namespace icure::api {
namespace {

using ipc::param;
using Json = nlohmann::ordered_json;

constexpr auto kItemResult =
    R"({"type":"object","properties":{"item":{"$ref":"#/components/schemas/Item"}},)"
    R"("required":["item"]})";
constexpr auto kItemsResult = R"({"type":"object","properties":{"rows":{"type":"array","items":)"
                              R"({"$ref":"#/components/schemas/Item"}},"next":{"type":"string",)"
                              R"("description":"cursor of the next page"}},"required":["rows"]})";

}  // namespace

constexpr auto OutboxList::params() {
  return std::tuple(
      param("state", &OutboxList::state, "only items in this state")
          .allowed({"queued", "sending", "retrying", "blocked", "held", "done", "failed",
                    "cancelled", "expired"}),
      param("cursor", &OutboxList::cursor, "`next` of the page before"),
      param("limit", &OutboxList::limit, "rows of a page; default 100").range(1, kMostRows));
}

constexpr auto OutboxItem::params() {
  return std::tuple(param("id", &OutboxItem::id, "the item's id"));
}

constexpr auto OutboxDiscard::params() {
  return std::tuple(param("id", &OutboxDiscard::id, "the item's id"),
                    param("reason", &OutboxDiscard::reason, "why, for whoever looks at it later")
                        .length(1, 1000));
}

Result<Done> OutboxList::check() const {
  auto number = number_from(cursor);
  if (!number) return number.error();
  return Done{};
}

void OutboxApi::register_on(ipc::Methods& methods) {
  using ipc::Role;
  methods.add({"outbox.list", Role::operator_, "Writes that were accepted, oldest first",
               kItemsResult, ipc::Effect::reads},
              *this, &OutboxApi::list);
  methods.add(
      {"outbox.get", Role::operator_, "One item of the outbox", kItemResult, ipc::Effect::reads},
      *this, &OutboxApi::get);
  methods.add({"outbox.hold", Role::admin, "Put an item aside until it is released", kItemResult},
              *this, &OutboxApi::hold);
  methods.add({"outbox.release", Role::admin, "Let a held item go on", kItemResult}, *this,
              &OutboxApi::release);
  methods.add(
      {"outbox.retry", Role::admin, "Try an item now, rather than later or never", kItemResult},
      *this, &OutboxApi::retry);
  methods.add({"outbox.discard", Role::admin, "Take an item back; what it asked for is erased",
               kItemResult},
              *this, &OutboxApi::discard);
}

ipc::Methods::Answer OutboxApi::list(ipc::Call call, OutboxList request) {
  const auto limit = static_cast<std::size_t>(request.limit.value_or(kDefaultLimit));
  store::ItemQuery query;
  if (request.state) query.state = store::item_state_named(*request.state);
  query.after = *number_from(request.cursor);
  query.limit = limit + 1;  // one more than asked tells whether there is a next page
  auto job = [this, &query, limit, grant = call.grant()]() -> Result<Json> {  // a reload may come
    auto rows = Json::array();
    Json page = {{"rows", Json()}};
    std::uint64_t last = 0;
    for (bool more = true; more;) {
      auto items = ledger_.list(query);
      if (!items) return items.error();
      more = items->size() == query.limit;
      for (const auto& item : *items) {
        query.after = item.number;
        if (!grant.may_see(item.kind)) continue;
        if (rows.size() == limit) {
          page["next"] = to_cursor(std::to_string(last));
          more = false;
          break;
        }
        auto steps = ledger_.steps(item.id);
        if (!steps) return steps.error();
        rows.push_back(to_json(item, *steps));
        last = item.number;
      }
    }
    page["rows"] = std::move(rows);
    return page;
  };
  auto page = co_await ledger_thread_.run(std::move(job));
  if (!page) co_return page.error();
  call.tells((*page)["rows"].size());
  co_return page->dump();
}

Task<Result<OutboxApi::Shown>> OutboxApi::shown(ipc::Call call, std::string id) {
  auto job = [&]() -> Result<Shown> {
    auto item = ledger_.item(id);
    if (!item) return item.error();
    auto steps = ledger_.steps(id);
    if (!steps) return steps.error();
    return Shown{std::move(*item), std::move(*steps)};
  };
  auto found = co_await ledger_thread_.run(std::move(job));
  if (!found) co_return found;
  if (auto seen = call.grant().check(found->item.kind); !seen) co_return seen.error();
  co_return found;
}

ipc::Methods::Answer OutboxApi::get(ipc::Call call, OutboxItem request) {
  auto found = co_await shown(call, std::move(request.id));
  if (!found) co_return found.error();
  Json json = {{"item", to_json(found->item, found->steps)}};
  auto conflict = conflict_of(call.grant(), found->item);
  if (!conflict.is_null()) json["item"]["conflict"] = std::move(conflict);
  co_return json.dump();
}

ipc::Methods::Answer OutboxApi::act(ipc::Call call, sync::Action action, std::string id,
                                    std::string reason) {
  auto before = co_await shown(call, id);
  if (!before) co_return before.error();
  auto changed = co_await outbox_.act(action, id, std::move(reason));
  if (!changed) co_return changed.error();
  auto steps_of = [&] { return ledger_.steps(id); };
  auto steps = co_await ledger_thread_.run(std::move(steps_of));
  if (!steps) co_return steps.error();
  const Json json = {{"item", to_json(*changed, *steps)}};
  co_return json.dump();
}

ipc::Methods::Answer OutboxApi::hold(ipc::Call call, OutboxItem request) {
  return act(std::move(call), sync::Action::hold, std::move(request.id), "");
}

ipc::Methods::Answer OutboxApi::release(ipc::Call call, OutboxItem request) {
  return act(std::move(call), sync::Action::release, std::move(request.id), "");
}

ipc::Methods::Answer OutboxApi::retry(ipc::Call call, OutboxItem request) {
  return act(std::move(call), sync::Action::retry, std::move(request.id), "");
}

ipc::Methods::Answer OutboxApi::discard(ipc::Call call, OutboxDiscard request) {
  return act(std::move(call), sync::Action::discard, std::move(request.id),
             std::move(request.reason));
}

}  // namespace icure::api
