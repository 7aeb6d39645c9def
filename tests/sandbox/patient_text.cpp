// A patient's JSON at the start.
#include "tests/sandbox/document_parts.h"
#include "tests/sandbox/names.h"
#include "tests/sandbox/population.h"

namespace icure::sandbox {
namespace {

void write_names(JsonOut& out, const Person& person, Dice& dice) {
  const bool escaped = dice.percent(20);
  const Escape escape = escaped ? Escape::all_but_ascii : Escape::needed;
  out.text("firstName", person.given, escape).text("lastName", person.family, escape);
  out.open("names", '[').open('{').text("lastName", person.family, escape).open("firstNames", '[');
  out.item(person.given).close(']').empty_lists({"prefix", "suffix"}).text("use", "official");
  out.close('}').close(']').open("languages", '[').item(person.language).close(']');
}

void write_birth(JsonOut& out, Dice& dice) {
  const auto year = static_cast<std::int64_t>(1925 + dice.below(98));
  const auto month = static_cast<std::int64_t>(dice.below(13));  // 0: not known
  const auto day = month == 0 ? 0 : static_cast<std::int64_t>(dice.below(29));
  out.number("dateOfBirth", year * 10'000 + month * 100 + day);
  if (dice.percent(70))
    out.text("ssin", std::to_string(10'000'000'000 + dice.below(89'999'999'999)));
  if (dice.percent(50)) out.text("externalId", "EXT-" + std::to_string(dice.below(1'000'000)));
  out.text("gender", dice.percent(50) ? "female" : "male").text("birthSex", "unknown");
  out.flag("active", !dice.percent(4)).text("deactivationReason", "none");
  out.text("personalStatus", "unknown").raw("maidenName", "null");
}

// An application that encrypts the addresses leaves the plain list empty.
void write_contact(JsonOut& out, const Person& person, Dice& dice) {
  if (dice.percent(35)) {
    out.raw("addresses", "[]")
        .text("encryptedSelf", noise_base64(dice, 4 * (60 + dice.below(120))));
    return;
  }
  const std::string email = std::string(person.given_ascii) + "@mail.test";
  const std::string phone = "+324" + std::to_string(10'000'000 + dice.below(89'999'999));
  write_addresses(out, dice, dice.percent(70) ? email : "", phone);
}

void write_delegations(JsonOut& out, std::string_view key, const std::vector<Share>& shares,
                       const std::string& owner, Dice& dice) {
  out.open(key, '{');
  for (const Share& share : shares) {
    if (share.secure) continue;
    out.open(share.reader, '[').open('{').text("owner", owner).text("delegatedTo", share.reader);
    out.text("key", noise_hex(dice, 128)).raw("tags", "[]").close('}').close(']');
  }
  out.close('}');
}

void write_secure_delegations(JsonOut& out, const std::vector<Share>& shares, Dice& dice) {
  out.open("securityMetadata", '{').open("secureDelegations", '{');
  for (const Share& share : shares) {
    if (!share.secure) continue;
    out.open(noise_hex(dice, 64), '{').text("delegator", share.reader);
    out.text("delegate", share.reader).open("secretIds", '[').item(noise_base64(dice, 64));
    out.close(']').open("encryptionKeys", '[').item(noise_base64(dice, 64)).close(']');
    out.empty_lists({"owningEntityIds", "parentDelegations"});
    out.text("exchangeDataId", noise_uuid(dice)).text("permissions", "WRITE").close('}');
  }
  out.close('}').close('}');
}

}  // namespace

std::string Population::patient_text(std::uint32_t index) const {
  const Facts facts = patient_facts(index);
  const std::vector<Share> all_shares = shares(index);
  Dice dice(mix(key(Kind::patient, index), 0x64));
  const Person person = pick_person(dice);
  std::string text;
  text.reserve(4000);
  JsonOut out(text);
  out.open('{').text("id", id(Kind::patient, index));
  write_identifier(out, "identifier", dice);
  out.text("rev", rev(Kind::patient, index)).number("created", *facts.created);
  if (facts.modified) out.number("modified", *facts.modified);
  out.text("author", id(Kind::user, 0)).text("responsible", id(Kind::hcp, 0));
  out.empty_lists({"tags", "codes"});
  write_names(out, person, dice);
  write_birth(out, dice);
  write_contact(out, person, dice);
  out.open("notes", '[');
  if (dice.percent(40)) {
    out.open('{').text("id", noise_uuid(dice)).number("created", *facts.created);
    out.open("markdown", '{').text("en", pick_note(dice)).close('}').close('}');
  }
  out.close(']').text("administrativeNote", pick_note(dice), Escape::all_but_ascii);
  out.empty_lists({"mergedIds", "insurabilities", "partnerships", "patientHealthCareParties",
                   "financialInstitutionInformation", "medicalHouseContracts",
                   "patientProfessions"});
  out.raw("parameters", "{}").open("properties", '[');
  if (dice.percent(30)) write_property(out, dice);
  out.close(']');
  write_crypto_actor(out, key(Kind::patient, index), key_partner(Kind::patient, index));
  out.raw("secretForeignKeys", "[]").raw("cryptedForeignKeys", "{}");
  write_delegations(out, "delegations", all_shares, id(Kind::hcp, 0), dice);
  write_delegations(out, "encryptionKeys", all_shares, id(Kind::hcp, 0), dice);
  write_secure_delegations(out, all_shares, dice);
  out.empty_lists({"nonDuplicateIds", "encryptedAdministrativesDocuments", "schoolingInfos",
                   "employementInfos"});
  out.raw("parentId", "null");
  write_extension(out, dice);
  out.close('}');
  return text;
}

}  // namespace icure::sandbox
