#include "tests/sandbox/faults.h"

#include <array>
#include <limits>
#include <nlohmann/json.hpp>

namespace icure::sandbox {
namespace {

constexpr std::array<std::pair<const char*, Fault::Kind>, 8> kKindNames = {{
    {"status", Fault::Kind::status},
    {"delay", Fault::Kind::delay},
    {"drop", Fault::Kind::drop},
    {"truncate", Fault::Kind::truncate},
    {"garbage", Fault::Kind::garbage},
    {"wrong_shape", Fault::Kind::wrong_shape},
    {"oversize", Fault::Kind::oversize},
    {"close_after_commit", Fault::Kind::close_after_commit},
}};

const char* kind_name(Fault::Kind kind) {
  for (const auto& [name, value] : kKindNames)
    if (value == kind) return name;
  return "";
}

// Throws what nlohmann throws; add() catches.
Fault read_fault(const nlohmann::json& order) {
  Fault fault;
  fault.match = order.at("match").get<std::string>();
  fault.pattern = std::regex(fault.match, std::regex::ECMAScript | std::regex::optimize);
  const auto wanted = order.at("kind").get<std::string>();
  bool known = false;
  for (const auto& [name, kind] : kKindNames) {
    if (wanted != name) continue;
    fault.kind = kind;
    known = true;
  }
  if (!known) throw std::invalid_argument("unknown kind " + wanted);
  fault.status = order.value("status", 503);
  if (order.contains("body"))
    fault.body =
        order["body"].is_string() ? order["body"].get<std::string>() : order["body"].dump();
  if (order.contains("headers"))
    for (const auto& header : order["headers"].items())
      fault.headers.emplace_back(header.key(), header.value().get<std::string>());
  fault.delay = std::chrono::milliseconds(order.value("ms", 0));
  fault.bytes = order.value("bytes", std::uint64_t{0});
  fault.skip = order.value("skip", std::uint64_t{0});
  fault.times = order.value("times", std::numeric_limits<std::uint64_t>::max());
  return fault;
}

}  // namespace

std::string Faults::add(const nlohmann::json& order) {
  try {
    Fault fault = read_fault(order);
    const std::scoped_lock lock(mutex_);
    faults_.push_back(std::move(fault));
    return "";
  } catch (const std::exception& error) {
    return error.what();
  }
}

void Faults::clear() {
  const std::scoped_lock lock(mutex_);
  faults_.clear();
}

std::optional<Fault> Faults::strike(const std::string& line) {
  const std::scoped_lock lock(mutex_);
  for (Fault& fault : faults_) {
    if (fault.times == 0 || !std::regex_search(line, fault.pattern)) continue;
    if (fault.skip > 0) {
      --fault.skip;
      continue;
    }
    --fault.times;
    ++fault.struck;
    return fault;
  }
  return std::nullopt;
}

std::string Faults::list() const {
  const std::scoped_lock lock(mutex_);
  auto out = nlohmann::json::array();
  for (const Fault& fault : faults_)
    out.push_back(
        {{"match", fault.match}, {"kind", kind_name(fault.kind)}, {"struck", fault.struck}});
  return out.dump();
}

}  // namespace icure::sandbox
