#include "daemon/api/examples.h"

#include <fmt/core.h>

#include <initializer_list>
#include <string_view>

namespace icure::api {
namespace {

constexpr std::string_view kUser =
    R"({"id":"da53cfc5-6110-4484-8ff5-11b36df41289","rev":"2-cf60f31e3171dbc00b2dd0631a102ed7",)"
    R"("name":"Anna Vermeulen","status":"ACTIVE","login":"anna.vermeulen@clinic.test",)"
    R"("healthcarePartyId":"88a976e7-5d71-4c83-9a33-ae9d3c5ce64c"})";
constexpr std::string_view kHcp =
    R"({"id":"88a976e7-5d71-4c83-9a33-ae9d3c5ce64c","rev":"1-5d0c2f","firstName":"Anna",)"
    R"("lastName":"Vermeulen"})";
constexpr std::string_view kTypedHcp =
    R"({"type":"hcp","dataOwner":{"id":"88a976e7-5d71-4c83-9a33-ae9d3c5ce64c",)"
    R"("rev":"1-5d0c2f","firstName":"Anna","lastName":"Vermeulen"}})";
constexpr std::string_view kMeta =
    R"({"as_of":"2026-11-26T11:58:03.120Z","age_s":41,"online":true,"complete":true,)"
    R"("source":"mirror"})";
constexpr std::string_view kInvitation =
    R"({"id":"4daf7d6e-517c-49e8-a6c2-e3d57f9e3b19","state":"queued",)"
    R"("owner":"00002acd-584e-4576-b13e-e04a3728ca3e","ownerType":"patient",)"
    R"("inviter":"88a976e7-5d71-4c83-9a33-ae9d3c5ce64c",)"
    R"("user":"94cd2d51-42ce-43c0-ab54-3b6d5970ec7b","channel":"email",)"
    R"("contact":"new.patient@clinic.test","created":"2026-11-26T11:58:44.031Z",)"
    R"("maybe_sent":false,"attempts":0,"steps":[]})";
constexpr std::string_view kRun =
    R"({"id":"d9d89241-5164-404f-84f0-6e332b03d2de","trigger":"request","full":false,)"
    R"("started":"2026-11-26T11:58:44.031Z","finished":"2026-11-26T11:58:44.402Z",)"
    R"("state":"done","requests":9,"bytes":40962,)"
    R"("kinds":{"user":{"seen":5000,"added":0,"changed":1,"deleted":0,"held":0}}})";
constexpr std::string_view kBatch =
    R"({"id":"71c9e1ab-0c5f-4b8d-8f0f-6b6c3e0f8d11","kind":"user","deletes":300,"disables":0,)"
    R"("hides":0,"since":"2026-11-26T11:58:44.402Z","state":"applied"})";
constexpr std::string_view kLedger = R"({"name":"ledger.db","bytes":516096,"ok":true,"faults":[]})";
constexpr std::string_view kLogin =
    R"("mode":"offline","expires":"2026-11-26T23:58:44.031Z","roles_fresh":true)";

using Members = std::initializer_list<std::pair<std::string_view, std::string_view>>;

std::string object(Members members) {
  std::string json = "{";
  for (const auto& [name, value] : members) {
    if (json.size() > 1) json += ',';
    json.append("\"").append(name).append("\":").append(value);
  }
  return json + '}';
}

std::string item_of(std::string_view op, std::string_view kind = "user",
                    std::string_view entity = "da53cfc5-6110-4484-8ff5-11b36df41289") {
  return fmt::format(R"({{"id":"0b6f2a9e-57a3-4d0e-9a53-0e5c2f7d1b84","op":"{}","kind":"{}",)"
                     R"("entity":"{}","state":"queued","attempts":0,)"
                     R"("created":"2026-11-26T11:58:44.031Z","steps":[]}})",
                     op, kind, entity);
}

std::string rows(std::string_view row) {
  return "[" + std::string(row) + "]";
}

/// `kLogin` in an object, after others.
std::string logged_in(Members members) {
  auto json = object(members);
  json.back() = ',';
  return json.append(kLogin) + '}';
}

}  // namespace

std::vector<std::pair<std::string, ipc::Example>> examples() {
  const auto written = [](std::string_view op) {
    return object({{"item", item_of(op)}, {"user", kUser}});
  };
  const auto item = object({{"item", item_of("user.modify")}});
  const auto invitation = object({{"invitation", kInvitation}});
  const auto users = object({{"rows", rows(kUser)}, {"meta", kMeta}});
  const auto owners = object({{"rows", rows(kTypedHcp)}, {"meta", kMeta}});
  return {
      {"hello",
       {R"({"client":"reception","protocol":1})",
        R"({"server":"icure-syncd","version":"0.1.0","protocol":1,"role":"operator"})"}},
      {"rpc.discover", {"{}", R"({"openrpc":"1.2.6"})"}},
      {"daemon.status",
       {"{}",
        R"({"state":"online","since":"2026-11-26T07:00:00.000Z","version":"0.1.0",)"
        R"("mirror":{"user":{"count":5000,"as_of":"2026-11-26T11:58:03.120Z","complete":true}},)"
        R"("live":{"user":"open"},"outbox":{"queued":0},"braked":[],)"
        R"("next_sync":"2026-11-26T12:03:03.000Z","warnings":[]})"}},
      {"daemon.metrics",
       {"{}",
        R"({"text":"# TYPE icure_syncd_online gauge\n# HELP icure_syncd_online 1 while the platform )"
        R"(can be used.\nicure_syncd_online 1\n# EOF\n"})"}},
      {"config.show",
       {"{}",
        R"({"values":[{"key":"sync.interval","value":"5m","source":"/etc/icure-syncd/config.toml"}]})"}},
      {"store.backup",
       {R"({"path":"/var/backups/icure-syncd/monday"})",
        object({{"path", R"("/var/backups/icure-syncd/monday")"},
                {"made", R"("2026-11-26T11:58:44.031Z")"},
                {"bytes", "516608"},
                {"ledger", kLedger}})}},
      {"store.verify", {"{}", object({{"ok", "true"}, {"files", rows(kLedger)}})}},
      {"store.rekey", {R"({"key_file":"/etc/icure-syncd/new-store-key"})", "{}"}},
      {"user.get",
       {R"({"email":"anna.vermeulen@clinic.test"})", object({{"user", kUser}, {"meta", kMeta}})}},
      {"user.list", {R"({"ownerType":"hcp","limit":1})", users}},
      {"user.search", {R"({"text":"anna verm","limit":1})", users}},
      {"user.of", {R"({"owner":"88a976e7-5d71-4c83-9a33-ae9d3c5ce64c"})", users}},
      {"owner.get",
       {R"({"id":"88a976e7-5d71-4c83-9a33-ae9d3c5ce64c"})",
        object(
            {{"type", R"("hcp")"}, {"dataOwner", kHcp}, {"decrypted", "false"}, {"meta", kMeta}})}},
      {"owner.list", {R"({"type":"hcp","limit":1})", owners}},
      {"owner.search", {R"({"text":"verm","type":"hcp","limit":1})", owners}},
      {"owner.access",
       {R"({"id":"88a976e7-5d71-4c83-9a33-ae9d3c5ce64c"})",
        object({{"access", "true"},
                {"reason", R"("it has an active user")"},
                {"users", R"([{"id":"da53cfc5-6110-4484-8ff5-11b36df41289","status":"ACTIVE"}])"},
                {"meta", kMeta}})}},
      {"key.import",
       {R"({"owner":"9ee7f612-d12d-4c77-8e51-3b54b77f1dce","pkcs8":"308204bd020100300d06092a..."})",
        R"({"fingerprint":"a21e665a58eddca400280b0203010001","matches":true})"}},
      {"key.list",
       {"{}",
        R"({"rows":[{"owner":"9ee7f612-d12d-4c77-8e51-3b54b77f1dce",)"
        R"("fingerprint":"a21e665a58eddca400280b0203010001","imported":"2026-11-26T11:58:44.031Z",)"
        R"("opens":1}]})"}},
      {"key.remove", {R"({"fingerprint":"a21e665a58eddca400280b0203010001"})", "{}"}},
      {"user.create",
       {R"({"key":"reception-17","user":{"name":"Jo Peeters","email":"jo.peeters@clinic.test"}})",
        object({{"item",
                 R"({"id":"5d0e9c42-7b33-4c53-8f39-2f0a2b9d6c10","op":"user.create","kind":"user",)"
                 R"("entity":"c0ffee00-6110-4484-8ff5-11b36df41289","state":"queued","attempts":0,)"
                 R"("created":"2026-11-26T11:58:44.031Z","steps":[]})"},
                {"user", R"({"id":"c0ffee00-6110-4484-8ff5-11b36df41289","name":"Jo Peeters",)"
                         R"("email":"jo.peeters@clinic.test",)"
                         R"("pending":["5d0e9c42-7b33-4c53-8f39-2f0a2b9d6c10"]})"}})}},
      {"user.modify",
       {R"({"key":"reception-18","id":"da53cfc5-6110-4484-8ff5-11b36df41289",)"
        R"("patch":{"name":"Anna Vermeulen"}})",
        written("user.modify")}},
      {"user.disable",
       {R"({"key":"reception-19","id":"da53cfc5-6110-4484-8ff5-11b36df41289"})",
        written("user.disable")}},
      {"user.enable",
       {R"({"key":"reception-20","id":"da53cfc5-6110-4484-8ff5-11b36df41289"})",
        written("user.enable")}},
      {"user.delete",
       {R"({"key":"reception-21","id":"da53cfc5-6110-4484-8ff5-11b36df41289"})",
        object({{"item", item_of("user.delete")},
                {"user", R"({"id":"da53cfc5-6110-4484-8ff5-11b36df41289"})"}})}},
      {"user.token",
       {R"({"key":"kiosk-1","id":"da53cfc5-6110-4484-8ff5-11b36df41289","validity_s":86400})",
        R"({"token":"1b7f6b0e-2d9c-4f57-9c53-5a1f0f0c9f64"})"}},
      {"owner.create",
       {R"({"key":"reception-22","type":"device","dataOwner":{"name":"Waiting room kiosk"}})",
        object(
            {{"item",
              R"({"id":"e0a5c9a1-12f3-4f0a-bb7e-7c1d7a3b5e21","op":"owner.create",)"
              R"("kind":"device","entity":"0d15ea5e-584e-4576-b13e-e04a3728ca3e",)"
              R"("state":"queued","attempts":0,"created":"2026-11-26T11:58:44.031Z","steps":[]})"},
             {"dataOwner",
              R"({"id":"0d15ea5e-584e-4576-b13e-e04a3728ca3e","name":"Waiting room kiosk",)"
              R"("pending":["e0a5c9a1-12f3-4f0a-bb7e-7c1d7a3b5e21"]})"}})}},
      {"owner.modify",
       {R"({"key":"reception-23","id":"88a976e7-5d71-4c83-9a33-ae9d3c5ce64c",)"
        R"("patch":{"lastName":"Vermeulen"}})",
        object({{"item", item_of("owner.modify", "hcp", "88a976e7-5d71-4c83-9a33-ae9d3c5ce64c")},
                {"dataOwner", kHcp}})}},
      {"invite.create",
       {R"({"key":"reception-24","owner":"00002acd-584e-4576-b13e-e04a3728ca3e",)"
        R"("contact":"new.patient@clinic.test","link":"https://app.clinic.test/start",)"
        R"("solution":"MyClinic"})",
        invitation}},
      {"invite.check",
       {R"({"key":"reception-25","owner":"00002acd-584e-4576-b13e-e04a3728ca3e",)"
        R"("contact":"new.patient@clinic.test","link":"https://app.clinic.test/start",)"
        R"("solution":"MyClinic"})",
        R"({"channel":"email","contact":"new.patient@clinic.test"})"}},
      {"invite.get",
       {R"({"id":"4daf7d6e-517c-49e8-a6c2-e3d57f9e3b19"})",
        object({{"invitation", kInvitation}, {"meta", kMeta}})}},
      {"invite.list", {R"({"limit":1})", object({{"rows", rows(kInvitation)}, {"meta", kMeta}})}},
      {"invite.cancel",
       {R"({"key":"reception-26","id":"4daf7d6e-517c-49e8-a6c2-e3d57f9e3b19"})", invitation}},
      {"invite.resend",
       {R"({"key":"reception-27","id":"4daf7d6e-517c-49e8-a6c2-e3d57f9e3b19"})", invitation}},
      {"outbox.list", {R"({"limit":1})", object({{"rows", rows(item_of("user.modify"))}})}},
      {"outbox.get", {R"({"id":"0b6f2a9e-57a3-4d0e-9a53-0e5c2f7d1b84"})", item}},
      {"outbox.hold", {R"({"id":"0b6f2a9e-57a3-4d0e-9a53-0e5c2f7d1b84"})", item}},
      {"outbox.release", {R"({"id":"0b6f2a9e-57a3-4d0e-9a53-0e5c2f7d1b84"})", item}},
      {"outbox.retry", {R"({"id":"0b6f2a9e-57a3-4d0e-9a53-0e5c2f7d1b84"})", item}},
      {"outbox.discard",
       {R"({"id":"0b6f2a9e-57a3-4d0e-9a53-0e5c2f7d1b84","reason":"asked for by mistake"})", item}},
      {"auth.login",
       {R"({"login":"anna.vermeulen@clinic.test","password":"correct horse battery staple"})",
        logged_in({{"session", R"("Jd7mZ0Yc1pXq3vVt")"}, {"user", kUser}, {"owner", kTypedHcp}})}},
      {"auth.current",
       {R"({"session":"Jd7mZ0Yc1pXq3vVt"})", logged_in({{"user", kUser}, {"owner", kTypedHcp}})}},
      {"auth.logout", {R"({"session":"Jd7mZ0Yc1pXq3vVt"})", "{}"}},
      {"auth.sessions",
       {"{}", R"({"rows":[{"id":"288f4c33-837b-45ab-b0bb-10cd92164534",)"
              R"("user":"da53cfc5-6110-4484-8ff5-11b36df41289","uid":1000,"program":"reception",)"
              R"("mode":"offline","created":"2026-11-26T11:58:44.031Z",)"
              R"("used":"2026-11-26T11:58:44.031Z","expires":"2026-11-26T23:58:44.031Z",)"
              R"("roles_fresh":true}]})"}},
      {"auth.revoke", {R"({"user":"da53cfc5-6110-4484-8ff5-11b36df41289"})", "{}"}},
      {"sync.run", {R"({"wait":true})", object({{"run", kRun}})}},
      {"sync.pause", {R"({"for_s":3600})", "{}"}},
      {"sync.resume", {"{}", "{}"}},
      {"sync.history", {R"({"limit":1})", object({{"rows", rows(kRun)}})}},
      {"sync.plan",
       {"{}",
        R"({"kinds":{"user":{"seen":5000,"added":0,"changed":1,"deleted":0,"disabled":0,"held":0}},)"
        R"("would_brake":[]})"}},
      {"sync.approve",
       {R"({"batch":"71c9e1ab-0c5f-4b8d-8f0f-6b6c3e0f8d11","decision":"apply"})",
        object({{"batch", kBatch}})}},
      {"sync.tombstones",
       {R"({"kind":"user","limit":1})",
        R"({"rows":[{"kind":"user","id":"6f1e0a57-3b0c-4a55-9a1c-0d4b6f7e2c39",)"
        R"("how":"deleted","at":"2026-11-26T11:58:44.031Z"}]})"}},
      {"events.subscribe", {R"({"topics":["user"]})", R"({"subscription":"1","seq":4711})"}},
      {"events.unsubscribe", {R"({"subscription":"1"})", "{}"}},
      {"audit.list",
       {R"({"limit":1})",
        R"({"rows":[{"seq":1,"at":"2026-11-26T11:58:44.031Z","uid":1000,"program":"reception",)"
        R"("method":"user.get","kind":"user","id":"da53cfc5-6110-4484-8ff5-11b36df41289",)"
        R"("outcome":"ok","count":1,)"
        R"("hash":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]})"}},
      {"audit.verify", {"{}", R"({"ok":true,"entries":4711})"}},
  };
}

}  // namespace icure::api
