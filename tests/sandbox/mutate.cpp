#include "tests/sandbox/mutate.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "tests/sandbox/changes.h"
#include "tests/sandbox/dice.h"
#include "tests/sandbox/names.h"

namespace icure::sandbox {
namespace {

using Json = nlohmann::json;

Json random_patch(Kind kind, Dice& dice) {
  const Person person = pick_person(dice);
  const std::string tag = std::to_string(dice.below(1'000'000));
  const std::string mail = person.given_ascii + tag + "@mail.test";
  if (kind == Kind::user) switch (dice.below(5)) {
      case 0:
        return {{"name", std::string(person.given) + " " + person.family}};
      case 1:
        return {{"login", mail}, {"email", mail}};
      case 2:
        return {{"status", dice.percent(50) ? "DISABLED" : "ACTIVE"}};
      case 3:
        return {{"mobilePhone", "+32470" + std::to_string(100'000 + dice.below(900'000))}};
      default:
        return {{"login", nullptr}, {"email", mail}};  // moves to the users without login
    }
  if (kind == Kind::hcp) {
    if (dice.percent(30)) return {{"lastName", nullptr}, {"name", pick_organisation(dice)}};
    return {{"lastName", person.family}, {"notes", pick_note(dice)}};
  }
  if (kind == Kind::patient)
    return {{"firstName", person.given},
            {"lastName", person.family},
            {"administrativeNote", pick_note(dice)}};
  return {{"name", "Device " + tag}, {"serialNumber", tag}};
}

nlohmann::ordered_json random_doc(World& world, Kind kind, Dice& dice) {
  nlohmann::ordered_json doc = random_patch(kind, dice);
  doc["id"] = Ids::uuid(dice.next(), dice.next());
  if (kind == Kind::user) {
    const std::string mail = "new" + std::to_string(dice.below(1'000'000'000)) + "@mail.test";
    doc.update(nlohmann::ordered_json{{"login", mail}, {"email", mail}, {"status", "ACTIVE"}});
  }
  if (kind == Kind::hcp && !doc["lastName"].is_string()) doc.erase("lastName");
  if (kind == Kind::patient && dice.percent(80))
    doc["delegations"] = {{world.own_hcp(), nlohmann::ordered_json::array()}};
  return doc;
}

// A document that the storm may touch: made at the start or changed since, live or soft-deleted.
std::string random_id(World& world, Kind kind, Dice& dice) {
  const auto& changed = world.documents.table(kind).changed();
  if (!changed.empty() && dice.percent(30))
    return std::next(changed.begin(), static_cast<std::ptrdiff_t>(dice.below(changed.size())))
        ->first;
  const std::uint32_t spared = kind == Kind::user || kind == Kind::hcp ? 2 : 0;
  const std::uint32_t size = world.population.size(kind);
  if (size <= spared) return "";
  return world.population.id(kind, spared + static_cast<std::uint32_t>(dice.below(size - spared)));
}

struct Done {
  const char* op;
  Revision rev;
};

Done one(World& world, Kind kind, std::string& id, Dice& dice) {
  Documents& documents = world.documents;
  switch (dice.below(kind == Kind::patient ? 12 : 10)) {
    case 0:
    case 1: {
      auto doc = random_doc(world, kind, dice);
      id = doc["id"].get<std::string>();
      return {"create", create(documents, kind, doc)};
    }
    case 2:
      return {"delete", soft_delete(documents, kind, id)};
    case 3:
      return {"undelete", undelete(documents, kind, id)};
    case 4:
      if (dice.percent(50))
        return {"purge", purge(documents, kind, id) ? Revision("") : std::nullopt};
      return {"delete", soft_delete(documents, kind, id)};
    case 10:
      return {"hide", hide(documents, id, world.own_circle())};
    case 11:
      return {"share", share(documents, id, world.own_hcp())};
    default:
      return {"change", change(documents, kind, id, random_patch(kind, dice))};
  }
}

}  // namespace

Json mutate(World& world, std::uint64_t seed, std::size_t count) {
  Dice dice(mix(seed, 0x6D75));
  Json done = Json::array();
  // Some draws hit a document in the wrong state and change nothing; draw again, but not for ever.
  for (std::size_t tries = 0; done.size() < count && tries < 20 * count + 100; ++tries) {
    const Kind kind = dice.pick(kKinds);
    std::string id = random_id(world, kind, dice);
    const Done result = one(world, kind, id, dice);
    if (!result.rev) continue;
    done.push_back({{"op", result.op}, {"kind", name_of(kind)}, {"id", id}});
    if (!result.rev->empty()) done.back()["rev"] = *result.rev;
  }
  return done;
}

}  // namespace icure::sandbox
