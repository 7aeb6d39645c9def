// Numbers as people write and search them: by their digits. Pure.
#pragma once
#include <string>
#include <string_view>

namespace icure::store {

std::string digits_of(std::string_view text);

/// The digits of a phone number, without what stands for the + (a leading 00) and without the
/// trunk prefix of "+32 (0)475": all ways to write an international number give the same.
std::string phone_digits(std::string_view text);

/// Of an international number (one that begins with + or 00) the digits after its country code;
/// of a national one those after its leading 0; empty if neither can be told.
std::string national_digits(std::string_view text);

}  // namespace icure::store
