// store/facts and store/digits: what is queried of a document, also of a hostile one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "store/digits.h"
#include "store/facts.h"

namespace icure::store {

inline bool operator==(const LookupKey& a, const LookupKey& b) {
  return a.key == b.key && a.value == b.value;
}
void PrintTo(const LookupKey& key, std::ostream* out) {  // NOLINT: GoogleTest's name
  *out << static_cast<int>(key.key) << ":" << key.value;
}

namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAre;

class FactsTest : public testing::Test {
 protected:
  Facts facts(Kind kind, const std::string& json) {
    Facts found;
    auto read = reader_.read(kind, json, found);
    EXPECT_TRUE(read) << json;
    return found;
  }
  bool readable(const std::string& json) {
    Facts ignored;
    auto read = reader_.read(Kind::patient, json, ignored);
    return static_cast<bool>(read);
  }
  static std::vector<std::string> words(const Facts& facts) {
    std::istringstream text(facts.words);
    return {std::istream_iterator<std::string>(text), {}};
  }

  FactReader reader_;
};

TEST_F(FactsTest, ReadsAUser) {
  const auto user = facts(Kind::user, R"({"id":"u","status":"DISABLED","login":"amal",
      "email":"Amal.V@clinic.test","mobilePhone":"+32475123456","patientId":"p-1",
      "name":"Amal Vega","identifier":[{"value":"X-9"}],"unknown":{"a":[1]}})");
  EXPECT_EQ(user.status, UserStatus::disabled);
  EXPECT_EQ(user.owner_type, OwnerType::patient);
  EXPECT_THAT(user.keys, UnorderedElementsAre(LookupKey{Key::login, "amal"},
                                              LookupKey{Key::email, "Amal.V@clinic.test"},
                                              LookupKey{Key::phone, "+32475123456"},
                                              LookupKey{Key::owner, "p-1"},
                                              LookupKey{Key::identifier, "X-9"}));
  EXPECT_THAT(words(user), UnorderedElementsAre("amal", "Amal.V", "32475123456", "475123456",
                                                "Amal", "Vega", "X-9", "9"));
}

TEST_F(FactsTest, TellsStatusAndOwnerType) {
  EXPECT_EQ(facts(Kind::user, R"({"status":"ACTIVE"})").status, UserStatus::active);
  EXPECT_EQ(facts(Kind::user, R"({"status":"REGISTERING"})").status, UserStatus::registering);
  EXPECT_EQ(facts(Kind::user, R"({"status":"NEW"})").status, UserStatus::any);
  EXPECT_EQ(facts(Kind::user, R"({})").owner_type, OwnerType::none);
  EXPECT_EQ(facts(Kind::user, R"({"deviceId":"d"})").owner_type, OwnerType::device);
  const auto both = facts(Kind::user, R"({"patientId":"p","healthcarePartyId":"h"})");
  EXPECT_EQ(both.owner_type, OwnerType::hcp);
  EXPECT_THAT(both.keys,
              UnorderedElementsAre(LookupKey{Key::owner, "h"}, LookupKey{Key::owner, "p"}));
}

TEST_F(FactsTest, ReadsAPatient) {
  const auto patient = facts(Kind::patient, R"({"firstName":"Bo","lastName":"D'Hondt",
      "maidenName":"Maes","names":[{"lastName":"Hond","firstNames":["Bosse","B."],"text":"Bo H."}],
      "ssin":"85.07.30-033.61","externalId":"E1","dateOfBirth":19850730,"spouseName":"Nobody",
      "addresses":[{"telecoms":[{"telecomType":"email","telecomNumber":"bo@home.test"},
        {"telecomType":"mobile","telecomNumber":"0475/12.34.56"},
        {"telecomType":"fax","telecomNumber":"021234567"},
        {"telecomNumber":"b2@home.test"}]},{}]})");
  EXPECT_EQ(patient.status, UserStatus::any);
  EXPECT_EQ(patient.owner_type, OwnerType::any);
  EXPECT_THAT(patient.keys,
              UnorderedElementsAre(
                  LookupKey{Key::email, "bo@home.test"}, LookupKey{Key::phone, "0475/12.34.56"},
                  LookupKey{Key::email, "b2@home.test"}, LookupKey{Key::ssin, "85.07.30-033.61"},
                  LookupKey{Key::identifier, "E1"}, LookupKey{Key::date_of_birth, "19850730"}));
  EXPECT_THAT(words(patient), IsSupersetOf({"Bo", "D'Hondt", "Maes", "Hond", "Bosse", "bo", "b2",
                                            "0475123456", "475123456", "85073003361", "19850730"}));
  EXPECT_THAT(words(patient), Not(Contains("Nobody")));
}

