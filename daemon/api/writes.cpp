#include "daemon/api/writes.h"

#include <array>
#include <nlohmann/json.hpp>

#include "daemon/api/document.h"
#include "daemon/api/item_json.h"

namespace icure::api {
namespace {

constexpr std::array kOwnerKinds = {Kind::hcp, Kind::patient, Kind::device};

}  // namespace

sync::Asked Writes::asked_by(const ipc::Call& call) const {
  const bool admin = call.grant().role == ipc::Role::admin;
  return {admin ? sync::Right::administration : sync::Right::operation, directory.clock.wall()};
}

Result<sync::Known> Writes::known(Kind kind, const std::string& id) const {
  auto shown = directory.point.get(kind, id);
  if (!shown) {
    if (shown.error().code != Code::not_found) return std::move(shown).error();
    return directory.missing({kind}, kind == Kind::user ? "such user" : "such data owner");
  }
  sync::Known known{std::move(shown->json), {}};
  auto platform = directory.point.platform().get(kind, id);
  if (platform) {
    known.platform = std::move(platform->json);
  } else if (platform.error().code != Code::not_found) {
    return std::move(platform).error();
  }
  return known;
}

Result<Writes::Owner> Writes::known_owner(const ipc::Grant& grant, const std::string& id) const {
  std::optional<Error> why;
  for (const auto kind : kOwnerKinds) {
    auto usable = grant.check(kind);
    if (!usable) {
      if (!why) why = std::move(usable).error();
      continue;
    }
    if (!directory.configured(kind)) continue;
    auto found = known(kind, id);
    if (found) return Owner{kind, std::move(*found)};
    // Of several reasons one that is not the rights of the caller helps most.
    if (!why || why->code == Code::forbidden || why->code == Code::not_found) {
      why = std::move(found).error();
    }
  }
  if (why) return *why;
  return directory.missing({kOwnerKinds.begin(), kOwnerKinds.end()}, "such data owner");
}

ipc::Methods::Answer Writes::take_in(ipc::Call call, store::IdempotencyKey key, Prepare prepare,
                                     std::string_view member) const {
  // What was accepted under this key comes first: it may be in the way of itself by now.
  auto find = [&] { return ledger.known(key); };
  auto before = co_await ledger_thread.run(std::move(find));
  if (!before) co_return std::move(before).error();
  if (*before) co_return co_await answer(std::move(call), std::move(**before), member);
  auto item = prepare();
  if (!item) co_return std::move(item).error();
  auto accepted = co_await outbox.enqueue(std::move(*item), std::move(key));
  if (!accepted) co_return std::move(accepted).error();
  co_return co_await answer(std::move(call), std::move(accepted->item), member);
}

ipc::Methods::Answer Writes::answer(ipc::Call call, store::Item item,
                                    std::string_view member) const {
  call.concerns(item.kind, item.entity);
  if (auto seen = call.grant().check(item.kind); !seen) co_return seen.error();
  auto steps_of = [&] { return ledger.steps(item.id); };
  auto steps = co_await ledger_thread.run(std::move(steps_of));
  if (!steps) co_return std::move(steps).error();
  std::string reply = R"({"item":)" + to_json(item, *steps).dump() + R"(,")";
  reply.append(member).append(R"(":)");
  directory.point.end_turn();  // what was taken in is newer than this turn's view
  auto row = directory.point.get(item.kind, item.entity);
  if (row) {
    reply += outward(call.grant(), item.kind, std::move(*row));
  } else {
    reply += R"({"id":)" + nlohmann::json(item.entity).dump() + '}';
  }
  co_return reply + '}';
}

std::string write_schema(const std::string& member, const std::string& shape) {
  return R"({"type":"object","properties":{"item":{"$ref":"#/components/schemas/Item"},")" +
         member + R"(":{"$ref":"#/components/schemas/)" + shape + R"("}},"required":["item",")" +
         member + R"("]})";
}

}  // namespace icure::api
