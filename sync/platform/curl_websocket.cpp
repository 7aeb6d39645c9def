#include "sync/platform/curl_websocket.h"

#include <curl/websockets.h>

#include <array>

namespace icure::sync {
namespace {

using namespace std::chrono_literals;

// curl waits for a handshake as long as the other end likes.
constexpr Millis kLongestHandshake = 30s;
// A patient with many keys may weigh hundreds of kilobytes; what is larger is no document.
constexpr std::size_t kLargestMessage = std::size_t{8} << 20;
// Receives that need not wait, before the rest of the loop has its turn.
constexpr int kReceivesATurn = 64;
// Older ones have the functions, but as stubs; those before 8.11 lose messages that come early.
constexpr unsigned kLeastVersion = 0x080b00;

Fault stopping() {
  return {Cause::stopping, 0, "the daemon is stopping"};
}

std::string websocket_url(const std::string& base_url, const std::string& target) {
  return "ws" + base_url.substr(4) + target;  // http -> ws, https -> wss
}

/// A connection that curl has made; the waiting is ours.
class CurlWebsocket final : public Websocket {
 public:
  CurlWebsocket(uv_loop_t& loop, CurlOptions options, const std::string& target,
                const Secret& bearer)
      : loop_(loop), options_(std::move(options)), easy_(options_), next_turn_(loop) {
    easy_.set(CURLOPT_URL, websocket_url(options_.base_url, target).c_str());
    easy_.set(CURLOPT_PROTOCOLS_STR, "ws,wss");
    easy_.set(CURLOPT_HTTPPROXYTUNNEL, 1L);
    easy_.set(CURLOPT_CONNECT_ONLY, 2L);
    easy_.add_header("Authorization: Bearer", bearer.reveal());
    easy_.use_headers();
  }

  Task<Answer<Done>> connect(CurlMulti& multi, std::stop_token stop);
  Task<Answer<std::string>> receive(std::stop_token stop) override;
  Task<Answer<Done>> send(std::string text, std::stop_token stop) override;

 private:
  enum class Got { whole_message, nothing, end };

  /// Goes on when the socket is ready, or soon after a wake(). No event: in the next turn.
  struct Wait {
    Wait(CurlWebsocket& s, int e) : socket(s), events(e) {}
    CurlWebsocket& socket;
    int events;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> waiter) { socket.wait(waiter, events); }
    void await_resume() const {}
  };

  void wait(std::coroutine_handle<> waiter, int events);
  void wake();
  void go_on();
  Got take(Fault& fault);

  uv_loop_t& loop_;
  const CurlOptions options_;
  Easy easy_;
  std::string message_;  // as far as it has come
  int receives_ = 0;     // since the last wait
  std::coroutine_handle<> waiter_;
  loop::Timer next_turn_;
  loop::UniqueHandle<uv_poll_t> poll_;  // dies first: curl closes the socket
};

Task<Answer<Done>> CurlWebsocket::connect(CurlMulti& multi, std::stop_token stop) {
  CurlMulti::Transfer transfer(multi, easy_.get());
  transfer.kept = true;
  bool timed_out = false;
  loop::Timer limit(loop_);
  limit.start(kLongestHandshake, [&] {
    timed_out = true;
    transfer.cancel();
  });
  std::stop_callback cancel(stop, [&transfer] { transfer.cancel(); });
  const auto verdict = co_await transfer;
  limit.stop();
  if (timed_out) co_return Fault{Cause::timeout, 0, "no answer to the websocket's handshake"};
  if (verdict != CURLE_OK) {
    auto fault = easy_.fault(verdict);
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    fault.status = static_cast<int>(status);
    co_return fault;
  }
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket);
  auto poll = std::make_unique<uv_poll_t>();
  if (socket == CURL_SOCKET_BAD || uv_poll_init_socket(&loop_, poll.get(), socket) != 0) {
    co_return Fault{Cause::connect, 0, "the websocket cannot be watched"};
  }
  poll_.reset(poll.release());
  poll_->data = this;
  co_return Done{};
}

void CurlWebsocket::wait(std::coroutine_handle<> waiter, int events) {
  waiter_ = waiter;
  receives_ = 0;
  if (events == 0) return wake();
  uv_poll_start(poll_.get(), events, [](uv_poll_t* ready, int, int) {
    static_cast<CurlWebsocket*>(ready->data)->go_on();  // curl tells what is wrong, if anything
  });
}

