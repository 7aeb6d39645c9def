#include "tests/sandbox/document_parts.h"

#include <array>

#include "tests/sandbox/ids.h"
#include "tests/sandbox/names.h"

namespace icure::sandbox {
namespace {

// SubjectPublicKeyInfo around a 2048-bit RSA modulus and the exponent 65537.
constexpr std::string_view kSpkiStart =
    "30820122300d06092a864886f70d01010105000382010f003082010a0282010100";
constexpr std::string_view kSpkiEnd = "0203010001";
constexpr std::array kAddressTypes = {"home", "work", "clinic", "vacation", "other"};

void write_telecom(JsonOut& out, std::string_view type, std::string_view number) {
  out.open('{').text("telecomType", type).text("telecomNumber", number);
  out.raw("telecomDescription", "null").close('}');
}

std::string house_number(Dice& dice) {
  return std::to_string(1 + dice.below(300));
}

}  // namespace

std::string noise_hex(Dice& dice, std::size_t digits) {
  std::string out;
  out.reserve(digits + 16);
  while (out.size() < digits) append_hex(out, dice.next(), 16);
  out.resize(digits);
  return out;
}

std::string noise_base64(Dice& dice, std::size_t length) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out(length, 'A');
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < length; ++i, bits >>= 6) {
    if (i % 10 == 0) bits = dice.next();
    out[i] = kLetters[bits & 63];
  }
  out.back() = '=';
  return out;
}

std::string noise_uuid(Dice& dice) {
  return Ids::uuid(dice.next(), dice.next());
}

void write_identifier(JsonOut& out, std::string_view key, Dice& dice) {
  out.open(key, '[');
  if (dice.percent(60)) {
    out.open('{').text("id", noise_uuid(dice)).text("assigner", "clinic.test");
    out.text("system", "https://clinic.test/register").text("use", "official");
    out.text("value", std::to_string(1'000'000 + dice.below(9'000'000))).close('}');
  }
  out.close(']');
}

void write_property(JsonOut& out, Dice& dice) {
  constexpr std::array kNames = {"org.clinic.theme", "org.clinic.desk", "org.clinic.consent"};
  out.open('{').text("id", noise_uuid(dice)).open("type", '{');
  out.text("identifier", dice.pick(kNames)).text("type", "STRING").flag("localized", false);
  out.flag("unique", false).close('}').open("typedValue", '{').text("type", "STRING");
  out.text("stringValue", pick_note(dice),
           dice.percent(40) ? Escape::all_but_ascii : Escape::needed);
  out.close('}').close('}');
}

void write_code(JsonOut& out, std::string_view type, std::string_view code) {
  std::string id(type);
  id.append("|").append(code).append("|1");
  out.open('{').text("id", id).text("type", type).text("code", code).text("version", "1");
  out.open("label", '{').close('}').close('}');
}

void write_addresses(JsonOut& out, Dice& dice, std::string_view email, std::string_view phone) {
  out.open("addresses", '[');
  const std::size_t count = 1 + dice.below(2) + dice.below(2);
  for (std::size_t i = 0; i < count; ++i) {
    out.open('{').empty_lists({"tags", "codes", "identifier"});
    out.text("addressType", i == 0 ? "home" : dice.pick(kAddressTypes));
    out.text("street", pick_street(dice)).text("houseNumber", house_number(dice));
    if (dice.percent(30)) out.text("postboxNumber", "bus " + house_number(dice));
    out.text("postalCode", std::to_string(1000 + dice.below(8999)));
    out.text("city", pick_city(dice)).raw("state", "null").text("country", "BE");
    out.raw("notes", "[]").open("telecoms", '[');
    if (i == 0 || dice.percent(50)) write_telecom(out, "mobile", phone);
    if (i == 0 && !email.empty()) write_telecom(out, "email", email);
    if (dice.percent(30)) write_telecom(out, "phone", "09 / 224.61.40");
    out.close(']').close('}');
  }
  out.close(']');
}

void write_crypto_actor(JsonOut& out, std::uint64_t key, std::string_view delegate) {
  Dice dice(mix(key, 0x6B));
  out.raw("hcPartyKeys", "{}").open("aesExchangeKeys", '{');
  const std::string own = noise_hex(dice, 512);
  const std::string fingerprint = noise_hex(dice, 32);
  const bool has_keys = !delegate.empty() && dice.percent(70);
  if (has_keys) {
    out.open(std::string(kSpkiStart) + own + std::string(kSpkiEnd), '{').open(delegate, '{');
    out.text(fingerprint, noise_hex(dice, 512)).close('}').close('}');
  }
  out.close('}').empty_maps({"transferKeys", "privateKeyShamirPartitions"});
  if (has_keys) out.text("publicKey", std::string(kSpkiStart) + own + std::string(kSpkiEnd));
  out.raw("publicKeysForOaepWithSha256", "[]");
}

void write_extension(JsonOut& out, Dice& dice) {
  if (!dice.percent(10)) return;
  out.open("x-clinic-extension", '{')
      .number("badge", static_cast<std::int64_t>(dice.below(1'000'000)));
  out.text("note", pick_note(dice)).raw("weight", "12.50").raw("seen", "null");
  out.open("nested", '{').open("list", '[').item("a").item("ß").close(']').close('}').close('}');
}

}  // namespace icure::sandbox
