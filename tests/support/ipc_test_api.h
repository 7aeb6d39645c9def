// Methods for tests of the socket: one that answers at once, one that waits, a large one, a
// failing.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "daemon/base/event.h"
#include "ipc/methods.h"

namespace icure::support {

struct Echo {
  std::string text;
  static constexpr auto params() { return std::tuple(ipc::param("text", &Echo::text, "a text")); }
};

struct Big {
  std::int64_t bytes = 0;
  static constexpr auto params() {
    return std::tuple(ipc::param("bytes", &Big::bytes, "how many").range(0, 64 << 20));
  }
};

class TestApi {
 public:
  void register_on(ipc::Methods& methods) {
    const std::string any = R"({"type":"string"})";
    methods.add({"test.echo", ipc::Role::reader, "Says it again", any}, *this, &TestApi::echo);
    methods.add({"test.slow", ipc::Role::reader, "Waits", any}, *this, &TestApi::slow);
    methods.add({"test.big", ipc::Role::reader, "Is long", any}, *this, &TestApi::big);
    methods.add({"test.who", ipc::Role::reader, "Names the caller", any}, *this, &TestApi::who);
    methods.add({"test.fail", ipc::Role::reader, "Fails", any}, *this, &TestApi::fail);
    methods.add({"test.admin", ipc::Role::admin, "For few", any}, *this, &TestApi::echo);
  }

  Event go;         ///< What `slow` waits for.
  int waiting = 0;  ///< Calls of `slow` under way.
  int echoed = 0;

 private:
  using Answer = Task<Result<std::string>>;

  Answer echo(ipc::Call, Echo request) {
    ++echoed;
    co_return nlohmann::json(request.text).dump();
  }
  Answer slow(ipc::Call, Echo request) {
    ++waiting;
    auto wait = go.wait();
    co_await wait;
    --waiting;
    co_return nlohmann::json(request.text).dump();
  }
  Answer big(ipc::Call, Big request) {
    co_return '"' + std::string(static_cast<std::size_t>(request.bytes), 'x') + '"';
  }
  Answer who(ipc::Call call, ipc::NoParams) {
    const nlohmann::json who = {{"client", call.client()},
                                {"actor", call.actor()},
                                {"uid", call.peer().uid},
                                {"role", ipc::name_of(call.grant().role)}};
    co_return who.dump();
  }
  Answer fail(ipc::Call, ipc::NoParams) {
    co_return Error{Code::stale, "too old", "sync first", Millis(5)};
  }
};

}  // namespace icure::support