/// Not at once: the caller of request_stop() goes on first.
void CurlWebsocket::wake() {
  if (waiter_) next_turn_.start(Millis(0), [this] { go_on(); });
}

void CurlWebsocket::go_on() {
  next_turn_.stop();
  uv_poll_stop(poll_.get());
  std::exchange(waiter_, nullptr).resume();
}

/// Takes what has come, up to the end of a message. curl must be asked until it has nothing more:
/// it reads ahead, and what it holds makes no socket ready.
CurlWebsocket::Got CurlWebsocket::take(Fault& fault) {
  std::array<char, std::size_t{64} << 10> piece;
  for (;;) {
    std::size_t size = 0;
    const struct curl_ws_frame* frame = nullptr;
    const auto verdict = curl_ws_recv(easy_.get(), piece.data(), piece.size(), &size, &frame);
    if (verdict == CURLE_AGAIN) return Got::nothing;
    if (verdict != CURLE_OK) {
      fault = {Cause::connect, 0, curl_easy_strerror(verdict)};
      return Got::end;
    }
    if (frame->flags & CURLWS_CLOSE) {
      fault = {Cause::connect, 0, "the platform closed the websocket"};
      return Got::end;
    }
    if ((frame->flags & (CURLWS_TEXT | CURLWS_BINARY)) == 0) continue;  // curl answers pings
    if (message_.size() + size > kLargestMessage) {
      fault = {Cause::oversized, 0, "a message is larger than it can be"};
      return Got::end;
    }
    message_.append(piece.data(), size);
    if (frame->bytesleft == 0 && (frame->flags & CURLWS_CONT) == 0) return Got::whole_message;
  }
}

Task<Answer<std::string>> CurlWebsocket::receive(std::stop_token stop) {
  std::stop_callback end(stop, [this] { wake(); });
  for (;;) {
    if (stop.stop_requested()) co_return stopping();
    int events = 0;
    if (receives_++ < kReceivesATurn) {
      Fault fault;
      const auto got = take(fault);
      if (got == Got::whole_message) co_return std::exchange(message_, {});
      if (got == Got::end) co_return fault;
      events = UV_READABLE;
    }
    Wait ready(*this, events);
    co_await ready;
  }
}

Task<Answer<Done>> CurlWebsocket::send(std::string text, std::stop_token stop) {
  std::stop_callback end(stop, [this] { wake(); });
  for (std::string_view rest = text; !rest.empty();) {
    if (stop.stop_requested()) co_return stopping();
    std::size_t sent = 0;
    const auto verdict = curl_ws_send(easy_.get(), rest.data(), rest.size(), &sent, 0, CURLWS_TEXT);
    rest.remove_prefix(sent);  // curl wants exactly the rest the next time
    if (verdict != CURLE_OK && verdict != CURLE_AGAIN) {
      co_return Fault{Cause::connect, 0, curl_easy_strerror(verdict)};
    }
    Wait ready(*this, UV_WRITABLE);
    if (!rest.empty()) co_await ready;
  }
  co_return Done{};
}

}  // namespace

CurlWebsockets::CurlWebsockets(uv_loop_t& loop, CurlOptions options)
    : loop_(loop), multi_(loop), options_(std::move(options)) {}

std::string websockets_missing(const curl_version_info_data& curl) {
  const auto speaks = [&curl](std::string_view scheme) {
    const auto* each = curl.protocols;
    while (*each && *each != scheme) ++each;
    return *each != nullptr;
  };
  if (curl.version_num >= kLeastVersion && speaks("ws") && speaks("wss")) return {};
  return std::string("libcurl ") + curl.version + " of this machine has no websockets";
}

std::string CurlWebsockets::missing() const {
  return websockets_missing(*curl_version_info(CURLVERSION_NOW));
}

Task<Answer<std::unique_ptr<Websocket>>> CurlWebsockets::open(std::string target, Secret bearer,
                                                              std::stop_token stop) {
  if (stop.stop_requested()) co_return stopping();
  auto socket = std::make_unique<CurlWebsocket>(loop_, options_, target, bearer);
  auto connected = co_await socket->connect(multi_, stop);
  if (!connected) co_return connected.error();
  std::unique_ptr<Websocket> opened = std::move(socket);
  co_return opened;
}

}  // namespace icure::sync
