// The people whom the target `methods` finds in the mirror: the ids of api/examples.cpp.
#pragma once
#include <initializer_list>

#include "store/mirror.h"
#include "tests/fuzz/fuzz.h"

namespace icure::fuzz {

struct Person {
  Kind kind;
  store::Document document;
};

inline const std::initializer_list<Person> kClinic = {
    {Kind::user,
     {"da53cfc5-6110-4484-8ff5-11b36df41289", "2-a",
      R"({"id":"da53cfc5-6110-4484-8ff5-11b36df41289","rev":"2-a","name":"Anna Vermeulen",)"
      R"("status":"ACTIVE","login":"anna.vermeulen@clinic.test","passwordHash":"x",)"
      R"("email":"anna.vermeulen@clinic.test","mobilePhone":"+32475123456",)"
      R"("authenticationTokens":{"kiosk":{"token":"t","validity":60}},)"
      R"("healthcarePartyId":"88a976e7-5d71-4c83-9a33-ae9d3c5ce64c"})"}},
    {Kind::user,
     {"u-2", "1-a",
      R"({"id":"u-2","rev":"1-a","status":"DISABLED","login":"jo@clinic.test","patientId":"p-2"})"}},
    {Kind::hcp,
     {"88a976e7-5d71-4c83-9a33-ae9d3c5ce64c", "1-a",
      R"({"id":"88a976e7-5d71-4c83-9a33-ae9d3c5ce64c","rev":"1-a","firstName":"Anna",)"
      R"("lastName":"Vermeulen","addresses":[{"addressType":"work","telecoms":)"
      R"([{"telecomType":"email","telecomNumber":"anna@clinic.test"}]}]})"}},
    {Kind::patient,
     {"00002acd-584e-4576-b13e-e04a3728ca3e", "1-a",
      R"({"id":"00002acd-584e-4576-b13e-e04a3728ca3e","rev":"1-a","firstName":"Sof\u00eda",)"
      R"("lastName":"Magalh\u00e3es","dateOfBirth":19700101,"ssin":"70010100102","active":true,)"
      R"("addresses":[{"addressType":"home","telecoms":[{"telecomType":"mobile",)"
      R"("telecomNumber":"0475 12 34 56"},{"telecomType":"email",)"
      R"("telecomNumber":"sofia@home.test"}]}]})"}},
    {Kind::patient,
     {"p-2", "1-a",
      R"({"id":"p-2","rev":"1-a","lastName":"Peeters","deceased":true,"encryptedSelf":"AAAA",)"
      R"("identifier":[{"system":"s","value":"17"}]})"}},
    {Kind::device,
     {"d-1", "1-a", R"({"id":"d-1","rev":"1-a","name":"Kiosk","serialNumber":"0001"})"}},
};

/// Puts them into an empty mirror, as a finished sweep of each kind.
inline void move_in(store::MirrorWriter& mirror, WallTime now) {
  store::Order order = 0;
  for (const auto kind : kAllKinds) {
    std::vector<store::Document> documents;
    for (const auto& person : kClinic) {
      if (person.kind == kind) documents.push_back(person.document);
    }
    const auto asked = ++order;
    require(bool(mirror.begin_sweep(kind, {now, ""}, true)) &&
                bool(mirror.apply(kind, documents, asked, ++order, std::nullopt)) &&
                bool(mirror.finish_sweep(kind, {}, now)),
            "the mirror takes its people");
  }
}

}  // namespace icure::fuzz
