#include <nlohmann/json.hpp>
#include <regex>

#include "tests/sandbox/control.h"
#include "tests/sandbox/json_out.h"

namespace icure::sandbox {
namespace {

using Json = nlohmann::json;

Reply done() {
  return json_reply(R"({"ok":true})");
}

Line line_named(const std::string& mode) {
  if (mode == "refuse") return Line::refuse;
  if (mode == "hang") return Line::hang;
  if (mode == "drop") return Line::drop;
  throw std::invalid_argument("mode is refuse, hang or drop");
}

Reply set_line(Bench& bench, const Json& order, Line line) {
  const auto server = order.value("server", "both");
  if (server != "both" && server != "platform" && server != "gateway")
    throw std::invalid_argument("server is platform, gateway or both");
  if (server != "gateway") bench.platform.set_line(line);
  if (server != "platform") bench.gateway.set_line(line);
  return done();
}

Reply received(const Journal& journal) {
  std::string text = "[";
  JsonOut out(text);
  journal.each([&](const Received& each) {
    out.open('{').number("n", static_cast<std::int64_t>(each.n)).text("server", each.server);
    out.text("method", each.method).text("path", each.path).text("query", each.query);
    out.number("status", each.status);
    out.number("bytes_out", static_cast<std::int64_t>(each.bytes_out)).close('}');
  });
  return json_reply(text += ']');
}

Reply received_count(const Journal& journal, const Request& request) {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
  try {
    const std::regex match(request.parameter("match").value_or(""));
    journal.each([&](const Received& each) {
      if (!std::regex_search(each.method + " " + each.path, match)) return;
      ++count;
      bytes += each.bytes_out;
    });
  } catch (const std::regex_error& error) {
    return error_reply(400, error.what());
  }
  return json_reply(Json{{"count", count}, {"bytes_out", bytes}}.dump());
}

Reply messages(World& world) {
  const std::scoped_lock lock(world.mutex);
  Json list = Json::array();
  for (const Message& each : world.messages)
    list.push_back({{"n", each.n},
                    {"channel", each.channel},
                    {"spec", each.spec},
                    {"to", each.to},
                    {"user", each.user_id},
                    {"at", each.at},
                    {"body", Json::parse(each.body)}});
  return json_reply(list.dump());
}

}  // namespace

void add_line_controls(Routes& routes, Bench& bench) {
  const auto add = [&](std::string_view method, std::string_view path, Routes::Handler handler) {
    routes.add(method, path, std::move(handler), Open::to_anyone);
  };
  add("POST", "/offline", with_json([&bench](const Json& order) {
        return set_line(bench, order, line_named(order.value("mode", "refuse")));
      }));
  add("POST", "/online",
      with_json([&bench](const Json& order) { return set_line(bench, order, Line::up); }));
  add("GET", "/faults", [&bench](const Call&) { return json_reply(bench.faults.list()); });
  add("POST", "/faults", with_json([&bench](const Json& order) {
        const std::string wrong = bench.faults.add(order);
        return wrong.empty() ? done() : error_reply(400, wrong);
      }));
  add("DELETE", "/faults", [&bench](const Call&) {
    bench.faults.clear();
    return done();
  });
  add("GET", "/received", [&bench](const Call&) { return received(bench.journal); });
  add("GET", "/received/count",
      [&bench](const Call& call) { return received_count(bench.journal, call.request); });
  add("DELETE", "/received", [&bench](const Call&) {
    bench.journal.clear();
    return done();
  });
  add("GET", "/messages", [&bench](const Call&) { return messages(bench.world); });
  add("DELETE", "/messages", [&bench](const Call&) {
    const std::scoped_lock lock(bench.world.mutex);
    bench.world.messages.clear();
    return done();
  });
}

}  // namespace icure::sandbox
