#include "daemon/machine_id.h"

#include <fstream>

namespace icure {

std::string machine_id() {
  std::ifstream file("/etc/machine-id");
  std::string id;
  file >> id;
  return id;
}

}  // namespace icure
