// Who the users are at the start, and what they are called.
#include "tests/sandbox/dice.h"
#include "tests/sandbox/names.h"
#include "tests/sandbox/population.h"

namespace icure::sandbox {
namespace {

std::string base36(std::uint32_t value) {
  std::string out;
  do {
    out.insert(out.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36]);
    value /= 36;
  } while (value != 0);
  return out;
}

std::string phone_of(std::uint64_t key) {
  std::string digits = std::to_string(10'000'000 + mix(key, 0x70) % 89'999'999);
  return "+324" + digits;
}

// In a small clinic too there are users without a login, disabled ones and ones that are still
// registering.
bool without_login(std::uint32_t index, std::uint64_t key) {
  return index == 3 || index == 4 || index == 11 || index == 12 || (index > 12 && key % 67 == 0);
}

std::string status_of(std::uint32_t index, std::uint64_t key) {
  const auto chance = mix(key, 0x73) % 100;
  if (index == 5 || (index > 12 && chance < 3)) return "DISABLED";
  if (index == 6 || (index > 12 && chance >= 97)) return "REGISTERING";
  return "ACTIVE";
}

std::string local_part(std::uint32_t index, const Person& person, Dice& dice) {
  const std::string given = person.given_ascii;
  const std::string family = person.family_ascii;
  const std::string tail = base36(index);
  switch (dice.below(8)) {
    case 0:
      return given + "_" + family + "-" + tail;
    case 1:
      return family + tail;
    case 2:
      return tail + "-" + given;
    case 3:
      return given + "+" + tail;
    default:
      return given + "." + family + "." + tail;
  }
}

}  // namespace

Facts Population::user_facts(std::uint32_t index) const {
  const std::uint64_t user_key = key(Kind::user, index);
  Facts facts;
  facts.created = moment(user_key);
  facts.status = status_of(index, user_key);
  facts.has_password = index < 2 || mix(user_key, 0x7A) % 10 != 0;
  if (index < 2) {
    facts.email = index == 0 ? own_login_ : "anna.vermeulen@clinic.test";
    facts.login = facts.email;
    facts.phone = phone_of(user_key);
    facts.hcp_id = id(Kind::hcp, index == 0 ? 0 : 2);
    return facts;
  }
  Dice dice(user_key);
  const Person person = pick_person(dice);
  const std::string local = local_part(index, person, dice);
  const bool has_email = dice.percent(90);
  if (has_email) facts.email = local + (dice.percent(70) ? "@clinic.test" : "@mail.test");
  // About one user in twenty shares the phone of the user before, as families do.
  if (!has_email || dice.percent(60))
    facts.phone = phone_of(dice.percent(5) ? key(Kind::user, index - 1) : user_key);
  if (!without_login(index, user_key)) {
    const auto form = dice.below(20);
    if (form == 0)
      facts.login = "Dr." + local;
    else if (form == 1)
      facts.login = std::string(person.given) + "." + base36(index);
    else
      facts.login = has_email ? facts.email : facts.phone + "x" + base36(index);
  }
  const auto owner = dice.below(10);
  const auto spare_hcps = size(Kind::hcp) - 3;
  const auto pick = [&](std::uint32_t size) {
    return static_cast<std::uint32_t>(dice.below(size));
  };
  if (owner < 3 && spare_hcps > 0)
    facts.hcp_id = id(Kind::hcp, 3 + pick(spare_hcps));
  else if (owner < 8 && size(Kind::patient) > 0)
    facts.patient_id = id(Kind::patient, pick(size(Kind::patient)));
  else if (owner == 8 && size(Kind::device) > 0)
    facts.device_id = id(Kind::device, pick(size(Kind::device)));
  return facts;
}

}  // namespace icure::sandbox
