#include "tests/sandbox/subscriber.h"

#include <fcntl.h>
#include <microhttpd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "tests/sandbox/filters.h"
#include "tests/sandbox/websocket.h"

namespace icure::sandbox {
namespace {

constexpr std::size_t kMostUnread = 64U << 20;  // of output; a client that is further behind goes

std::optional<Kind> kind_of_class(std::string name) {
  constexpr std::string_view kPackage = "org.taktik.icure.entities.";
  if (!name.starts_with(kPackage)) return std::nullopt;
  name.erase(0, kPackage.size());
  if (name == "User") return Kind::user;
  if (name == "HealthcareParty") return Kind::hcp;
  if (name == "Patient") return Kind::patient;
  return name == "Device" ? std::optional(Kind::device) : std::nullopt;
}

}  // namespace

Subscriber::Subscriber(TakenSocket socket, Caller caller)
    : socket_(std::move(socket)), caller_(std::move(caller)), in_(std::move(socket_.ahead)) {
  fcntl(socket_.socket, F_SETFL, fcntl(socket_.socket, F_GETFL) | O_NONBLOCK);
  take_frames();
}

Subscriber::~Subscriber() {
  // First the wire: under TLS libmicrohttpd may take its time, or forget, to close it.
  shutdown(socket_.wire, SHUT_RDWR);
  MHD_upgrade_action(socket_.handle, MHD_UPGRADE_ACTION_CLOSE);
}

bool Subscriber::read() {
  std::array<char, 16384> block;
  for (;;) {
    const ssize_t size = recv(socket_.socket, block.data(), block.size(), 0);
    if (size == 0) return false;
    if (size < 0) {
      if (errno != EAGAIN && errno != EINTR) return false;
      break;
    }
    in_.append(block.data(), static_cast<std::size_t>(size));
  }
  take_frames();
  return true;
}

bool Subscriber::write() {
  while (!out_.empty()) {
    const ssize_t size = send(socket_.socket, out_.data(), out_.size(), MSG_NOSIGNAL);
    if (size < 0) return errno == EAGAIN || errno == EINTR;
    out_.erase(0, static_cast<std::size_t>(size));
  }
  return !closing_;
}

void Subscriber::ping() {
  ++pings_;
  out_ += make_frame(Opcode::text, "ping");
}

void Subscriber::offer(const Row& row, Change change, Deletes deletes) {
  if (closing_ || kind_ != row.kind()) return;
  if (change == Change::deleted && deletes == Deletes::untold) return;
  if (!event_types_.contains(change == Change::created ? "CREATE" : "UPDATE")) return;
  if (!Documents::visible(row, caller_.circle)) return;
  if (!filter_.is_null() && !passes_filter(row, caller_, filter_).value_or(false)) return;
  if (out_.size() > kMostUnread) return refuse(1008, "too far behind");
  ++pushed_;
  out_ += make_frame(Opcode::text, row.text());
}

void Subscriber::take_frames() {
  Frame frame;
  while (!closing_) {
    const Taken taken = take_frame(in_, frame);
    if (taken == Taken::incomplete) return;
    if (taken == Taken::malformed) return refuse(1002, "malformed frame");
    switch (frame.opcode) {
      case Opcode::continuation:
      case Opcode::text:
        message_ += frame.payload;
        if (frame.last) take_text(std::exchange(message_, ""));
        break;
      case Opcode::close:
        out_ += make_frame(Opcode::close, frame.payload.substr(0, 2));
        closing_ = true;
        break;
      case Opcode::ping:
        out_ += make_frame(Opcode::pong, frame.payload);
        break;
      case Opcode::pong:
        break;
      default:
        return refuse(1003, "text only");
    }
  }
}

void Subscriber::take_text(const std::string& text) {
  if (text == "pong") {
    ++pongs_;
    return;
  }
  const auto wish = parse_json(text);
  if (subscribed() || !wish || !wish->is_object() || !subscribe(*wish))
    refuse(1008, "expected one subscription, and then only pong");
}

bool Subscriber::subscribe(const nlohmann::json& wish) {
  const auto kind = kind_of_class(wish.value("entityClass", ""));
  const auto types = wish.find("eventTypes");
  if (!kind || types == wish.end() || !types->is_array()) return false;
  for (const nlohmann::json& type : *types) {
    if (type != "CREATE" && type != "UPDATE" && type != "DELETE") return false;
    event_types_.insert(type.get<std::string>());
  }
  if (const auto chain = wish.find("filter"); chain != wish.end() && !chain->is_null()) {
    if (!chain->is_object() || !chain->contains("filter")) return false;
    filter_ = chain->at("filter");
    // Tried on nothing, only to see whether it is a filter of this kind.
    const Entry nothing;
    const std::string no_id;
    if (!passes_filter(Row(*kind, no_id, nothing), caller_, filter_)) return false;
  }
  kind_ = kind;
  return true;
}

void Subscriber::refuse(int code, std::string_view reason) {
  out_ += close_frame(code, reason);
  closing_ = true;
}

nlohmann::json Subscriber::describe() const {
  return {{"kind", kind_ ? nlohmann::json(name_of(*kind_)) : nlohmann::json()},
          {"eventTypes", event_types_},
          {"filter", filter_},
          {"user", caller_.user_id},
          {"pings", pings_},
          {"pongs", pongs_},
          {"pushed", pushed_}};
}

}  // namespace icure::sandbox
