// What a check found, and how that is told to icurectl.
#pragma once
#include <string>
#include <vector>

namespace icure::doctor {

enum class Outcome {
  ok,
  warning,  ///< Works, but should be seen to.
  failed,
  skipped,  ///< Could not be looked at; the result says why.
};

struct Fault {
  std::string text;
  std::string remedy;
};

/// Never holds a secret, a person's name or a contact: paths, ids and counts.
struct Finding {
  std::string name;  ///< Stable, such as "disk".
  Outcome outcome = Outcome::ok;
  std::string result;              ///< One line for a person.
  std::string remedy = {};         ///< One line: what to do; empty if there is nothing to do.
  std::vector<Fault> faults = {};  ///< If there are several, each of them.
};

/// One finding of all that is wrong with one thing: `sound` if nothing is.
Finding finding_of(const std::string& name, std::vector<Fault> faults, const std::string& sound);

bool any_failed(const std::vector<Finding>& findings);

/// One JSON document on one line.
std::string to_json(const std::string& version, const std::vector<Finding>& findings);

}  // namespace icure::doctor
