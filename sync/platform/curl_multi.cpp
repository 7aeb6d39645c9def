#include "sync/platform/curl_multi.h"

#include <algorithm>

#include "sync/platform/curl_memory.h"

namespace icure::sync {
namespace {

CURLM* new_multi() {
  wipe_what_curl_frees();
  return curl_multi_init();
}

}  // namespace

/// One socket of curl's, watched by libuv. Freed when libuv has let go of it.
struct CurlMulti::Socket {
  uv_poll_t poll;
  CurlMulti* multi;
  curl_socket_t socket;
};

CurlMulti::CurlMulti(uv_loop_t& loop)
    : loop_(loop), multi_(new_multi()), timeout_(loop), cancelling_(loop) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &on_timeout);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

CurlMulti::~CurlMulti() {
  curl_multi_cleanup(multi_);
}

void CurlMulti::start(Transfer& transfer) {
  running_.insert(&transfer);
  curl_easy_setopt(transfer.easy, CURLOPT_PRIVATE, &transfer);
  const auto added = curl_multi_add_handle(multi_, transfer.easy);
  if (added != CURLM_OK) cancel(transfer);
}

void CurlMulti::cancel(Transfer& transfer) {
  // The caller may stand inside curl or inside another task: the transfer ends in a turn of its
  // own.
  if (!running_.contains(&transfer)) return;
  cancelled_.push_back(&transfer);
  cancelling_.start(Millis(0), [this] {
    for (auto* each : std::exchange(cancelled_, {})) {
      if (running_.contains(each)) finish(*each, CURLE_ABORTED_BY_CALLBACK);
    }
  });
}

void CurlMulti::finish(Transfer& transfer, CURLcode verdict) {
  running_.erase(&transfer);
  // To take it out would close its connection.
  if (!transfer.kept || verdict != CURLE_OK) curl_multi_remove_handle(multi_, transfer.easy);
  transfer.verdict = verdict;
  transfer.waiter.resume();
}

void CurlMulti::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, events, &running);
  collect();
}

void CurlMulti::collect() {
  // A message dies with the removal of its handle, and a resumed task may start transfers: take
  // all verdicts first.
  std::vector<std::pair<Transfer*, CURLcode>> done;
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    done.emplace_back(transfer, message->data.result);
  }
  for (const auto& [transfer, verdict] : done) {
    if (running_.contains(transfer)) finish(*transfer, verdict);
  }
}

void CurlMulti::watch(curl_socket_t socket, int what, Socket* known) {
  if (what == CURL_POLL_REMOVE) {
    curl_multi_assign(multi_, socket, nullptr);
    if (!known) return;
    uv_close(reinterpret_cast<uv_handle_t*>(&known->poll),
             [](uv_handle_t* closed) { delete static_cast<Socket*>(closed->data); });
    return;
  }
  if (!known) {
    auto made = std::make_unique<Socket>(Socket{{}, this, socket});
    if (uv_poll_init_socket(&loop_, &made->poll, socket) != 0) return;  // the transfer times out
    known = made.release();
    known->poll.data = known;
    curl_multi_assign(multi_, socket, known);
  }
  int events = 0;
  if (what != CURL_POLL_OUT) events |= UV_READABLE;
  if (what != CURL_POLL_IN) events |= UV_WRITABLE;
  uv_poll_start(&known->poll, events, [](uv_poll_t* poll, int status, int ready) {
    auto& ours = *static_cast<Socket*>(poll->data);
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    if (ready & UV_READABLE) flags |= CURL_CSELECT_IN;
    if (ready & UV_WRITABLE) flags |= CURL_CSELECT_OUT;
    ours.multi->act(ours.socket, flags);
  });
}

int CurlMulti::on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
  static_cast<CurlMulti*>(self)->watch(socket, what, static_cast<Socket*>(known));
  return 0;
}

int CurlMulti::on_timeout(CURLM*, long delay_ms, void* self) {
  auto& multi = *static_cast<CurlMulti*>(self);
  if (delay_ms < 0) {
    multi.timeout_.stop();
  } else {
    // Never at once: curl forbids being called from its own callback.
    multi.timeout_.start(Millis(delay_ms), [&multi] { multi.act(CURL_SOCKET_TIMEOUT, 0); });
  }
  return 0;
}

}  // namespace icure::sync
