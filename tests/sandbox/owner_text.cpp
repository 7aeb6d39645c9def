// A healthcare party's and a device's JSON at the start, and the stubs of all data owners.
#include <array>

#include "tests/sandbox/cardinal_form.h"
#include "tests/sandbox/document_parts.h"
#include "tests/sandbox/names.h"
#include "tests/sandbox/population.h"

namespace icure::sandbox {
namespace {

void write_times(JsonOut& out, const Facts& facts) {
  if (facts.created) out.number("created", *facts.created);
  if (facts.modified) out.number("modified", *facts.modified);
}

void write_person(JsonOut& out, const Facts& facts, const char* given, const char* organisation,
                  Dice& dice) {
  if (!facts.last_name) {
    out.text("name", organisation).raw("lastName", "null").raw("names", "[]");
    return;
  }
  out.text("lastName", *facts.last_name).text("firstName", given).open("names", '[').open('{');
  out.text("lastName", *facts.last_name).open("firstNames", '[').item(given).close(']');
  out.empty_lists({"prefix", "suffix"}).text("use", "official").close('}').close(']');
  out.text("gender", dice.percent(50) ? "female" : "male").text("civility", "Dr");
}

}  // namespace

std::string Population::hcp_text(std::uint32_t index) const {
  const Facts facts = hcp_facts(index);
  const std::uint64_t hcp_key = key(Kind::hcp, index);
  Dice names(hcp_key);  // the same draw as in hcp_facts
  const Person person = pick_person(names);
  Dice dice(mix(hcp_key, 0x64));
  std::string text;
  text.reserve(4600);
  JsonOut out(text);
  out.open('{').text("id", id(Kind::hcp, index)).text("rev", rev(Kind::hcp, index));
  write_times(out, facts);
  write_identifier(out, "identifier", dice);
  out.empty_lists({"tags", "codes"});
  write_person(out, facts, index == 2 ? "Anna" : person.given, pick_organisation(dice), dice);
  out.text("speciality", pick_speciality(dice)).raw("companyName", "null");
  if (!facts.parent_id.empty()) out.text("parentId", facts.parent_id);
  const std::string email = index == 0   ? own_login_
                            : index == 2 ? std::string("anna.vermeulen@clinic.test")
                                         : std::string(person.family_ascii) + "@clinic.test";
  if (dice.percent(60)) out.text("nihii", std::to_string(10'000'000 + dice.below(80'000'000)));
  if (facts.last_name)
    out.text("ssin", std::to_string(50'000'000'000 + dice.below(40'000'000'000)));
  const std::string phone = "+324" + std::to_string(10'000'000 + dice.below(89'999'999));
  write_addresses(out, dice, email, phone);
  out.open("languages", '[').item(person.language).item("en").close(']');
  out.empty_lists({"statuses", "statusHistory"}).open("specialityCodes", '[');
  write_code(out, "CD-HCPARTY", facts.last_name ? "persphysician" : "orghospital");
  out.close(']').raw("sendFormats", "{}").text("notes", pick_note(dice));
  out.raw("financialInstitutionInformation", "[]").open("descr", '{');
  out.text(person.language, pick_note(dice), Escape::all_but_ascii).close('}');
  out.text("type", facts.last_name ? "persphysician" : "medicalHouse");
  out.raw("flatRateTarifications", "[]").empty_maps({"importedData", "options"});
  out.open("properties", '[');
  if (dice.percent(50)) write_property(out, dice);
  out.close(']');
  if (dice.percent(20)) out.flag("public", true);
  write_crypto_actor(out, hcp_key, key_partner(Kind::hcp, index));
  write_extension(out, dice);
  out.close('}');
  return text;
}

std::string Population::device_text(std::uint32_t index) const {
  const Facts facts = device_facts(index);
  const std::uint64_t device_key = key(Kind::device, index);
  Dice dice(mix(device_key, 0x64));
  constexpr std::array kNames = {"BP cuff", "Pulsoxymètre", "Glukosemessgerät", "体温計",
                                 "ECG \"mini\""};
  std::string text;
  text.reserve(2400);
  JsonOut out(text);
  out.open('{').text("id", id(Kind::device, index)).text("rev", rev(Kind::device, index));
  write_identifier(out, "identifiers", dice);
  write_times(out, facts);
  out.text("author", id(Kind::user, 0)).text("responsible", id(Kind::hcp, 0));
  out.raw("tags", "[]").open("codes", '[');
  write_code(out, "CD-DEVICE", "monitor");
  out.close(']').raw("medicalLocationId", "null").text("externalId", noise_hex(dice, 12));
  out.text("name", dice.pick(kNames)).text("type", "sensor").text("brand", "Métrique & Co");
  out.text("model", "M\\" + std::to_string(dice.below(90)))
      .text("serialNumber", noise_hex(dice, 16));
  if (!facts.parent_id.empty()) out.text("parentId", facts.parent_id);
  out.open("properties", '[');
  if (dice.percent(50)) write_property(out, dice);
  out.close(']');
  write_crypto_actor(out, device_key, key_partner(Kind::device, index));
  write_extension(out, dice);
  out.close('}');
  return text;
}

std::string Population::key_partner(Kind kind, std::uint32_t index) const {
  if (kind == Kind::hcp) return id(Kind::hcp, index == 1 ? 0 : 1);
  const auto share = kind == Kind::device ? 40U : 15U;
  return mix(key(kind, index), 0x6C) % 100 < share ? id(Kind::hcp, 0) : "";
}

std::string Population::stub(Kind kind, std::uint32_t index) const {
  std::string text;
  text.reserve(2400);
  JsonOut out(text);
  out.open('{').text("id", id(kind, index)).text("rev", rev(kind, index));
  const std::string parent = facts(kind, index).parent_id;
  if (!parent.empty()) out.text("parentId", parent);
  write_crypto_actor(out, key(kind, index), key_partner(kind, index));
  out.close('}');
  return text;
}

std::string Population::text(Kind kind, std::uint32_t index) const {
  std::string full = full_text(kind, index);
  if (model_ == Model::full) return full;
  return in_cardinal_form(full);
}

std::string Population::full_text(Kind kind, std::uint32_t index) const {
  switch (kind) {
    case Kind::user:
      return user_text(index);
    case Kind::hcp:
      return hcp_text(index);
    case Kind::patient:
      return patient_text(index);
    case Kind::device:
      return device_text(index);
  }
  return {};
}

}  // namespace icure::sandbox
