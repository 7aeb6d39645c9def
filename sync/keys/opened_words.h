// The texts of members that were opened, for the search of those who may see them. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace icure::sync {

/// The strings and whole numbers below these JSON pointers (RFC 6901), separated by spaces. What
/// is no text of a person, such as a picture, is left out. Never more than 64 KiB.
std::string opened_words(std::string_view document, const std::vector<std::string>& pointers);

}  // namespace icure::sync
