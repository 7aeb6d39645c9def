#include "daemon/api/schemas.h"

#include <nlohmann/json.hpp>

namespace icure::api {

std::string object_schema(const std::string& properties) {
  auto shape = nlohmann::json::parse("{" + properties + "}");
  shape["meta"] = {{"$ref", "#/components/schemas/Meta"}};
  auto required = nlohmann::json::array();
  for (const auto& [name, schema] : shape.items()) required.push_back(name);
  return nlohmann::json{{"type", "object"}, {"properties", shape}, {"required", required}}.dump();
}

std::string rows_schema(const std::string& shape) {
  return R"({"type":"object","properties":{"rows":{"type":"array","items":{"$ref":)"
         R"("#/components/schemas/)" +
         shape +
         R"("}},"next":{"type":"string","description":"cursor of the next page"},)"
         R"("meta":{"$ref":"#/components/schemas/Meta"}},"required":["rows","meta"]})";
}

std::vector<std::pair<std::string, std::string>> component_schemas() {
  return {
      {"Meta", R"({"type":"object","properties":{
        "as_of":{"type":["string","null"],"format":"date-time"},
        "age_s":{"type":["integer","null"]},
        "online":{"type":"boolean"},
        "complete":{"type":"boolean"},
        "source":{"enum":["mirror","outbox","platform"]}},
        "required":["as_of","age_s","online","complete","source"]})"},
      {"User",
       R"({"type":"object","description":"the platform's JSON as it came, without passwordHash and token values, with queued changes done",
        "properties":{"id":{"type":"string"},"rev":{"type":"string"},
        "pending":{"type":"array","items":{"type":"string"},
        "description":"outbox items whose changes it shows already"}},"required":["id"]})"},
      {"DataOwner",
       R"({"type":"object","description":"the platform's JSON as it came, with queued changes done",
        "properties":{"id":{"type":"string"},"rev":{"type":"string"},
        "pending":{"type":"array","items":{"type":"string"},
        "description":"outbox items whose changes it shows already"}},"required":["id"]})"},
      {"TypedDataOwner", R"({"type":"object","properties":{
        "type":{"enum":["hcp","patient","device"]},
        "dataOwner":{"$ref":"#/components/schemas/DataOwner"}},"required":["type","dataOwner"]})"},
      {"KindCounts", R"({"type":"object","properties":{
        "seen":{"type":"integer"},"added":{"type":"integer"},"changed":{"type":"integer"},
        "deleted":{"type":"integer"},"held":{"type":"integer"}},
        "required":["seen","added","changed","deleted","held"]})"},
      {"PlannedCounts", R"({"type":"object","properties":{
        "seen":{"type":"integer"},"added":{"type":"integer"},"changed":{"type":"integer"},
        "deleted":{"type":"integer"},"disabled":{"type":"integer"},"held":{"type":"integer"}},
        "required":["seen","added","changed","deleted","disabled","held"]})"},
      {"Batch", R"({"type":"object","description":"changes that are too many to believe",
        "properties":{"id":{"type":"string"},"kind":{"enum":["user","hcp","patient","device"]},
        "deletes":{"type":"integer"},"disables":{"type":"integer"},"hides":{"type":"integer"},
        "since":{"type":"string","format":"date-time"},
        "state":{"enum":["open","applied","discarded","withdrawn"]}},
        "required":["id","kind","deletes","disables","hides","since","state"]})"},
      {"Tombstone", R"({"type":"object","properties":{
        "kind":{"enum":["user","hcp","patient","device"]},"id":{"type":"string"},
        "rev":{"type":"string"},"how":{"enum":["deleted","purged","hidden"]},
        "at":{"type":"string","format":"date-time"}},"required":["kind","id","how","at"]})"},
      {"Run", R"({"type":"object","properties":{
        "id":{"type":"string"},
        "trigger":{"enum":["start","schedule","request","reconnect","hint"]},
        "full":{"type":"boolean"},
        "started":{"type":"string","format":"date-time"},
        "finished":{"type":"string","format":"date-time"},
        "state":{"enum":["running","done","failed","cut_off"]},
        "cause":{"type":"string"},
        "requests":{"type":"integer"},"bytes":{"type":"integer"},
        "kinds":{"type":"object","additionalProperties":{"$ref":"#/components/schemas/KindCounts"}}},
        "required":["id","trigger","full","started","state","requests","bytes","kinds"]})"},
      {"Step", R"({"type":"object","properties":{"step":{"type":"string"},
        "at":{"type":"string","format":"date-time"},"note":{"type":"string"}},
        "required":["step","at"]})"},
      {"FileCheck", R"({"type":"object","properties":{"name":{"type":"string"},
        "bytes":{"type":"integer"},"ok":{"type":"boolean"},
        "faults":{"type":"array","items":{"type":"string"}}},
        "required":["name","bytes","ok","faults"]})"},
      {"Item", R"({"type":"object","description":"an accepted write","properties":{
        "id":{"type":"string"},
        "op":{"type":"string","description":"the method that asked for it"},
        "kind":{"enum":["user","hcp","patient","device"]},
        "entity":{"type":"string"},
        "state":{"enum":["queued","sending","retrying","blocked","held","done","failed","cancelled",
          "expired"]},
        "attempts":{"type":"integer"},
        "created":{"type":"string","format":"date-time"},
        "next_try":{"type":"string","format":"date-time"},
        "last_error":{"type":"string"},
        "hint":{"type":"string","description":"the one action that helps"},
        "steps":{"type":"array","items":{"$ref":"#/components/schemas/Step"}},
        "conflict":{"type":"object","description":"by outbox.get: what cannot be merged with somebody else's change","properties":{
          "rev":{"type":"string","description":"of the platform's version"},
          "members":{"type":"array","items":{"type":"object","properties":{
            "member":{"type":"string","description":"a JSON pointer"},
            "base":{},"ours":{},"theirs":{}},"required":["member"]}}}}},
        "required":["id","op","kind","entity","state","attempts","created","steps"]})"},
      {"Invitation", R"({"type":"object","properties":{
        "id":{"type":"string"},
        "state":{"enum":["queued","user_ready","token_ready","sent","accepted","blocked","failed",
          "cancelled","expired","held"]},
        "owner":{"type":"string"},
        "ownerType":{"enum":["hcp","patient"]},
        "inviter":{"type":"string"},
        "user":{"type":"string","description":"the id chosen for the new user"},
        "channel":{"enum":["email","sms"]},
        "contact":{"type":"string"},
        "created":{"type":"string","format":"date-time"},
        "not_before":{"type":"string","format":"date-time"},
        "expires":{"type":"string","format":"date-time"},
        "sent_at":{"type":"string","format":"date-time"},
        "maybe_sent":{"type":"boolean",
          "description":"a message may have gone out of which the gateway never told"},
        "attempts":{"type":"integer"},
        "next_try":{"type":"string","format":"date-time"},
        "last_error":{"type":"string"},
        "hint":{"type":"string","description":"the one action that helps"},
        "steps":{"type":"array","items":{"$ref":"#/components/schemas/Step"}}},
        "required":["id","state","owner","ownerType","inviter","user","channel","created",
          "maybe_sent","attempts","steps"]})"},
      {"Warning",
       R"({"type":"object","properties":{"code":{"type":"string"},"text":{"type":"string"},
        "hint":{"type":"string"}},"required":["code","text","hint"]})"},
      {"Status", R"({"type":"object","properties":{
        "state":{"enum":["starting","online","offline","degraded"]},
        "cause":{"type":"string"},
        "since":{"type":"string","format":"date-time"},
        "version":{"type":"string"},
        "mirror":{"type":"object","additionalProperties":{"type":"object","properties":{
          "count":{"type":"integer"},"as_of":{"type":"string","format":"date-time"},
          "complete":{"type":"boolean"},"progress":{"type":"integer"}},"required":["count","complete"]}},
        "live":{"type":"object","description":"notifications of changes",
          "additionalProperties":{"enum":["off","waiting","connecting","open"]}},
        "decryption":{"type":"object","description":"patients that imported keys make readable",
          "properties":{"keys":{"type":"integer"},"readable":{"type":"integer"},
          "unreadable":{"type":"integer"},
          "left":{"type":"integer","description":"about how many are yet to be read; 0: none"}},
          "required":["keys","readable","unreadable","left"]},
        "outbox":{"type":"object","description":"how many changes are in each state",
          "properties":{"oldest":{"type":"string","format":"date-time"}},
          "additionalProperties":{"type":"integer"}},
        "braked":{"type":"array","items":{"$ref":"#/components/schemas/Batch"}},
        "next_sync":{"type":"string","format":"date-time"},
        "warnings":{"type":"array","items":{"$ref":"#/components/schemas/Warning"}}},
        "required":["state","since","version","mirror","live","outbox","braked","warnings"]})"},
  };
}

}  // namespace icure::api
