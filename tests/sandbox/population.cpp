#include "tests/sandbox/population.h"

#include "tests/sandbox/dice.h"
#include "tests/sandbox/names.h"

namespace icure::sandbox {
namespace {

constexpr std::int64_t kFirstDay = 1'600'000'000'000;  // 2020-09, epoch ms
constexpr std::int64_t kOneDay = 86'400'000;
constexpr std::int64_t kFiveYears = 5LL * 365 * kOneDay;

}  // namespace

Population::Population(std::uint64_t seed, std::array<std::uint32_t, 4> sizes,
                       std::string own_login, Model model)
    : seed_(seed), sizes_(sizes), own_login_(std::move(own_login)), ids_(seed), model_(model) {
  group_id_ = Ids::uuid(mix(seed, 0x67), mix(seed, 0x68));
}

std::int64_t Population::moment(std::uint64_t key) {
  return kFirstDay + static_cast<std::int64_t>(key % static_cast<std::uint64_t>(kFiveYears));
}

std::uint64_t Population::key(Kind kind, std::uint32_t index) const {
  return mix(seed_, slot(kind) + 16, index);
}

Facts Population::facts(Kind kind, std::uint32_t index) const {
  switch (kind) {
    case Kind::user:
      return user_facts(index);
    case Kind::hcp:
      return hcp_facts(index);
    case Kind::patient:
      return patient_facts(index);
    case Kind::device:
      return device_facts(index);
  }
  return {};
}

Facts Population::hcp_facts(std::uint32_t index) const {
  const std::uint64_t hcp_key = key(Kind::hcp, index);
  Facts facts;
  Dice dice(hcp_key);
  const Person person = pick_person(dice);
  // Number 1 is the daemon's organisation; one in eight of the others is an organisation too, with
  // a name only.
  const bool organisation = index == 1 || (index > 2 && index % 8 == 4);
  if (!organisation) facts.last_name = index == 2 ? "Vermeulen" : person.family;
  facts.created = moment(hcp_key);
  if (!dice.percent(15))
    facts.modified = *facts.created + static_cast<std::int64_t>(dice.below(400)) * kOneDay;
  if (index == 0 || (index == 2))
    facts.parent_id = id(Kind::hcp, 1);
  else if (index > 2 && index % 8 != 4 && dice.percent(70))
    facts.parent_id = id(Kind::hcp, index < 12 ? 1 : index - index % 8 - 4);
  return facts;
}

Facts Population::patient_facts(std::uint32_t index) const {
  const std::uint64_t patient_key = key(Kind::patient, index);
  Facts facts;
  facts.created = moment(patient_key);
  if (mix(patient_key, 0x6D) % 5 != 0)
    facts.modified =
        *facts.created + static_cast<std::int64_t>(mix(patient_key, 0x6E) % 400) * kOneDay;
  for (Share& share : shares(index)) facts.readers.push_back(std::move(share.reader));
  return facts;
}

Facts Population::device_facts(std::uint32_t index) const {
  const std::uint64_t device_key = key(Kind::device, index);
  Facts facts;
  facts.created = moment(device_key);
  facts.modified = *facts.created + kOneDay;
  if (device_key % 2 == 0) facts.parent_id = id(Kind::hcp, 1);
  return facts;
}

std::vector<Share> Population::shares(std::uint32_t patient) const {
  const std::uint64_t patient_key = key(Kind::patient, patient);
  const auto chance = mix(patient_key, 0x77) % 100;
  const bool secure = mix(patient_key, 0x78) % 3 != 0;
  std::vector<Share> shares;
  const auto share = [&](std::uint32_t hcp, bool how) {
    shares.push_back({id(Kind::hcp, hcp), how});
  };
  const auto stranger = static_cast<std::uint32_t>(2 + patient_key % (size(Kind::hcp) - 2));
  const bool invisible = patient == 4 || (patient > 4 && chance >= 94);
  if (!invisible && (patient < 2 || chance < 60)) share(0, secure);
  if (!invisible && (patient == 0 || patient == 2 || chance >= 45)) share(1, !secure);
  if (!invisible && shares.empty()) share(0, secure);
  if (invisible || chance % 3 == 0) share(stranger, secure);
  return shares;
}

}  // namespace icure::sandbox
