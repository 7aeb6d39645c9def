// What `daemon.status` warns of.
#pragma once
#include <string>

namespace icure::api {

struct Warning {
  std::string code;
  std::string text;
  std::string hint;
};

}  // namespace icure::api
