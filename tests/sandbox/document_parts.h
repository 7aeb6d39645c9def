// Pieces that the documents of several kinds have in common.
#pragma once

#include <string>

#include "tests/sandbox/dice.h"
#include "tests/sandbox/json_out.h"

namespace icure::sandbox {

/// Hexadecimal noise of `digits` digits: looks like a key, opens nothing.
std::string noise_hex(Dice& dice, std::size_t digits);
/// Base64 noise of `length` characters, a multiple of 4.
std::string noise_base64(Dice& dice, std::size_t length);
std::string noise_uuid(Dice& dice);

void write_identifier(JsonOut& out, std::string_view key, Dice& dice);
void write_property(JsonOut& out, Dice& dice);
void write_code(JsonOut& out, std::string_view type, std::string_view code);
/// One to three addresses with their telecoms.
void write_addresses(JsonOut& out, Dice& dice, std::string_view email, std::string_view phone);
/// publicKey .. privateKeyShamirPartitions, the same in a document and in its stub. `delegate` gets
/// exchange keys.
void write_crypto_actor(JsonOut& out, std::uint64_t key, std::string_view delegate);
/// A member that no DTO knows, on about one document in ten.
void write_extension(JsonOut& out, Dice& dice);

}  // namespace icure::sandbox
