#include "tests/sandbox/collation.h"

#include <algorithm>
#include <array>

namespace icure::sandbox {
namespace {

constexpr std::array<unsigned char, 256> kWeights = [] {
  std::array<unsigned char, 256> weights{};
  unsigned char next = 1;
  for (const char c : std::string_view(" _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789"))
    weights[static_cast<unsigned char>(c)] = next++;
  for (unsigned c = 'a'; c <= 'z'; ++c) weights[c] = weights[c - 'a' + 'A'] = next++;
  for (unsigned c = 0x80; c < 0x100; ++c) weights[c] = static_cast<unsigned char>(c);
  return weights;
}();

unsigned char weight(char c) {
  return kWeights[static_cast<unsigned char>(c)];
}

}  // namespace

int collate(std::string_view a, std::string_view b) {
  const std::size_t shared = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < shared; ++i)
    if (weight(a[i]) != weight(b[i])) return weight(a[i]) < weight(b[i]) ? -1 : 1;
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return b.compare(a);  // in ASCII the small letters come after, so the other way round
}

std::pair<std::uint64_t, std::uint64_t> collation_prefix(std::string_view text) {
  std::array<std::uint64_t, 2> words{};
  for (std::size_t i = 0; i < 16; ++i)
    words[i / 8] = (words[i / 8] << 8) | (i < text.size() ? weight(text[i]) : 0U);
  return {words[0], words[1]};
}

}  // namespace icure::sandbox
