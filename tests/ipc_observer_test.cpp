// ipc/observer.h over a real socket: who calls what, how it ends, and which record it concerns.
#include "ipc/observer.h"
#include "tests/support/ipc_server.h"
#include "tests/support/ipc_test_api.h"

namespace icure::ipc {
namespace {

using support::call;

struct Seen {
  std::string method, outcome, id, params, client;
  std::optional<Kind> kind;
  std::optional<std::size_t> rows;
  bool operator==(const Seen&) const = default;
};

class Notes final : public Observer {
 public:
  void ended(const CallEnd& end) override {
    const auto& trace = end.trace;
    seen.push_back({trace.method ? trace.method->name : "", std::string(end.outcome), trace.id,
                    std::string(trace.params), end.caller.client, trace.kind, trace.rows});
    EXPECT_GE(end.took.count(), 0);
  }
  std::vector<Seen> seen;
};

struct Look {
  std::optional<std::string> id;
  std::optional<std::string> text;
  static constexpr auto params() {
    return std::tuple(param("id", &Look::id, "of a record"), param("text", &Look::text, "a word"));
  }
};

struct Login {
  Secret password;
  static constexpr auto params() {
    return std::tuple(param("password", &Login::password, "a secret").length(1, 10));
  }
};

class RecordsApi {
 public:
  void register_on(Methods& methods) {
    methods.add({"record.get", Role::reader, "Looks", "{}", Effect::reads}, *this,
                &RecordsApi::get);
    methods.add({"record.find", Role::reader, "Finds", "{}", Effect::reads}, *this,
                &RecordsApi::find);
    methods.add({"record.login", Role::reader, "Logs in", "{}"}, *this, &RecordsApi::login);
    methods.add({"record.drop", Role::admin, "Drops", "{}"}, *this, &RecordsApi::get);
  }
  Event go;

 private:
  Methods::Answer get(Call call, Look request) {
    if (request.text) call.concerns(Kind::patient, "found-by-" + *request.text);
    co_return std::string("{}");
  }
  Methods::Answer find(Call call, Look) {
    auto wait = go.wait();
    co_await wait;
    call.tells(3);
    co_return std::string("{}");
  }
  Methods::Answer login(Call, Login) { co_return std::string("{}"); }
};

class ObserverTest : public support::IpcServerTest {
 protected:
  void SetUp() override {
    api.register_on(methods);
    records.register_on(methods);
    start({});
    server->add_observer(notes);
    guest = std::make_unique<support::RawClient>(path);
  }
  const Seen& after(const std::string& line) {
    guest->send(line);
    answer(*guest);
    EXPECT_FALSE(notes.seen.empty());
    return notes.seen.back();
  }
  /// The rules of this machine's users do not bind its owner: what a stranger would get.
  Result<Methods::Answer, RpcError> as_reader(Trace& trace, std::string_view name) {
    auto caller = std::make_shared<Caller>();
    caller->grant.role = Role::reader;
    return methods.begin(name, Call(caller, &trace), Padded(trace.params));
  }

  support::TestApi api;
  RecordsApi records;
  Notes notes;
  std::unique_ptr<support::RawClient> guest;
};

TEST_F(ObserverTest, IsToldWhoCalledWhatAndHowItEnded) {
  guest->send(call(1, "hello", R"({"client":"booking","protocol":1})"));
  answer(*guest);
  const auto& echo = after(call(2, "test.echo", R"({"text":"a"})"));
  EXPECT_EQ(echo.method, "test.echo");
  EXPECT_EQ(echo.outcome, "ok");
  EXPECT_EQ(echo.client, "booking");
  EXPECT_EQ(echo.params, R"({"text":"a"})");
  EXPECT_EQ(after(call(3, "test.fail")).outcome, "stale");
  EXPECT_EQ(after(call(4, "test.echo")).outcome, kOutcomeParams);
  const auto& unknown = after(call(5, "no.such"));
  EXPECT_EQ(unknown.method, "");
  EXPECT_EQ(unknown.outcome, kOutcomeNoMethod);
}

TEST_F(ObserverTest, IsToldTheRecordByTheParamsOrByWhatWasFound) {
  EXPECT_EQ(after(call(1, "record.get", R"({"id":"r1"})")).id, "r1");
  const auto& found = after(call(2, "record.get", R"({"text":"anna"})"));
  EXPECT_EQ(found.id, "found-by-anna");
  EXPECT_EQ(found.kind, Kind::patient);
  const auto& nothing = after(call(3, "record.get"));
  EXPECT_EQ(nothing.id, "") << "nothing of an earlier call is left";
  EXPECT_FALSE(nothing.kind);
}

TEST_F(ObserverTest, IsToldOfACallThatWaitedWhenItEnds) {
  guest->send(call(1, "record.find", R"({"text":"anna"})"));
  guest->send(call(2, "record.find", R"({"id":"r1"})"));
  settle();
  EXPECT_TRUE(notes.seen.empty());
  guest->send(call(3, "test.echo", R"({"text":"a"})"));
  answer(*guest);
  ASSERT_EQ(notes.seen.size(), 1u);
  records.go.fire();
  answer(*guest);
  answer(*guest);
  ASSERT_EQ(notes.seen.size(), 3u);
  EXPECT_EQ(notes.seen[1].params, R"({"text":"anna"})") << "its line is long gone";
  EXPECT_EQ(notes.seen[1].rows, 3u);
  EXPECT_EQ(notes.seen[2].id, "r1");
  EXPECT_EQ(notes.seen[2].params, "") << "the id is enough";
}

TEST_F(ObserverTest, IsToldOfACallWhoseClientHasLeft) {
  guest->send(call(1, "record.find"));
  settle();
  guest->leave();
  settle();
  records.go.fire();
  EXPECT_TRUE(turn_until([&] { return notes.seen.size() == 1; }));
  EXPECT_EQ(notes.seen[0].outcome, "ok");
}

TEST_F(ObserverTest, IsNotShownTheParamsOfASecret) {
  EXPECT_EQ(after(call(1, "record.login", R"({"password":"hunter2"})")).params, "");
}

TEST_F(ObserverTest, IsToldWhichRecordARefusedCallWasAbout) {
  const PaddedText params(R"({"id":"r1"})");
  Trace trace;
  trace.params = params.view().text;
  ASSERT_FALSE(as_reader(trace, "record.drop"));
  EXPECT_EQ(trace.id, "r1");
  EXPECT_EQ(trace.method->name, "record.drop");
}

}  // namespace
}  // namespace icure::ipc
