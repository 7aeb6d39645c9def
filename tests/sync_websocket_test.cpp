// sync/platform/curl_websocket.h against a server that does as it is told.
#include <gtest/gtest.h>

#include "daemon/base/scope.h"
#include "daemon/loop/timer.h"
#include "sync/platform/curl_websocket.h"
#include "tests/support/websocket_server.h"

namespace icure::sync {
namespace {

using namespace std::chrono_literals;
using support::WebsocketServer;
using Peer = WebsocketServer::Peer;

class WebsocketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    uv_loop_init(&loop);
    sockets.emplace(loop, CurlOptions{});
    if (auto why = sockets->missing(); !why.empty()) GTEST_SKIP() << why;
  }
  void TearDown() override {
    socket.reset();
    sockets.reset();
    uv_run(&loop, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&loop), 0) << "a handle outlived its owner";
  }

  template <class T>
  T finish(Task<T> task) {
    loop::Timer limit(loop);
    bool over = false;
    limit.start(60s, [&over] { over = true; });
    task.start();
    while (!task.done() && !over) uv_run(&loop, UV_RUN_ONCE);
    EXPECT_TRUE(task.done());
    if (!task.done()) std::abort();
    return task.take();
  }
  Answer<Done> open(const WebsocketServer& server) {
    sockets->configure({server.url(), "", "", 5s, 5s});
    auto opened = finish(sockets->open("/ws/x", Secret("a.b.c"), stop.get_token()));
    if (!opened) return opened.error();
    socket = std::move(*opened);
    return Done{};
  }
  Answer<std::string> receive() { return finish(socket->receive(stop.get_token())); }

  uv_loop_t loop;
  std::optional<CurlWebsockets> sockets;
  std::unique_ptr<Websocket> socket;
  std::stop_source stop;
};

TEST_F(WebsocketTest, SaysWhoItIsAndTalksBothWays) {
  std::string request;
  std::string heard;
  {
    WebsocketServer server([&](Peer& peer) {
      request = peer.accept();
      heard = peer.read_frame();
      peer.text("ping");
      heard += '+' + peer.read_frame();
      peer.wait_for_end();
    });
    ASSERT_TRUE(open(server));
    ASSERT_TRUE(finish(socket->send("subscribe", stop.get_token())));
    EXPECT_EQ(*receive(), "ping");
    ASSERT_TRUE(finish(socket->send("pong", stop.get_token())));
    socket.reset();
  }
  EXPECT_EQ(heard, "subscribe+pong");
  EXPECT_TRUE(request.starts_with("GET /ws/x HTTP/1.1\r\n")) << request;
  EXPECT_NE((request + "\r\n").find("\r\nAuthorization: Bearer a.b.c\r\n"), std::string::npos)
      << request;
}

TEST_F(WebsocketTest, ReceivesABurstWholeAndInOrderWhileOthersHaveTheirTurn) {
  constexpr int kFrames = 20'000;
  WebsocketServer server([](Peer& peer) {
    peer.accept();
    std::string all;
    for (int i = 0; i < kFrames; ++i) {
      all += Peer::frame_of(WebsocketServer::kText, std::to_string(i) + std::string(1500, ' '));
    }
    peer.write(all);
    peer.wait_for_end();
  });
  ASSERT_TRUE(open(server));
  int received = 0;
  int received_before_timer = kFrames;
  loop::Timer other(loop);
  other.start(0ms, [&] { received_before_timer = received; });
  for (; received < kFrames; ++received) {
    auto message = receive();
    ASSERT_TRUE(message);
    ASSERT_EQ(std::stoi(*message), received);
  }
  EXPECT_LT(received_before_timer, 200) << "a timer that was due waited for the burst";
  socket.reset();
}

TEST_F(WebsocketTest, PutsLargeAndFragmentedMessagesTogether) {
  const std::string large(3 << 20, 'x');
  WebsocketServer server([&](Peer& peer) {
    peer.accept();
    peer.text(large);
    peer.frame(WebsocketServer::kText, "one ", WebsocketServer::Fin::no);
    peer.frame(WebsocketServer::kPing, "p");
    peer.frame(WebsocketServer::kContinuation, "two ", WebsocketServer::Fin::no);
    peer.frame(WebsocketServer::kContinuation, "three");
    peer.text("");
    peer.text("last");
    peer.wait_for_end();
  });
  ASSERT_TRUE(open(server));
  EXPECT_EQ(*receive(), large);
  EXPECT_EQ(*receive(), "one two three");
  EXPECT_EQ(*receive(), "");
  EXPECT_EQ(*receive(), "last");
  socket.reset();
}

