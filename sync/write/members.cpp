#include "sync/write/members.h"

#include <algorithm>
#include <array>

namespace icure::sync::write {
namespace {

constexpr std::array<std::string_view, 23> kUntouchable = {
    // The platform's own.
    "id",
    "rev",
    "created",
    "modified",
    "deletionDate",
    "groupId",
    "systemMetadata",
    // Logging in.
    "passwordHash",
    "authenticationTokens",
    "applicationTokens",
    // The keys of a data owner.
    "publicKey",
    "publicKeysForOaepWithSha256",
    "hcPartyKeys",
    "aesExchangeKeys",
    "transferKeys",
    "privateKeyShamirPartitions",
    "cryptoActorProperties",
    // Who may decrypt a record, and what is encrypted.
    "delegations",
    "encryptionKeys",
    "cryptedForeignKeys",
    "secretForeignKeys",
    "securityMetadata",
    "encryptedSelf",
};

}  // namespace

bool is_untouchable(std::string_view member) {
  return std::find(kUntouchable.begin(), kUntouchable.end(), member) != kUntouchable.end();
}

}  // namespace icure::sync::write
