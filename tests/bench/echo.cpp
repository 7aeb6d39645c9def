// What libuv alone can do over a Unix socket: answers each line with the same one, and knows
// nothing.
//
//   bench-echo --socket PATH --answer FILE
#include <uv.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <iterator>
#include <string>

namespace {

std::string answer;

struct Peer {
  uv_pipe_t pipe{};
  std::array<char, 65536> in{};
};

struct Write {
  uv_write_t request{};
  std::string bytes;
};

void on_closed(uv_handle_t* handle) {
  delete static_cast<Peer*>(handle->data);
}

void on_read(uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
  if (size < 0) return uv_close(reinterpret_cast<uv_handle_t*>(stream), on_closed);
  const auto lines = std::count(buffer->base, buffer->base + size, '\n');
  if (lines == 0) return;
  auto* write = new Write;
  for (auto left = lines; left > 0; --left) write->bytes += answer;
  write->request.data = write;
  const auto out = uv_buf_init(write->bytes.data(), static_cast<unsigned>(write->bytes.size()));
  uv_write(&write->request, stream, &out, 1,
           [](uv_write_t* request, int) { delete static_cast<Write*>(request->data); });
}

void on_connection(uv_stream_t* server, int) {
  auto* peer = new Peer;
  peer->pipe.data = peer;
  uv_pipe_init(server->loop, &peer->pipe, 0);
  auto* stream = reinterpret_cast<uv_stream_t*>(&peer->pipe);
  uv_accept(server, stream);
  uv_read_start(
      stream,
      [](uv_handle_t* handle, std::size_t, uv_buf_t* into) {
        auto& in = static_cast<Peer*>(handle->data)->in;
        *into = uv_buf_init(in.data(), static_cast<unsigned>(in.size()));
      },
      on_read);
}

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): what cannot be measured ends loudly
int main(int argc, char** argv) {
  std::string path;
  std::string file;
  CLI::App app("A bare libuv server");
  app.add_option("--socket", path)->required();
  app.add_option("--answer", file)->required();
  CLI11_PARSE(app, argc, argv);
  std::ifstream in(file);
  answer.assign(std::istreambuf_iterator<char>(in), {});
  std::signal(SIGPIPE, SIG_IGN);  // clients leave without their last answer
  auto* loop = uv_default_loop();
  uv_pipe_t server{};
  uv_pipe_init(loop, &server, 0);
  if (uv_pipe_bind(&server, path.c_str()) != 0 ||
      uv_listen(reinterpret_cast<uv_stream_t*>(&server), 1024, on_connection) != 0) {
    return 1;
  }
  return uv_run(loop, UV_RUN_DEFAULT);
}
