#include "daemon/doctor/finding.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace icure::doctor {
namespace {

using Json = nlohmann::ordered_json;

const char* word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      return "ok";
    case Outcome::warning:
      return "warning";
    case Outcome::failed:
      return "failed";
    case Outcome::skipped:
      return "skipped";
  }
  return "failed";
}

}  // namespace

Finding finding_of(const std::string& name, std::vector<Fault> faults, const std::string& sound) {
  if (faults.empty()) return {name, Outcome::ok, sound};
  if (faults.size() == 1) return {name, Outcome::failed, faults[0].text, faults[0].remedy};
  Finding finding{name, Outcome::failed, std::to_string(faults.size()) + " faults",
                  faults[0].remedy};
  finding.faults = std::move(faults);
  return finding;
}

bool any_failed(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.outcome == Outcome::failed; });
}

std::string to_json(const std::string& version, const std::vector<Finding>& findings) {
  Json checks = Json::array();
  for (const auto& finding : findings) {
    Json check = {
        {"name", finding.name}, {"state", word_of(finding.outcome)}, {"result", finding.result}};
    if (!finding.remedy.empty()) check["remedy"] = finding.remedy;
    for (const auto& fault : finding.faults) {
      check["faults"].push_back({{"text", fault.text}, {"remedy", fault.remedy}});
    }
    checks.push_back(std::move(check));
  }
  const Json document = {{"version", version}, {"checks", std::move(checks)}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace icure::doctor
