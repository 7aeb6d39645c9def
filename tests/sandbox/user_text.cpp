// A user's JSON at the start.
#include "tests/sandbox/document_parts.h"
#include "tests/sandbox/names.h"
#include "tests/sandbox/population.h"

namespace icure::sandbox {
namespace {

void write_tokens(JsonOut& out, Dice& dice, std::int64_t created) {
  out.raw("applicationTokens", "{}").open("authenticationTokens", '{');
  for (std::size_t count = dice.below(3); count > 0; --count) {
    out.open(count == 2 ? "laptop " + noise_hex(dice, 6) : noise_uuid(dice), '{');
    out.number("creationTime", created + static_cast<std::int64_t>(dice.below(9'000'000'000)));
    out.number("validity", dice.percent(50) ? 2'592'000 : 315'360'000).close('}');
  }
  out.close('}');
}

void write_system_metadata(JsonOut& out, const Facts& facts, bool admin) {
  out.open("systemMetadata", '{').open("roles", '[');
  out.item(!facts.hcp_id.empty() ? "BASIC_DATA_OWNER" : "BASIC_USER");
  if (!facts.hcp_id.empty()) out.item("PATIENT_USER_MANAGER");
  out.close(']').flag("isAdmin", admin).flag("inheritsRoles", true);
  out.raw("loginIdentifiers", "[]");
  if (!facts.email.empty()) out.flag("verifiedEmail", facts.status == "ACTIVE");
  out.flag("uses2fa", false).close('}');
}

}  // namespace

std::string Population::user_text(std::uint32_t index) const {
  const Facts facts = user_facts(index);
  const std::uint64_t user_key = key(Kind::user, index);
  Dice names(user_key);  // the same draw as in user_facts, so that name and login agree
  const Person person = pick_person(names);
  Dice dice(mix(user_key, 0x64));
  std::string text;
  text.reserve(1600);
  JsonOut out(text);
  out.open('{').text("id", id(Kind::user, index)).text("rev", rev(Kind::user, index));
  out.number("created", *facts.created);
  write_identifier(out, "identifier", dice);
  const std::string name = index == 0   ? std::string("Sync daemon")
                           : index == 1 ? std::string("Anna Vermeulen")
                                        : std::string(person.given) + " " + person.family;
  out.text("name", name, dice.percent(20) ? Escape::all_but_ascii : Escape::needed);
  out.open("properties", '[');
  for (std::size_t count = dice.below(3); count > 0; --count) write_property(out, dice);
  out.close(']').open("permissions", '[');
  if (dice.percent(10)) out.open('{').empty_lists({"grants", "revokes"}).close('}');
  out.close(']').raw("roles", "[]").text("type", "database").text("status", facts.status);
  if (facts.login) out.text("login", *facts.login);
  if (facts.has_password) out.text("passwordHash", "*");
  out.text("groupId", group_id_);
  if (!facts.hcp_id.empty()) out.text("healthcarePartyId", facts.hcp_id);
  if (!facts.patient_id.empty()) out.text("patientId", facts.patient_id);
  if (!facts.device_id.empty()) out.text("deviceId", facts.device_id);
  if (facts.device_id.empty() && dice.percent(30)) out.raw("deviceId", "null");
  out.open("autoDelegations", '{');
  if (!facts.hcp_id.empty()) out.open("all", '[').item(id(Kind::hcp, 1)).close(']');
  out.raw("anonymousMedicalInformation", "[]").close('}');
  if (dice.percent(60)) out.number("termsOfUseDate", *facts.created + 86'400'000);
  if (!facts.email.empty()) out.text("email", facts.email);
  if (!facts.phone.empty()) out.text("mobilePhone", facts.phone);
  write_tokens(out, dice, *facts.created);
  write_system_metadata(out, facts, index == 0);
  write_extension(out, dice);
  out.close('}');
  return text;
}

}  // namespace icure::sandbox
