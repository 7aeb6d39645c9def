#include "ipc/methods.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "ipc/raw_members.h"

namespace icure::ipc {
namespace {

Error forbidden(std::string_view name, Role needed, const Call& call) {
  const auto& peer = call.peer();
  const auto has = call.grant().role;
  return Error{Code::forbidden,
               has == Role::none
                   ? "no access rule names you"
                   : std::string(name) + " needs the role " + std::string(name_of(needed)) +
                         ", you have " + std::string(name_of(has)),
               "an administrator can add an [[access]] rule for uid " + std::to_string(peer.uid) +
                   " or one of its groups to the configuration"};
}

/// The record that a refused call was about: its params are not looked at otherwise.
void note_refused(Trace& trace) {
  std::array members = {RawMember{"id"}, RawMember{"owner"}, RawMember{"batch"}};
  if (!trace.params.starts_with('{') || !read_members(Padded(trace.params), members)) return;
  for (const auto& member : members) {
    if (is_string(member.raw)) return trace.concern(unquoted(member.raw));
  }
}

}  // namespace

Result<Methods::Answer, RpcError> Methods::begin(std::string_view name, const Call& call,
                                                 Padded params) const {
  const auto at = by_name_.find(name);
  const auto role = call.grant().role;
  if (at == by_name_.end()) {
    // Without any right even the names are not to be found out by trying.
    if (role == Role::none) return RpcError(kApplicationError, forbidden(name, Role::reader, call));
    return RpcError(kMethodNotFound, Error{Code::invalid, "there is no such method",
                                           "rpc.discover lists all methods"});
  }
  const auto& method = *at->second;
  if (auto* trace = call.trace()) trace->method = &method.info;
  if (role < method.info.role) {
    if (auto* trace = call.trace()) note_refused(*trace);
    return RpcError(kApplicationError, forbidden(name, method.info.role, call));
  }
  return method.begin(call, params);
}

void Methods::insert(Method method) {
  auto kept = std::make_unique<Method>(std::move(method));
  if (!by_name_.try_emplace(kept->info.name, kept.get()).second) std::abort();
  const bool secret = std::any_of(kept->params.begin(), kept->params.end(),
                                  [](const auto& rule) { return rule.type == ParamType::secret; });
  if (secret) secret_.push_back(kept->info.name);
  methods_.push_back(std::move(kept));
}

bool Methods::takes_secret(std::string_view name) const {
  return std::find(secret_.begin(), secret_.end(), name) != secret_.end();
}

void Methods::add_schema(std::string name, std::string schema) {
  if (!schemas_.try_emplace(std::move(name), std::move(schema)).second) std::abort();
}

void Methods::add_example(std::string_view method, Example example) {
  const auto at = std::find_if(methods_.begin(), methods_.end(),
                               [method](const auto& each) { return each->info.name == method; });
  if (at == methods_.end() || (*at)->example) std::abort();
  (*at)->example = std::move(example);
}

}  // namespace icure::ipc
