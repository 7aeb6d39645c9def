#include "tests/sandbox/exchange.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <limits>

#include "tests/sandbox/gzip.h"

namespace icure::sandbox {
namespace {

constexpr std::size_t kLargestBody = 128U << 20;
constexpr std::size_t kWorthCompressing = 1024;
constexpr std::size_t kBlock = 64U << 10;
constexpr std::uint64_t kUncut = std::numeric_limits<std::uint64_t>::max();

MHD_Result add_header(void* request, MHD_ValueKind, const char* name, const char* value) {
  std::string key = name;
  for (char& c : key) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  static_cast<Request*>(request)->headers[key] = value == nullptr ? "" : value;
  return MHD_YES;
}

}  // namespace

Exchange::Exchange(Service& service, const char* target) : service_(service) {
  read_target(target, request_);
}

Exchange::~Exchange() {
  if (service_.journal != nullptr && number_ != 0) service_.journal->close(number_, status_, sent_);
}

MHD_Result Exchange::step(MHD_Connection* connection, const char* method, const char* data,
                          std::size_t* size) {
  if (phase_ == Phase::head) {
    request_.method = method;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, &add_header, &request_);
    if (service_.journal != nullptr)
      number_ = service_.journal->open(
          {0, service_.name, request_.method, request_.path, request_.query});
    phase_ = Phase::body;
    return MHD_YES;
  }
  if (*size > 0) {
    if (request_.body.size() + *size > kLargestBody) return MHD_NO;
    request_.body.append(data, *size);
    *size = 0;
    return MHD_YES;
  }
  return finish(connection);
}

MHD_Result Exchange::finish(MHD_Connection* connection) {
  // Those that hung get no answer, nor do those that were delayed when the server went away.
  if (phase_ == Phase::hung || (phase_ == Phase::delayed && !service_.parking.is_open()))
    return MHD_NO;
  if (service_.line == Line::hang) {
    phase_ = Phase::hung;
    return service_.parking.park(connection, Parking::Moment::max()) ? MHD_YES : MHD_NO;
  }
  if (phase_ == Phase::body) {
    if (service_.faults != nullptr)
      fault_ = service_.faults->strike(request_.method + " " + request_.path);
    if (fault_ && fault_->delay.count() > 0) {
      phase_ = Phase::delayed;
      const auto until = std::chrono::steady_clock::now() + fault_->delay;
      return service_.parking.park(connection, until) ? MHD_YES : MHD_NO;
    }
  }
  phase_ = Phase::answered;
  if (!fault_) return send(connection, service_.answer(request_));
  auto reply = spoil(*fault_, request_, service_.answer);
  return reply ? send(connection, std::move(*reply)) : MHD_NO;
}

MHD_Result Exchange::send(MHD_Connection* connection, Reply reply) {
  reply_ = std::move(reply);
  status_ = reply_.status;
  Body& body = *reply_.body;
  const bool compress = service_.compress && body.text.size() >= kWorthCompressing &&
                        request_.header("accept-encoding").find("gzip") != std::string::npos;
  if (compress && body.gzipped.empty()) body.gzipped = gzip(body.text);
  out_ = compress ? &body.gzipped : &body.text;
  const bool truncated = fault_ && fault_->kind == Fault::Kind::truncate;
  cut_ = truncated ? fault_->bytes : kUncut;
  MHD_Response* response = make_response();
  if (!out_->empty()) MHD_add_response_header(response, "Content-Type", reply_.type.c_str());
  if (compress) MHD_add_response_header(response, "Content-Encoding", "gzip");
  for (const auto& [name, value] : reply_.headers)
    MHD_add_response_header(response, name.c_str(), value.c_str());
  const MHD_Result queued =
      MHD_queue_response(connection, static_cast<unsigned>(reply_.status), response);
  MHD_destroy_response(response);
  return queued;
}

MHD_Response* Exchange::make_response() {
  if (reply_.take_over) return MHD_create_response_for_upgrade(&Exchange::hand_over, this);
  if (out_->empty()) return MHD_create_response_from_buffer(0, nullptr, MHD_RESPMEM_PERSISTENT);
  // A length would tell the client at once that something is missing, so only whole objects carry
  // one.
  return MHD_create_response_from_callback(reply_.streamed ? MHD_SIZE_UNKNOWN : out_->size(),
                                           kBlock, &Exchange::read, this, nullptr);
}

void Exchange::hand_over(void* self, MHD_Connection* connection, void*, const char* ahead,
                         std::size_t size, MHD_socket socket, MHD_UpgradeResponseHandle* handle) {
  auto& exchange = *static_cast<Exchange*>(self);
  // The exchange ends with the socket; the journal is to know of it now.
  if (exchange.service_.journal != nullptr)
    exchange.service_.journal->close(exchange.number_, exchange.status_, 0);
  const int wire =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  exchange.reply_.take_over({handle, socket, wire, std::string(ahead, size)});
}

ssize_t Exchange::read(void* self, std::uint64_t position, char* out, std::size_t room) {
  auto& exchange = *static_cast<Exchange*>(self);
  const std::uint64_t end = std::min<std::uint64_t>(exchange.out_->size(), exchange.cut_);
  if (position >= end)
    return end < exchange.out_->size() ? MHD_CONTENT_READER_END_WITH_ERROR
                                       : MHD_CONTENT_READER_END_OF_STREAM;
  const auto length = std::min<std::uint64_t>(room, end - position);
  std::memcpy(out, exchange.out_->data() + position, length);
  exchange.sent_ = position + length;
  return static_cast<ssize_t>(length);
}

}  // namespace icure::sandbox
