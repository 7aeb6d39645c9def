// One document, whether it is still as it was made or was changed since.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "tests/sandbox/population.h"

namespace icure::sandbox {

/// A document that no longer is as it was made, or was added later.
struct Entry {
  std::string rev;
  std::string text;
  Facts facts;
  bool purged = false;
};

/// What a stub tells of a data owner besides id, rev and parent.
inline constexpr std::array kStubMembers = {"hcPartyKeys",
                                            "aesExchangeKeys",
                                            "transferKeys",
                                            "privateKeyShamirPartitions",
                                            "publicKey",
                                            "publicKeysForOaepWithSha256",
                                            "cryptoActorProperties"};

/// One document, soft-deleted or not. Valid until its table changes.
class Row {
 public:
  Row(const Population& population, Kind kind, std::uint32_t index);
  Row(Kind kind, const std::string& id, const Entry& entry);

  Kind kind() const { return kind_; }
  std::string id() const;
  std::string rev() const;
  std::string text() const;
  std::string stub() const;
  Facts facts() const;
  bool deleted() const { return entry_ != nullptr && entry_->facts.deleted.has_value(); }

 private:
  Kind kind_;
  const Population* population_ = nullptr;
  std::uint32_t index_ = 0;
  const std::string* id_ = nullptr;
  const Entry* entry_ = nullptr;
};

}  // namespace icure::sandbox