TEST_F(WebsocketTest, SendsAllOfALargeMessageToAReaderThatIsSlow) {
  const std::string large(std::size_t{6} << 20, 'y');
  std::string heard;
  {
    WebsocketServer server([&](Peer& peer) {
      peer.accept();
      heard = peer.read_frame();
      peer.text("read");
      peer.wait_for_end();
    });
    ASSERT_TRUE(open(server));
    ASSERT_TRUE(finish(socket->send(large, stop.get_token())));
    EXPECT_EQ(*receive(), "read");
    socket.reset();
  }
  EXPECT_EQ(heard.size(), large.size());
  EXPECT_TRUE(heard == large);
}

TEST_F(WebsocketTest, ACloseACutAndAMessageCutInTheMiddleAreFaults) {
  const std::vector<std::function<void(Peer&)>> ways = {
      [](Peer& peer) { peer.frame(WebsocketServer::kClose, "\x03\xe9"); },
      [](Peer&) {},
      [](Peer& peer) { peer.write("\x81\x7e\x10"); },
      [](Peer& peer) {
        peer.write(Peer::frame_of(WebsocketServer::kText, std::string(9000, 'z')).substr(0, 5000));
      },
  };
  for (const auto& way : ways) {
    WebsocketServer server([&way](Peer& peer) {
      peer.accept();
      peer.text("before");
      way(peer);
    });
    ASSERT_TRUE(open(server));
    EXPECT_EQ(*receive(), "before");
    auto end = receive();
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().cause, Cause::connect);
    socket.reset();
  }
}

TEST_F(WebsocketTest, DoesNotKeepAMessageThatIsTooLarge) {
  WebsocketServer server([](Peer& peer) {
    peer.accept();
    peer.text(std::string(std::size_t{9} << 20, 'x'));
    peer.wait_for_end();
  });
  ASSERT_TRUE(open(server));
  auto message = receive();
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().cause, Cause::oversized);
  socket.reset();
}

TEST_F(WebsocketTest, TellsTheStatusOfARefusal) {
  for (const int status : {401, 404, 503}) {
    WebsocketServer server([status](Peer& peer) {
      peer.read_request();
      peer.write("HTTP/1.1 " + std::to_string(status) + " No\r\nContent-Length: 0\r\n\r\n");
      peer.wait_for_end();
    });
    auto opened = open(server);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().status, status);
  }
}

TEST_F(WebsocketTest, StopsWhileItWaitsForAHandshakeOrAMessage) {
  WebsocketServer hung([](Peer& peer) { peer.wait_for_end(); });
  sockets->configure({hung.url(), "", "", 5s, 5s});
  auto opening = sockets->open("/ws/x", Secret("a"), stop.get_token());
  opening.start();
  uv_run(&loop, UV_RUN_NOWAIT);
  stop.request_stop();
  while (!opening.done()) uv_run(&loop, UV_RUN_ONCE);
  EXPECT_EQ(opening.take().error().cause, Cause::stopping);

  stop = std::stop_source();
  WebsocketServer silent([](Peer& peer) {
    peer.accept();
    peer.wait_for_end();
  });
  ASSERT_TRUE(open(silent));
  auto receiving = socket->receive(stop.get_token());
  receiving.start();
  uv_run(&loop, UV_RUN_NOWAIT);
  ASSERT_FALSE(receiving.done());
  stop.request_stop();
  ASSERT_FALSE(receiving.done()) << "who asks for a stop goes on first";
  while (!receiving.done()) uv_run(&loop, UV_RUN_ONCE);
  EXPECT_EQ(receiving.take().error().cause, Cause::stopping);
  socket.reset();
}

TEST_F(WebsocketTest, NobodyListeningIsAFaultOfTheLine) {
  std::string url;
  {
    WebsocketServer gone([](Peer&) {});
    url = gone.url();
  }
  sockets->configure({url, "", "", 5s, 5s});
  auto opened = finish(sockets->open("/ws/x", Secret("a"), stop.get_token()));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().cause, Cause::connect);
}

// The library may be built without them, or with those that lose messages.
TEST(WebsocketsMissingTest, TellsALibraryThatHasNone) {
  const auto missing = [](std::initializer_list<const char*> protocols, unsigned version) {
    std::vector<const char*> names(protocols);
    names.push_back(nullptr);
    curl_version_info_data curl{};
    curl.version = "8.10.1";
    curl.version_num = version;
    curl.protocols = names.data();
    return websockets_missing(curl);
  };
  EXPECT_EQ(missing({"http", "https", "ws", "wss"}, 0x080b00), "");
  EXPECT_EQ(missing({"http", "https", "ws", "wss"}, 0x080a01),
            "libcurl 8.10.1 of this machine has no websockets");
  EXPECT_NE(missing({"http", "https", "ws"}, 0x080e00), "");
  EXPECT_NE(missing({"https", "wss"}, 0x080e00), "");
  EXPECT_NE(missing({}, 0x080e00), "");
}

}  // namespace
}  // namespace icure::sync
