#include "tests/sandbox/dto.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace icure::sandbox {
namespace {

const char* empty_text(Kind kind) {
  switch (kind) {
    case Kind::user:
      return R"({"identifier":[],"properties":[],"permissions":[],"roles":[],"autoDelegations":{},
                 "applicationTokens":{},"authenticationTokens":{}})";
    case Kind::hcp:
      return R"({"identifier":[],"tags":[],"codes":[],"names":[],"addresses":[],"languages":[],"statuses":[],
                 "statusHistory":[],"specialityCodes":[],"sendFormats":{},"financialInstitutionInformation":[],
                 "descr":{},"flatRateTarifications":[],"importedData":{},"options":{},"properties":[],
                 "hcPartyKeys":{},"aesExchangeKeys":{},"transferKeys":{},"privateKeyShamirPartitions":{},
                 "publicKeysForOaepWithSha256":[]})";
    case Kind::patient:
      return R"({"identifier":[],"tags":[],"codes":[],"names":[],"languages":[],"addresses":[],"gender":"unknown",
                 "birthSex":"unknown","mergedIds":[],"active":true,"deactivationReason":"none",
                 "personalStatus":"unknown","notes":[],"insurabilities":[],"partnerships":[],
                 "patientHealthCareParties":[],"financialInstitutionInformation":[],"medicalHouseContracts":[],
                 "patientProfessions":[],"parameters":{},"properties":[],"hcPartyKeys":{},"aesExchangeKeys":{},
                 "transferKeys":{},"privateKeyShamirPartitions":{},"publicKeysForOaepWithSha256":[],
                 "secretForeignKeys":[],"cryptedForeignKeys":{},"delegations":{},"encryptionKeys":{},
                 "nonDuplicateIds":[],"encryptedAdministrativesDocuments":[],"schoolingInfos":[],
                 "employementInfos":[]})";
    case Kind::device:
      return R"({"identifiers":[],"tags":[],"codes":[],"properties":[],"hcPartyKeys":{},"aesExchangeKeys":{},
                 "transferKeys":{},"privateKeyShamirPartitions":{},"publicKeysForOaepWithSha256":[]})";
  }
  return "{}";
}

// The rest of the members, separated by blanks.
std::string_view other_members(Kind kind) {
  switch (kind) {
    case Kind::user:
      return "id rev deletionDate created name type status login passwordHash groupId "
             "healthcarePartyId patientId deviceId termsOfUseDate email mobilePhone "
             "systemMetadata";
    case Kind::hcp:
      return "id rev created modified deletionDate name lastName firstName gender civility "
             "companyName speciality bankAccount bic proxyBankAccount proxyBic invoiceHeader "
             "cbe ehp userId parentId convention nihii nihiiSpecCode ssin picture notes "
             "billingType type contactPerson contactPersonHcpId supervisorId public "
             "publicProperties cryptoActorProperties publicKey";
    case Kind::patient:
      return "id rev created modified author responsible endOfLife deletionDate firstName "
             "lastName companyName civility mergeToPatientId alias deactivationDate ssin "
             "maidenName spouseName partnerName dateOfBirth dateOfDeath "
             "timestampOfLatestEidReading placeOfBirth placeOfDeath deceased education "
             "profession note administrativeNote nationality race ethnicity preferredUserId "
             "picture externalId publicKey encryptedSelf securityMetadata "
             "cryptoActorProperties medicalLocationId comment warning fatherBirthCountry "
             "birthCountry nativeCountry socialStatus mainSourceOfIncome parentId";
    case Kind::device:
      return "id rev deletionDate created modified author responsible endOfLife "
             "medicalLocationId externalId name type brand model serialNumber parentId "
             "picture publicKey cryptoActorProperties";
  }
  return "";
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

bool is_known_member(Kind kind, std::string_view name) {
  static const auto known = [] {
    std::array<std::vector<std::string>, kKinds.size()> lists;
    for (const Kind each : kKinds) {
      auto& list = lists[slot(each)] = words(other_members(each));
      const auto empties = empty_members(each);
      for (const auto& member : empties.items()) list.push_back(member.key());
      std::sort(list.begin(), list.end());
    }
    return lists;
  }();
  return std::binary_search(known[slot(kind)].begin(), known[slot(kind)].end(), name);
}

nlohmann::ordered_json empty_members(Kind kind) {
  return nlohmann::ordered_json::parse(empty_text(kind));
}

}  // namespace icure::sandbox
