#include "daemon/api/owner_write_api.h"

#include "daemon/api/request_digest.h"

namespace icure::api {
namespace {

using ipc::param;

/// The members at the top of the document below which something was opened.
std::vector<std::string> tops_of(const std::vector<std::string>& pointers) {
  std::vector<std::string> tops;
  for (const auto& pointer : pointers) {
    if (pointer.empty()) continue;
    std::string top = pointer.substr(1, pointer.find('/', 1) - 1);
    for (const auto& [from, to] : {std::pair("~1", "/"), std::pair("~0", "~")}) {
      for (auto at = top.find(from); at != top.npos; at = top.find(from, at + 1)) {
        top.replace(at, 2, to);
      }
    }
    tops.push_back(std::move(top));
  }
  return tops;
}

Error changed_meanwhile() {
  return Error{Code::unavailable, "the record changed at this very moment",
               "send the request again"};
}

}  // namespace

constexpr auto OwnerCreate::params() {
  return std::tuple_cat(
      key_param<OwnerCreate>(),
      std::tuple(param("type", &OwnerCreate::type, "what it is; patients are created elsewhere")
                     .allowed({"hcp", "patient", "device"}),
                 param("dataOwner", &OwnerCreate::dataOwner,
                       "the platform's JSON of it, without id and rev, in clear")));
}

constexpr auto OwnerModify::params() {
  return std::tuple_cat(
      key_param<OwnerModify>(),
      std::tuple(param("id", &OwnerModify::id, "the data owner's id"),
                 param("patch", &OwnerModify::patch,
                       "a JSON merge patch (RFC 7396) of members that are in clear")));
}

void OwnerWriteApi::register_on(ipc::Methods& methods) {
  using ipc::Role;
  const auto result = write_schema("dataOwner", "DataOwner");
  methods.add(
      {"owner.create", Role::operator_, "Create a healthcare professional or a device", result},
      *this, &OwnerWriteApi::create);
  methods.add(
      {"owner.modify", Role::operator_, "Change members of a data owner that are in clear", result},
      *this, &OwnerWriteApi::modify);
}

ipc::Methods::Answer OwnerWriteApi::create(ipc::Call call, OwnerCreate request) {
  const auto kind = *kind_named(request.type);
  if (auto seen = call.grant().check(kind); !seen) co_return seen.error();
  auto key = key_of(call, "owner.create", request);
  auto prepare = [&] {
    return sync::prepare_owner_create(kind, request.dataOwner.text, writes_.asked_by(call),
                                      writes_.random);
  };
  Writes::Prepare prepared = std::move(prepare);
  co_return co_await writes_.take_in(call, std::move(key), std::move(prepared), "dataOwner");
}

Task<OwnerWriteApi::Opened> OwnerWriteApi::opened_of(std::string id) {
  Opened opened;
  auto row = writes_.directory.point.platform().get(Kind::patient, id);
  if (!row || row->json.find(R"("encryptedSelf")") == std::string::npos) co_return opened;
  opened.patient = co_await keys_.open(row->json);
  opened.document = std::move(row->json);
  co_return opened;
}

ipc::Methods::Answer OwnerWriteApi::modify(ipc::Call call, OwnerModify request) {
  auto key = key_of(call, "owner.modify", request);
  const auto opened = co_await opened_of(request.id);
  auto prepare = [&]() -> Result<store::Item> {
    auto found = writes_.known_owner(call.grant(), request.id);
    if (!found) return std::move(found).error();
    if (!opened.document.empty()) {
      if (opened.document != found->known.platform) return changed_meanwhile();
      found->known.decrypted = tops_of(opened.patient.members);
      // Who may not see what was opened is not told by refusals either what is in it.
      const bool sees = call.grant().decrypted(found->kind);
      found->known.unread = !sees || !opened.patient.unread.empty();
    }
    return sync::prepare_owner_modify(found->kind, found->known, request.patch.text,
                                      writes_.asked_by(call));
  };
  Writes::Prepare prepared = std::move(prepare);
  co_return co_await writes_.take_in(call, std::move(key), std::move(prepared), "dataOwner");
}

}  // namespace icure::api
