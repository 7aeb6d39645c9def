#include "ipc/connection.h"

#include <optional>
#include <utility>

namespace icure::ipc {
namespace {

constexpr std::size_t kMaxRunning = 64;  // calls of one client under way

uv_stream_t* stream(uv_pipe_t* pipe) {
  return reinterpret_cast<uv_stream_t*>(pipe);
}

Connection& owner(const void* data) {
  return *static_cast<Connection*>(const_cast<void*>(data));
}

/// Wipes the text of a request when it has been handled.
struct Wiped {
  Wiped(LineBuffer& l, std::size_t s) : lines(l), size(s) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() {
    lines.wipe_line();
    forget_strings(size);
  }
  LineBuffer& lines;
  std::size_t size;
};

std::string_view outcome_of(const Result<std::string>& result) {
  return result ? kOutcomeOk : word_of(result.error().code).name;
}

std::string_view outcome_of(const RpcError& error) {
  if (error.code == kMethodNotFound) return kOutcomeNoMethod;
  return error.code == kInvalidParams ? kOutcomeParams : word_of(error.error.code).name;
}

/// Of a read that names no record its params are all that tells what was asked; the line that they
/// are views of is about to go.
void keep_params(Trace& trace) {
  trace.kept_params.clear();
  if (trace.method->effect == Effect::reads && trace.id.empty()) {
    trace.kept_params.assign(trace.params);
  }
  trace.params = trace.kept_params;
}

}  // namespace

Connection::Connection(Service& service, loop::UniqueHandle<uv_pipe_t> pipe,
                       std::shared_ptr<Caller> caller)
    : service_(service),
      pipe_(std::move(pipe)),
      caller_(std::move(caller)),
      in_(service.max_message) {
  pipe_->data = this;
}

void Connection::update_reading() {
  if (state_ == State::closed) return;
  const bool wanted = (may_serve() && !serve_asked_) || state_ == State::discarding;
  if (wanted == std::exchange(reading_, wanted)) return;
  if (!wanted) {
    uv_read_stop(stream(pipe_.get()));
    return;
  }
  uv_read_start(
      stream(pipe_.get()),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        const auto room = owner(handle->data).in_.room();
        *buffer = uv_buf_init(room.data(), static_cast<unsigned>(room.size()));
      },
      [](uv_stream_t* from, ssize_t size, const uv_buf_t*) { owner(from->data).received(size); });
}

void Connection::received(ssize_t size) {
  const auto self = shared_from_this();
  if (size == 0) return;
  if (size < 0) {
    // A client may close its sending side and wait for the answers, as shell pipelines do.
    if (size == UV_EOF && state_ == State::open) return drain();
    return close();
  }
  if (state_ == State::discarding) return;
  in_.filled(static_cast<std::size_t>(size));
  serve();
}

bool Connection::may_serve() const {
  return state_ == State::open && running_ < kMaxRunning && unwritten() < kMaxUnwritten;
}

void Connection::serve() {
  serve_asked_ = false;
  const auto user = caller_->peer.uid;
  const int share = service_.fair_share.of(this, user, service_.turn.number(), service_.turn.now());
  int handled = 0;
  while (may_serve() && !serve_asked_) {
    if (handled == share) {
      serve_later();
      break;
    }
    const auto line = in_.next();
    if (!line) break;
    ++handled;
    // People press return in a terminal: an empty line is nothing.
    if (line->text.find_first_not_of(" \t\r") != std::string_view::npos) handle(*line);
  }
  service_.fair_share.took(user, handled);
  if (state_ == State::open && in_.overlong()) refuse_line();
  update_reading();
}

void Connection::handle(Padded line) {
  const auto request = parse_request(line);
  if (!request) {
    append_error(out_, request.error().id, request.error().error);
    return send_later();
  }
  std::optional<Wiped> wiped;
  if (service_.methods.takes_secret(request->method)) wiped.emplace(in_, line.text.size());
  service_.turn.request_begun();
  Traces::Lease trace;
  if (!service_.observers.empty()) {
    trace = service_.traces.take();
    if (!wiped) trace->params = request->params.text;
  }
  auto begun = service_.methods.begin(request->method, Call(caller_, trace.get()), request->params);
  if (!begun) {
    observe(trace.get(), outcome_of(begun.error()));
    if (request->id.empty()) return;
    append_error(out_, request->id, begun.error());
    return send_later();
  }
  begun->start();
  if (begun->done()) {
    const auto result = begun->take();
    observe(trace.get(), outcome_of(result));
    return answer(request->id, result);
  }
  ++running_;
  if (trace) keep_params(*trace);
  service_.calls.run(
      complete(shared_from_this(), std::string(request->id), *std::move(begun), std::move(trace)));
}

Task<Done> Connection::complete(std::shared_ptr<Connection> self, std::string id,
                                Methods::Answer answer, Traces::Lease trace) {
  const auto result = co_await answer;
  --self->running_;
  self->observe(trace.get(), outcome_of(result));
  self->answer(id, result);
  self->send_later();  // also without an answer: it may be what drain() waits for
  if (!self->reading_ && self->may_serve()) self->serve_later();
  co_return Done{};
}

void Connection::observe(const Trace* trace, std::string_view outcome) {
  if (!trace) return;
  const auto took = std::chrono::steady_clock::now() - trace->began;
  const CallEnd end{*caller_, *trace, outcome, took};
  for (auto* observer : service_.observers) observer->ended(end);
}

void Connection::answer(std::string_view id, const Result<std::string>& result) {
  if (id.empty() || state_ == State::closed || state_ == State::discarding) return;
  if (result) {
    append_result(out_, id, *result);
  } else {
    append_error(out_, id, RpcError(kApplicationError, result.error()));
  }
  send_later();
}

}  // namespace icure::ipc
