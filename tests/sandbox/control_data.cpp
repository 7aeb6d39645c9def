#include <nlohmann/json.hpp>

#include "tests/sandbox/changes.h"
#include "tests/sandbox/control.h"
#include "tests/sandbox/json_out.h"
#include "tests/sandbox/mutate.h"

namespace icure::sandbox {
namespace {

using Json = nlohmann::json;

Kind kind_in(const Json& order) {
  const auto kind = kind_named(order.at("kind").get<std::string>());
  if (!kind) throw std::invalid_argument("unknown kind");
  return *kind;
}

Reply revision_reply(const std::string& id, const Revision& rev) {
  return rev ? json_reply(Json{{"id", id}, {"rev", *rev}}.dump())
             : error_reply(404, "no such document, or not in that state");
}

// Everything that the daemon's user may see: what a correct mirror holds.
Reply truth(World& world, const Call& call) {
  const auto kind = kind_named(call.path[0]);
  if (!kind) return error_reply(404, "unknown kind");
  const bool docs = call.request.parameter("docs").value_or("1") != "0";
  const std::scoped_lock lock(world.mutex);
  const Circle circle = world.own_circle();
  std::string text = "{";
  JsonOut out(text);
  world.documents.table(*kind).each_live([&](const Row& row) {
    if (!world.documents.visible(row, circle)) return;
    if (docs) {
      out.open(row.id(), '{').text("rev", row.rev()).raw("doc", row.text()).close('}');
    } else {
      out.text(row.id(), row.rev());
    }
  });
  return json_reply(text += '}');
}

Reply added(World& world, const Json& order) {
  nlohmann::ordered_json doc = nlohmann::ordered_json::parse(order.at("doc").dump());
  if (!doc.is_object()) throw std::invalid_argument("doc is no object");
  const auto name = order.at("kind").get<std::string>();
  const std::scoped_lock lock(world.mutex);
  const Revision rev = ExchangeData::is_kind(name) ? world.exchange_data.add(name, doc)
                                                   : create(world.documents, kind_in(order), doc);
  if (!rev) return error_reply(409, "the id is taken");
  return revision_reply(doc["id"].get<std::string>(), rev);
}

using Act = Revision (*)(Documents&, Kind, const std::string&);

Routes::Handler acting(World& world, Act act) {
  return with_json([&world, act](const Json& order) {
    const auto id = order.at("id").get<std::string>();
    const Kind kind = kind_in(order);
    const std::scoped_lock lock(world.mutex);
    return revision_reply(id, act(world.documents, kind, id));
  });
}

}  // namespace

Routes::Handler with_json(std::function<Reply(const Json&)> handler) {
  return [handler = std::move(handler)](const Call& call) {
    const auto order = parse_json(call.request.body.empty() ? "{}" : call.request.body);
    if (!order || !order->is_object()) return error_reply(400, "not a JSON object");
    try {
      return handler(*order);
    } catch (const std::exception& error) {
      return error_reply(400, error.what());
    }
  };
}

void add_data_controls(Routes& routes, Bench& bench) {
  World& world = bench.world;
  const auto post = [&](std::string_view path, Routes::Handler handler) {
    routes.add("POST", path, std::move(handler), Open::to_anyone);
  };
  routes.add(
      "GET", "/truth/{}", [&world](const Call& call) { return truth(world, call); },
      Open::to_anyone);
  post("/change", with_json([&world](const Json& order) {
         const auto id = order.at("id").get<std::string>();
         const Kind kind = kind_in(order);
         const std::scoped_lock lock(world.mutex);
         return revision_reply(id, change(world.documents, kind, id, order.at("patch")));
       }));
  post("/create", with_json([&world](const Json& order) { return added(world, order); }));
  post("/delete", acting(world, &soft_delete));
  post("/undelete", acting(world, &undelete));
  post("/purge", acting(world, [](Documents& documents, Kind kind, const std::string& id) {
         return purge(documents, kind, id) ? Revision("") : std::nullopt;
       }));
  post("/hide", with_json([&world](const Json& order) {
         const auto id = order.at("id").get<std::string>();
         const std::scoped_lock lock(world.mutex);
         return revision_reply(id, hide(world.documents, id, world.own_circle()));
       }));
  post("/share", with_json([&world](const Json& order) {
         const auto id = order.at("id").get<std::string>();
         const std::scoped_lock lock(world.mutex);
         const std::string reader = order.value("reader", world.own_hcp());
         return revision_reply(id, share(world.documents, id, reader));
       }));
  post("/mutate", with_json([&world](const Json& order) {
         const std::scoped_lock lock(world.mutex);
         const auto done = mutate(world, order.value("seed", std::uint64_t{1}),
                                  order.value("count", std::size_t{10}));
         return json_reply(done.dump());
       }));
}

}  // namespace icure::sandbox
