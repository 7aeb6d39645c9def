// The invented clinic at the start: each document is a pure function of seed, kind and number.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "tests/sandbox/facts.h"
#include "tests/sandbox/ids.h"
#include "tests/sandbox/kind.h"

namespace icure::sandbox {

/// How a patient is shared with a data owner.
struct Share {
  std::string reader;
  bool secure;  // through securityMetadata, else through the older delegations
};

/// Which members its documents have.
enum class Model {
  full,      // every one that the platform's older serialiser writes, and some unheard of
  cardinal,  // those that a client of the Cardinal model knows
};

class Population {
 public:
  /// Sizes by kind. User 0 is the daemon's own: hcp 0, whose parent is the organisation hcp 1. User
  /// 1 is the demo's.
  Population(std::uint64_t seed, std::array<std::uint32_t, 4> sizes, std::string own_login,
             Model model);

  std::uint32_t size(Kind kind) const { return sizes_[slot(kind)]; }
  std::string id(Kind kind, std::uint32_t index) const { return ids_.id(kind, index); }
  std::string rev(Kind kind, std::uint32_t index) const { return ids_.rev(kind, index); }
  std::optional<std::uint32_t> index(Kind kind, std::string_view id) const {
    return ids_.index(kind, id, size(kind));
  }
  const std::string& group_id() const { return group_id_; }

  Facts facts(Kind kind, std::uint32_t index) const;
  /// As JSON.
  std::string text(Kind kind, std::uint32_t index) const;
  /// The members of a crypto actor stub alone, as JSON. Users have none.
  std::string stub(Kind kind, std::uint32_t index) const;

 private:
  std::uint64_t key(Kind kind, std::uint32_t index) const;
  static std::int64_t moment(std::uint64_t key);
  Facts user_facts(std::uint32_t index) const;
  Facts hcp_facts(std::uint32_t index) const;
  Facts patient_facts(std::uint32_t index) const;
  Facts device_facts(std::uint32_t index) const;
  std::vector<Share> shares(std::uint32_t patient) const;
  /// Whom the document's exchange keys are for; empty when it has none.
  std::string key_partner(Kind kind, std::uint32_t index) const;
  std::string full_text(Kind kind, std::uint32_t index) const;
  std::string user_text(std::uint32_t index) const;
  std::string hcp_text(std::uint32_t index) const;
  std::string patient_text(std::uint32_t index) const;
  std::string device_text(std::uint32_t index) const;

  std::uint64_t seed_;
  std::array<std::uint32_t, 4> sizes_;
  std::string own_login_;
  Ids ids_;
  std::string group_id_;
  Model model_;
};

}  // namespace icure::sandbox
