#include "sync/write/contact.h"

#include <algorithm>
#include <array>

#include "sync/write/json.h"
#include "sync/write/text.h"

namespace icure::sync::write {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

/// What an address may hold before its @, by RFC 5322 without quotes and comments.
bool is_local_part(std::string_view text) {
  if (text.empty() || text.size() > 64 || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != text.npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  });
}

bool is_label(std::string_view text) {
  if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_domain(std::string_view text) {
  const auto last_dot = text.rfind('.');
  if (last_dot == text.npos) return false;
  // A name at the top of the DNS has two letters or more, so this is no IP address.
  const auto top = text.substr(last_dot + 1);
  if (top.size() < 2 || !is_letter(top.front())) return false;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('.', begin), text.size());
    if (!is_label(text.substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  return true;
}

/// How many bytes of a separator `text` begins with.
std::size_t separator(std::string_view text) {
  if (std::string_view(" \t.-/()").find(text.front()) != std::string_view::npos) return 1;
  for (const std::string_view blank : {"\u00a0", "\u202f", "\u2011"}) {
    if (text.starts_with(blank)) return blank.size();
  }
  return 0;
}

struct Rule {
  std::string_view address_type;  ///< Empty: any.
  Channel channel;
};
constexpr std::array kOrder = {
    Rule{"home", Channel::email}, Rule{"home", Channel::sms}, Rule{"work", Channel::email},
    Rule{"work", Channel::sms},   Rule{"", Channel::email},   Rule{"", Channel::sms},
};

/// The last telecom of that type in the first address that has one; empty if none has.
std::string find_contact(const Json& document, const Rule& rule) {
  const std::string_view wanted = rule.channel == Channel::email ? "email" : "mobile";
  for (const auto& address : member(document, "addresses")) {
    if (!rule.address_type.empty() && text_of(address, "addressType") != rule.address_type) {
      continue;
    }
    std::string found;
    for (const auto& telecom : member(address, "telecoms")) {
      auto number = text_of(telecom, "telecomNumber");
      if (text_of(telecom, "telecomType") == wanted && !trimmed(number).empty()) {
        found = std::move(number);
      }
    }
    if (!found.empty()) return found;
  }
  return {};
}

/// Whether contacts may hide in encrypted parts: there are such, and no contact at all in clear.
bool hides_contacts(const Json& document) {
  bool encrypted = !text_of(document, "encryptedSelf").empty();
  for (const auto& address : member(document, "addresses")) {
    encrypted = encrypted || !text_of(address, "encryptedSelf").empty();
    for (const auto& telecom : member(address, "telecoms")) {
      if (!text_of(telecom, "telecomNumber").empty()) return false;
      encrypted = encrypted || !text_of(telecom, "encryptedSelf").empty();
    }
  }
  return encrypted;
}

Result<Contact, Refusal> normal_contact(std::string_view text, Channel channel,
                                        const ContactRules& rules) {
  auto address = channel == Channel::email ? normal_email(text) : normal_phone(text, rules);
  if (!address) return address.error();
  return Contact{channel, *std::move(address)};
}

bool is_set(const Json& value) {
  return value.is_string() ? !value.get_ref<const std::string&>().empty()
                           : value.is_number() && value != 0;
}

}  // namespace

Result<Done, Refusal> may_be_invited(Kind kind, std::string_view document) {
  if (kind != Kind::patient && kind != Kind::hcp) return Refusal::not_a_person;
  const auto json = parse_object(document);
  if (!json) return Refusal::unreadable;
  // A merged record is deleted too: the word that helps more comes first.
  if (is_set(member(*json, "mergeToPatientId"))) return Refusal::merged;
  if (is_set(member(*json, "deletionDate"))) return Refusal::deleted;
  if (member(*json, "deceased") == true || is_set(member(*json, "dateOfDeath"))) {
    return Refusal::deceased;
  }
  if (member(*json, "active") == false) return Refusal::inactive;
  return Done{};
}

Result<Contact, Refusal> choose_contact(Kind kind, std::string_view document, Channel asked,
                                        const ContactRules& rules) {
  auto invitable = may_be_invited(kind, document);
  if (!invitable) return invitable.error();
  const auto json = *parse_object(document);
  bool has_number = false;
  for (const auto& rule : kOrder) {
    if (asked != Channel::automatic && rule.channel != asked) continue;
    const auto found = find_contact(json, rule);
    if (found.empty()) continue;
    if (asked == Channel::automatic && rule.channel == Channel::sms && !rules.sms) {
      has_number = true;
      continue;
    }
    return normal_contact(found, rule.channel, rules);
  }
  if (has_number) return Refusal::sms_not_allowed;
  return hides_contacts(json) ? Refusal::contact_encrypted : Refusal::no_contact;
}

Result<Contact, Refusal> given_contact(std::string_view text, Channel asked,
                                       const ContactRules& rules) {
  if (trimmed(text).empty()) return Refusal::no_contact;
  if (asked == Channel::automatic) {
    asked = text.find('@') == text.npos ? Channel::sms : Channel::email;
  }
  return normal_contact(text, asked, rules);
}

Result<std::string, Refusal> sender_email(std::string_view inviter) {
  const auto json = parse_object(inviter);
  if (!json) return Refusal::unreadable;
  for (const auto& address : member(*json, "addresses")) {
    for (const auto& telecom : member(address, "telecoms")) {
      if (text_of(telecom, "telecomType") != "email") continue;
      if (auto email = normal_email(text_of(telecom, "telecomNumber"))) return email;
    }
  }
  return Refusal::inviter_without_email;
}

Result<std::string, Refusal> normal_email(std::string_view text) {
  std::string address(trimmed(text));
  for (char& c : address) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const std::string_view all = address;
  const auto at = all.find('@');
  if (at == all.npos || all.size() > 254) return Refusal::bad_email;
  if (!is_local_part(all.substr(0, at)) || !is_domain(all.substr(at + 1))) {
    return Refusal::bad_email;
  }
  return address;
}

Result<std::string, Refusal> normal_phone(std::string_view text, const ContactRules& rules) {
  auto rest = trimmed(text);
  bool international = rest.starts_with('+');
  if (international) rest.remove_prefix(1);
  std::string digits;
  while (!rest.empty()) {
    // The (0) of "+32 (0)475" is dialled inside the country only.
    if (rest.starts_with("(0)") && (international || digits.starts_with("00"))) {
      rest.remove_prefix(3);
    } else if (is_digit(rest.front())) {
      digits += rest.front();
      rest.remove_prefix(1);
    } else {
      const auto skipped = separator(rest);
      if (skipped == 0) return Refusal::bad_phone;
      rest.remove_prefix(skipped);
    }
  }
  if (!international && digits.starts_with("00")) {
    international = true;
    digits.erase(0, 2);
  }
  if (!international) {
    if (!digits.starts_with(rules.trunk_prefix)) return Refusal::bad_phone;
    std::string_view country = rules.country_code;
    if (country.starts_with('+')) country.remove_prefix(1);
    if (country.empty()) return Refusal::no_country_code;
    digits.replace(0, rules.trunk_prefix.size(), country);
  }
  // Six digits are the platform's least, fifteen the most of E.164; no country begins with 0.
  if (digits.size() < 6 || digits.size() > 15 || digits.front() == '0') return Refusal::bad_phone;
  return "+" + digits;
}

}  // namespace icure::sync::write
