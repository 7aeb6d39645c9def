// What each kind of fault does to an answer.
#include "tests/sandbox/faults.h"

namespace icure::sandbox {
namespace {

constexpr int kOversize = 10;

// The members of a JSON list, ten times over.
std::string repeat_members(const std::string& list) {
  if (list.size() < 3) return list;
  std::string out = "[";
  for (int i = 0; i < kOversize; ++i) {
    if (i > 0) out += ',';
    out.append(list, 1, list.size() - 2);
  }
  return out + "]";
}

std::string ten_times(const std::string& limit) {
  try {
    return std::to_string(std::stoul(limit) * kOversize);
  } catch (const std::exception&) {
    return limit;
  }
}

}  // namespace

std::optional<Reply> spoil(const Fault& fault, Request request,
                           const std::function<Reply(const Request&)>& answer) {
  switch (fault.kind) {
    case Fault::Kind::status: {
      Reply reply = error_reply(fault.status, "ordered by a test");
      if (fault.body) reply.body->text = *fault.body;
      reply.headers = fault.headers;
      return reply;
    }
    case Fault::Kind::drop:
      return std::nullopt;
    case Fault::Kind::close_after_commit:
      answer(request);
      return std::nullopt;
    case Fault::Kind::oversize: {
      request.parameters["limit"] = ten_times(request.parameter("limit").value_or("1000"));
      Reply reply = answer(request);
      // A copy: the body may be one that is replayed to others.
      if (reply.body->text.starts_with('['))
        reply.body = std::make_shared<Body>(Body{repeat_members(reply.body->text), ""});
      return reply;
    }
    case Fault::Kind::garbage:
    case Fault::Kind::wrong_shape: {
      Reply reply = answer(request);
      const bool list = reply.body->text.starts_with('[');
      const char* wrong = list ? R"({"unexpected":true})" : R"([17,"unexpected"])";
      const std::string garbage("\x01\xFF\xFE{[\"<html>\0garbage", 19);
      reply.status = fault.kind == Fault::Kind::garbage ? 200 : reply.status;
      reply.body = std::make_shared<Body>();
      reply.body->text = fault.kind == Fault::Kind::garbage ? garbage : std::string(wrong);
      if (fault.body) reply.body->text = *fault.body;
      return reply;
    }
    case Fault::Kind::delay:
    case Fault::Kind::truncate:
      return answer(request);
  }
  return std::nullopt;
}

}  // namespace icure::sandbox