TEST_F(FactsTest, ReadsProfessionalsAndDevices) {
  EXPECT_THAT(facts(Kind::hcp, R"({"name":"Clinic","nihii":"123","ssin":"4"})").keys,
              UnorderedElementsAre(LookupKey{Key::identifier, "123"}, LookupKey{Key::ssin, "4"}));
  EXPECT_THAT(
      facts(Kind::device, R"({"serialNumber":"S","identifiers":[{"value":"I"}]})").keys,
      UnorderedElementsAre(LookupKey{Key::identifier, "S"}, LookupKey{Key::identifier, "I"}));
}

TEST_F(FactsTest, IgnoresMembersOfOtherTypes) {
  const auto strange = facts(Kind::patient, R"({"firstName":7,"lastName":null,"names":{"a":1},
      "addresses":[3,{"telecoms":"x"},{"telecoms":[null,{"telecomNumber":5}]}],"ssin":["1"],
      "identifier":[1,{"value":2},{"value":null},[]],"dateOfBirth":"1985","externalId":""})");
  EXPECT_THAT(strange.keys, IsEmpty());
  EXPECT_THAT(strange.words, IsEmpty());
  EXPECT_THAT(facts(Kind::patient, R"({"dateOfBirth":-5})").keys, IsEmpty());
}

TEST_F(FactsTest, RefusesWhatIsNotOneJsonObject) {
  for (const auto* bad : {"", " ", "{", "[]", "1", "null", "{}{}", "{} x", R"({"a":[1 2]})",
                          R"({"a":tru})", "{\"a\":\"\x01\"}", "{\"a\":\"\xff\"}", R"({"a")"}) {
    EXPECT_FALSE(readable(bad)) << bad;
  }
  EXPECT_FALSE(readable(std::string(100'000, '[')));
  EXPECT_FALSE(readable(R"({"a":)" + std::string(5000, '[') + std::string(5000, ']') + "}"));
}

TEST_F(FactsTest, SurvivesEveryTruncation) {
  const std::string whole = R"({"names":[{"firstNames":["\u00e9\ud83d\ude00"]}],"ssin":"1\u0000"})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(readable(whole.substr(0, size)));
  }
  EXPECT_TRUE(readable(whole));
}

TEST_F(FactsTest, ReadsASliceOfALargerText) {
  const std::string page = R"([{"id":"a","name":"Ann"},{"id":"b","name":"Bob"}])";
  Facts found;
  ASSERT_TRUE(reader_.read(Kind::hcp, std::string_view(page).substr(1, 23), found));
  EXPECT_EQ(found.words, "Ann ");
}

TEST(NormalisedTest, FoldsWhatPeopleWriteInTwoWays) {
  EXPECT_EQ(normalised(Key::email, "Ann@Clinic.TEST"), "ann@clinic.test");
  EXPECT_EQ(normalised(Key::login, "ANN\xc3\x89"), "ann\xc3\x89");
  EXPECT_EQ(normalised(Key::ssin, "A-1"), "A-1");
  for (const auto* same : {"+32 475 12 34 56", "0032475123456", "+32 (0)475/12.34.56"}) {
    EXPECT_EQ(normalised(Key::phone, same), "32475123456") << same;
  }
  EXPECT_EQ(normalised(Key::phone, "none"), "");
}

TEST(DigitsTest, TellCountryFromNumber) {
  EXPECT_EQ(national_digits("+32475123456"), "475123456");
  EXPECT_EQ(national_digits("0044 20 7946 0000"), "2079460000");
  EXPECT_EQ(national_digits("+1 212 555 0100"), "2125550100");
  EXPECT_EQ(national_digits("+352 621 123 456"), "621123456");
  EXPECT_EQ(national_digits("(+33) 06 12"), "612");
  EXPECT_EQ(national_digits("0475 12"), "47512");
  EXPECT_EQ(national_digits("475123456"), "");
  for (const auto* odd : {"", "+", "00", "+3", "++", "(", "+32"})
    EXPECT_EQ(national_digits(odd), "");
}

TEST(FingerprintTest, ChangesWithEveryFact) {
  const Facts base{UserStatus::active, OwnerType::hcp, {{Key::login, "a"}}, "w "};
  auto other = base;
  EXPECT_EQ(fingerprint(1, base), fingerprint(1, other));
  other.status = UserStatus::disabled;
  EXPECT_NE(fingerprint(1, base), fingerprint(1, other));
  other = base;
  other.keys[0].key = Key::email;
  EXPECT_NE(fingerprint(1, base), fingerprint(1, other));
  other = base;
  other.words = "v ";
  EXPECT_NE(fingerprint(1, base), fingerprint(1, other));
}

}  // namespace
}  // namespace icure::store
