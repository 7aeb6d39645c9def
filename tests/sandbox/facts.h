// What the platform's views and permissions look at in a document, without the rest of it.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace icure::sandbox {

/// Empty text stands for an absent member where absence and emptiness mean the same.
struct Facts {
  std::optional<std::string> login;
  std::string email;
  std::string phone;
  std::string status;
  bool has_password = false;
  std::string hcp_id;
  std::string patient_id;
  std::string device_id;
  std::optional<std::string> last_name;
  std::string parent_id;
  std::optional<std::int64_t> created;
  std::optional<std::int64_t> modified;
  std::optional<std::int64_t> deleted;
  /// Who may see it: the data owners that a patient names in delegations and securityMetadata.
  std::vector<std::string> readers;
};

/// Reads them out of any document.
Facts facts_of(const nlohmann::ordered_json& doc);

}  // namespace icure::sandbox
