// sync/write/contact.h: which contact of a record an invitation goes to, and in which form.
#include <gtest/gtest.h>

#include "sync/write/contact.h"

namespace icure::sync::write {
namespace {

const ContactRules kBelgium = {.country_code = "32"};
const ContactRules kBelgiumWithSms = {.country_code = "32", .sms = true};

std::string address(const std::string& type, const std::string& telecoms) {
  return R"({"addressType":")" + type + R"(","telecoms":[)" + telecoms + "]}";
}
std::string telecom(const std::string& type, const std::string& number) {
  return R"({"telecomType":")" + type + R"(","telecomNumber":")" + number + R"("})";
}
std::string record(const std::string& addresses, const std::string& more = "") {
  return R"({"id":"p","rev":"1-a")" + more + R"(,"addresses":[)" + addresses + "]}";
}

std::string chosen(const std::string& document, Channel asked, const ContactRules& rules) {
  auto contact = choose_contact(Kind::patient, document, asked, rules);
  if (!contact) return std::string(verdict_on(contact.error()).word);
  EXPECT_EQ(contact->channel == Channel::sms, contact->address.starts_with('+'));
  return contact->address;
}

TEST(ContactTest, GoesHomeBeforeWorkBeforeAnywhereAndByMailBeforePhone) {
  const std::string other = address("other", telecom("email", "other@x.test"));
  const std::string work_mail = address("work", telecom("email", "work@x.test"));
  const std::string work_mobile = address("work", telecom("mobile", "0475 00 00 02"));
  const std::string home_mobile = address("home", telecom("mobile", "0475 00 00 01"));
  const std::string home_mail = address("home", telecom("email", "home@x.test"));
  const auto pick = [](const std::string& addresses) {
    return chosen(record(addresses), Channel::automatic, kBelgiumWithSms);
  };
  std::string all = address("other", telecom("mobile", "0475 00 00 03"));
  EXPECT_EQ(pick(all), "+32475000003");
  EXPECT_EQ(pick(all += "," + other), "other@x.test");
  EXPECT_EQ(pick(all += "," + work_mobile), "+32475000002");
  EXPECT_EQ(pick(all += "," + work_mail), "work@x.test");
  EXPECT_EQ(pick(all += "," + home_mobile), "+32475000001");
  EXPECT_EQ(pick(all += "," + home_mail), "home@x.test");
}

TEST(ContactTest, TakesTheLastTelecomOfTheFirstAddressThatHasOne) {
  const auto document =
      record(address("home", telecom("phone", "02 555 00 00")) + "," +
             address("home", telecom("email", "a@x.test") + "," + telecom("email", "b@x.test")) +
             "," + address("home", telecom("email", "c@x.test")));
  EXPECT_EQ(chosen(document, Channel::automatic, kBelgium), "b@x.test");
}

TEST(ContactTest, PassesOverEmptyNumbersAndOtherTypes) {
  const auto document =
      record(address("home", telecom("email", " ") + "," + telecom("Email", "no@x.test") + "," +
                                 telecom("fax", "no2@x.test")) +
             "," + address("work", telecom("email", "yes@x.test")));
  EXPECT_EQ(chosen(document, Channel::automatic, kBelgium), "yes@x.test");
}

TEST(ContactTest, PicksASmsByItselfOnlyWhereThatIsAllowed) {
  const auto document = record(address("home", telecom("mobile", "0475/12.34.56")) + "," +
                               address("work", telecom("email", "w@x.test")));
  EXPECT_EQ(chosen(document, Channel::automatic, kBelgium), "w@x.test");
  EXPECT_EQ(chosen(document, Channel::automatic, kBelgiumWithSms), "+32475123456");
  EXPECT_EQ(chosen(document, Channel::sms, kBelgium), "+32475123456");
  EXPECT_EQ(chosen(document, Channel::email, kBelgiumWithSms), "w@x.test");
  const auto mobile_only = record(address("home", telecom("mobile", "0475123456")));
  EXPECT_EQ(chosen(mobile_only, Channel::automatic, kBelgium), "sms_not_allowed");
  EXPECT_EQ(chosen(mobile_only, Channel::email, kBelgium), "no_contact");
}

TEST(ContactTest, RefusesABadContactInsteadOfWritingElsewhere) {
  const auto document = record(address("home", telecom("email", "ines@")) + "," +
                               address("work", telecom("email", "w@x.test")));
  EXPECT_EQ(chosen(document, Channel::automatic, kBelgium), "bad_email");
}

TEST(ContactTest, TellsNoContactFromAnEncryptedOne) {
  const std::string hidden = R"(,"encryptedSelf":"AAAA")";
  const auto fax = address("home", telecom("fax", "02 555"));
  EXPECT_EQ(chosen(record(""), Channel::automatic, kBelgium), "no_contact");
  EXPECT_EQ(chosen(R"({"id":"p"})", Channel::automatic, kBelgium), "no_contact");
  EXPECT_EQ(chosen(record("", hidden), Channel::automatic, kBelgium), "contact_encrypted");
  EXPECT_EQ(chosen(R"({"id":"p","encryptedSelf":"AA"})", Channel::automatic, kBelgium),
            "contact_encrypted");
  EXPECT_EQ(chosen(record(address("home", ""), hidden), Channel::automatic, kBelgium),
            "contact_encrypted");
  EXPECT_EQ(chosen(record(R"({"addressType":"home","telecoms":[{"encryptedSelf":"AA"}]})"),
                   Channel::automatic, kBelgium),
            "contact_encrypted");
  EXPECT_EQ(chosen(record(fax, hidden), Channel::automatic, kBelgium), "no_contact");
  EXPECT_EQ(chosen(record(address("home", telecom("email", "a@x.test")), hidden),
                   Channel::automatic, kBelgium),
            "a@x.test");
}

TEST(ContactTest, InvitesNobodyWhoseRecordIsClosed) {
  const auto refused = [](const std::string& more, Kind kind = Kind::patient) {
    auto may = may_be_invited(kind, record("", more));
    return may ? std::string("may") : std::string(verdict_on(may.error()).word);
  };
  EXPECT_EQ(refused(""), "may");
  EXPECT_EQ(refused(R"(,"active":true,"deceased":false,"dateOfDeath":0,"deletionDate":null)"),
            "may");
  EXPECT_EQ(refused(R"(,"mergeToPatientId":"")"), "may");
  EXPECT_EQ(refused("", Kind::hcp), "may");
  EXPECT_EQ(refused(R"(,"deceased":true)"), "deceased");
  EXPECT_EQ(refused(R"(,"dateOfDeath":20260000)"), "deceased");
  EXPECT_EQ(refused(R"(,"active":false)"), "inactive");
  EXPECT_EQ(refused(R"(,"mergeToPatientId":"q","deletionDate":1790000000000)"), "merged");
  EXPECT_EQ(refused(R"(,"deletionDate":1790000000000)", Kind::hcp), "deleted");
  EXPECT_EQ(refused("", Kind::device), "not_a_person");
  EXPECT_EQ(refused("", Kind::user), "not_a_person");
}

TEST(ContactTest, SurvivesDocumentsOfAnyShape) {
  for (const auto* text : {"", "[]", "null", "{", R"({"a":1}x)", "\xff"}) {
    EXPECT_EQ(chosen(text, Channel::automatic, kBelgium), "unreadable") << text;
  }
  EXPECT_EQ(chosen(R"({"a":)" + std::string(100000, '[') + std::string(100000, ']') + "}",
                   Channel::automatic, kBelgium),
            "unreadable");
  for (const auto* text :
       {R"({"addresses":7})", R"({"addresses":"home"})", R"({"addresses":{"telecoms":1}})",
        R"({"addresses":[null,[],"x",{"telecoms":"y"},{"telecoms":[null,3,[]]}]})",
        R"({"addresses":[{"addressType":5,"telecoms":[{"telecomType":[],"telecomNumber":7}]}]})",
        R"({"deceased":"no","active":null,"mergeToPatientId":[],"deletionDate":{}})"}) {
    EXPECT_EQ(chosen(text, Channel::automatic, kBelgium), "no_contact") << text;
  }
}

TEST(ContactTest, TakesAGivenContactAndTellsItsChannel) {
  const auto given = [](std::string_view text, Channel asked) {
    auto contact = given_contact(text, asked, kBelgium);
    if (!contact) return std::string(verdict_on(contact.error()).word);
    return (contact->channel == Channel::sms ? "sms " : "email ") + contact->address;
  };
  EXPECT_EQ(given(" Ines.Vega@Mail.test ", Channel::automatic), "email ines.vega@mail.test");
  EXPECT_EQ(given("0475 12 34 56", Channel::automatic), "sms +32475123456");
  EXPECT_EQ(given("0475 12 34 56", Channel::email), "bad_email");
  EXPECT_EQ(given("ines@mail.test", Channel::sms), "bad_phone");
  EXPECT_EQ(given("  ", Channel::automatic), "no_contact");
}

TEST(ContactTest, FindsTheSendersAddress) {
  const auto sender = [](const std::string& document) {
    auto email = sender_email(document);
    return email ? *email : std::string(verdict_on(email.error()).word);
  };
  const auto phone = address("home", telecom("mobile", "0475123456"));
  EXPECT_EQ(sender(record(phone + "," +
                          address("work", telecom("email", "Dr.Vega@Clinic.test") + "," +
                                              telecom("email", "b@x.test")))),
            "dr.vega@clinic.test");
  EXPECT_EQ(sender(record(
                address("work", telecom("email", "none") + "," + telecom("email", "b@x.test")))),
            "b@x.test");
  EXPECT_EQ(sender(record(phone)), "inviter_without_email");
  EXPECT_EQ(sender("[]"), "unreadable");
}

TEST(ContactTest, AcceptsTheAddressesThatPeopleHave) {
  for (const auto* text : {"a@b.be", "ines.vega+clinic@mail.example.test", "o'neil@x.test",
                           "x_1-2@sub-domain.x.museum", "a@xn--bcher-kva.example"}) {
    auto email = normal_email(text);
    ASSERT_TRUE(email) << text;
    EXPECT_EQ(*email, text);
  }
}

TEST(ContactTest, RefusesWhatIsNoEmailAddress) {
  for (const std::string text : {"",
                                 "@",
                                 "a",
                                 "a@",
                                 "@b.test",
                                 "a@b",
                                 "a@b@c.test",
                                 "a b@c.test",
                                 "a@b c.test",
                                 ".a@b.test",
                                 "a.@b.test",
                                 "a..b@c.test",
                                 "a@.b.test",
                                 "a@b.test.",
                                 "a@b..test",
                                 "a@-b.test",
                                 "a@b-.test",
                                 "a@b.t",
                                 "a@127.0.0.1",
                                 "a@[127.0.0.1]",
                                 "\"a\"@b.test",
                                 "Ines <a@b.test>",
                                 "a@b.test,c@d.test",
                                 "a@b.test\r\nBcc: c@d.test",
                                 "in\xc3\xa8s@b.test",
                                 "a@b\xc3\xa8.test",
                                 "a(x)@b.test"}) {
    EXPECT_FALSE(normal_email(text)) << text;
  }
  EXPECT_FALSE(normal_email(std::string("a\0@b.test", 9)));
  EXPECT_TRUE(normal_email(std::string(64, 'a') + "@b.test"));
  EXPECT_FALSE(normal_email(std::string(65, 'a') + "@b.test"));
  std::string longest = "a@";
  for (int i = 0; i < 62; ++i) longest += "abc.";
  EXPECT_TRUE(normal_email(longest + "test"));
  EXPECT_FALSE(normal_email(longest + "tests"));
}

TEST(ContactTest, WritesEveryFormOfANumberInOneWay) {
  for (const auto* text :
       {"0475123456", "0475 12 34 56", "0475/12.34.56", "(0475) 12-34-56", "+32475123456",
        "+32 475 12 34 56", "+32 (0)475 12 34 56", "0032475123456", "00 32 (0)475/12.34.56",
        "\t+32-475-123456 ", "0475\u00a012\u202f34\u00a056"}) {
    auto number = normal_phone(text, kBelgium);
    ASSERT_TRUE(number) << text;
    EXPECT_EQ(*number, "+32475123456") << text;
  }
}

TEST(ContactTest, KnowsTheWaysOfOtherCountries) {
  const auto in = [](const ContactRules& rules, std::string_view text) {
    auto number = normal_phone(text, rules);
    return number ? *number : std::string(verdict_on(number.error()).word);
  };
  const ContactRules spain = {.country_code = "+34", .trunk_prefix = ""};
  const ContactRules hungary = {.country_code = "36", .trunk_prefix = "06"};
  const ContactRules unknown = {};
  EXPECT_EQ(in(spain, "612 34 56 78"), "+34612345678");
  EXPECT_EQ(in(hungary, "06 30 123 4567"), "+36301234567");
  EXPECT_EQ(in(hungary, "+36 30 123 4567"), "+36301234567");
  EXPECT_EQ(in(kBelgium, "+41 79 123 45 67"), "+41791234567");
  EXPECT_EQ(in(unknown, "0475 12 34 56"), "no_country_code");
  EXPECT_EQ(in(unknown, "+32 475 12 34 56"), "+32475123456");
}

TEST(ContactTest, RefusesWhatIsNoPhoneNumber) {
  for (const auto* text : {"", "+", "+32", "12", "0", "00", "abc", "0475 12 34 5x", "+32+475123456",
                           "475 12 34 56", "+0475123456", "+1234567890123456", "0475;123456",
                           "+12345", "\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6\xd9\xa7"}) {
    auto number = normal_phone(text, kBelgium);
    ASSERT_FALSE(number) << text;
    EXPECT_EQ(number.error(), Refusal::bad_phone) << text;
  }
  EXPECT_TRUE(normal_phone("+123456", kBelgium));
  EXPECT_TRUE(normal_phone("+123456789012345", kBelgium));
}

}  // namespace
}  // namespace icure::sync::write
