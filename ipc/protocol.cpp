#include "ipc/protocol.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "ipc/raw_members.h"

namespace icure::ipc {
namespace {

constexpr std::array<char, 2 + kPadding> kNoParams = {'{', '}'};

BadRequest malformed(std::string why) {
  return {"null", RpcError(kParseError, Error{Code::invalid, std::move(why)})};
}

BadRequest not_a_request(std::string_view id, std::string why) {
  return {id.empty() ? "null" : std::string(id),
          RpcError(kInvalidRequest, Error{Code::invalid, std::move(why)})};
}

bool is_json(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return false;  // the parser takes it for the end
  return nlohmann::json::accept(text);
}

// Members beyond these are left alone: other libraries add some, such as "traceparent".
struct Members {
  std::array<RawMember, 4> all = {RawMember{"jsonrpc"}, RawMember{"id"}, RawMember{"method"},
                                  RawMember{"params"}};
  std::string_view version() const { return all[0].raw; }
  std::string_view id() const { return all[1].raw; }
  std::string_view method() const { return all[2].raw; }
  std::string_view params() const { return all[3].raw; }
};

Result<Request, BadRequest> to_request(const Members& members) {
  for (const auto& member : members.all) {
    if (member.twice) return not_a_request({}, std::string(member.name) + " stands twice");
  }
  auto id = members.id();
  if (!id.empty() && !is_string(id) && !is_integer(id)) {
    return not_a_request({}, "\"id\" must be a string or an integer");
  }
  if (members.version() != "\"2.0\"") return not_a_request(id, "\"jsonrpc\" must be \"2.0\"");
  if (!is_string(members.method())) return not_a_request(id, "\"method\" must be a string");
  auto params = members.params();
  if (params.empty()) params = std::string_view(kNoParams.data(), 2);
  // A list is a request all right, only with params that no method takes: those are its to refuse.
  if (!params.starts_with('{') && !params.starts_with('[')) {
    return not_a_request(id, "\"params\" must be an object");
  }
  return Request{id, unquoted(members.method()), Padded(params)};
}

/// Faults of the machine come from everywhere, and are for whoever looks after it.
std::string_view hint_of(const Error& error) {
  const bool of_machine = word_of(error.code).name == "internal";
  if (!error.hint.empty() || !of_machine) return error.hint;
  return "see the daemon's journal and dmesg; the same request may be made again";
}

}  // namespace

Word word_of(Code code) {
  switch (code) {
    case Code::not_found:
      return {"not_found", false};
    case Code::not_mirrored:
      return {"not_mirrored", true};
    case Code::stale:
      return {"stale", true};
    case Code::forbidden:
      return {"forbidden", false};
    case Code::invalid:
      return {"invalid", false};
    case Code::conflict:
      return {"conflict", false};
    case Code::key_reused:
      return {"key_reused", false};
    case Code::offline:
      return {"offline", true};
    case Code::login_failed:
      return {"login_failed", false};
    case Code::login_locked:
      return {"login_locked", true};
    case Code::login_needed:
      return {"login_needed", false};
    case Code::otp_needed:
      return {"otp_needed", false};
    case Code::blocked:
      return {"blocked", false};
    case Code::queue_full:
      return {"queue_full", true};
    case Code::held:
      return {"held", false};
    case Code::read_only:
      return {"read_only", true};
    case Code::unavailable:
    case Code::cancelled:  // by the daemon's stop: the next daemon may do it
      return {"unavailable", true};
    case Code::internal:
    case Code::corrupt:
    case Code::wrong_key:
    case Code::io:
      return {"internal", false};
  }
  std::abort();
}

Result<Request, BadRequest> parse_request(Padded line) {
  // .NET writers send a byte order mark before the first line unless told not to.
  if (line.text.starts_with("\xef\xbb\xbf")) line.text.remove_prefix(3);
  const auto first = line.text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos || line.text[first] != '{') {
    if (!is_json(line.text)) return malformed("this is not JSON");
    return not_a_request({}, line.text[first] == '[' ? "batches are not taken: one request a line"
                                                     : "a request is a JSON object");
  }
  Members members;
  if (auto read = read_members(line, members.all); !read) return malformed(read.error().message);
  return to_request(members);
}

Result<ServerLine> parse_server_line(Padded line) {
  const Error strange{Code::invalid, "this is not JSON-RPC"};
  if (!line.text.starts_with('{')) return strange;
  std::array members = {RawMember{"id"}, RawMember{"result"}, RawMember{"error"},
                        RawMember{"method"}, RawMember{"params"}};
  if (auto read = read_members(line, members); !read) return read.error();
  const auto& [id, result, error, method, params] = members;
  if (is_string(method.raw)) return ServerLine{{}, {}, {}, unquoted(method.raw), params.raw};
  if (id.raw.empty() || (result.raw.empty() && error.raw.empty())) return strange;
  return ServerLine{id.raw, result.raw, error.raw, {}, {}};
}

void append_result(std::string& out, std::string_view id, std::string_view result) {
  out.append(R"({"jsonrpc":"2.0","id":)").append(id).append(R"(,"result":)");
  const auto from = static_cast<std::ptrdiff_t>(out.size());
  out.append(result).append("}");
  // Documents are kept as they came, which may be on several lines; in JSON a raw line end can
  // only be white space.
  if (result.find('\n') != std::string_view::npos) {
    std::replace(out.begin() + from, out.end(), '\n', ' ');
  }
  out += '\n';
}

void append_notification(std::string& out, std::string_view method,
                         std::initializer_list<std::string_view> params) {
  out.append(R"({"jsonrpc":"2.0","method":")").append(method).append(R"(","params":)");
  for (const auto piece : params) out.append(piece);
  out.append("}\n");
}

void append_error(std::string& out, std::string_view id, const RpcError& error) {
  const auto word = word_of(error.error.code);
  nlohmann::ordered_json data = {{"code", word.name}, {"retryable", word.retryable}};
  if (error.error.retry_after) data["retry_after_ms"] = error.error.retry_after->count();
  if (const auto hint = hint_of(error.error); !hint.empty()) data["hint"] = hint;
  const nlohmann::ordered_json body = {
      {"code", error.code}, {"message", error.error.message}, {"data", std::move(data)}};
  out.append(R"({"jsonrpc":"2.0","id":)").append(id).append(R"(,"error":)");
  out.append(body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)).append("}\n");
}

}  // namespace icure::ipc
