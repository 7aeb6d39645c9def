// What the daemon frees is overwritten: nothing planted is found in the memory of this process
// once its owner is gone.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace icure {
namespace {

/// Where this process keeps what it may write to; not counting this list.
std::size_t copies_in_memory(const std::string& reversed) {
  std::ifstream maps("/proc/self/maps");
  std::ifstream memory("/proc/self/mem", std::ios::binary);
  std::size_t found = 0;
  std::string line;
  while (std::getline(maps, line)) {
    unsigned long begin = 0;
    unsigned long end = 0;
    std::array<char, 5> rights{};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, rights.data()) != 3) continue;
    if (rights[1] != 'w' || line.find("[v") != std::string::npos) continue;
    std::vector<char> content(end - begin);
    memory.clear();
    memory.seekg(static_cast<std::streamoff>(begin));
    memory.read(content.data(), static_cast<std::streamsize>(content.size()));
    const auto read = content.begin() + memory.gcount();
    // The search itself must not plant what it looks for, so it compares backwards.
    for (auto at = content.begin();; ++at) {
      at = std::search(at, read, reversed.rbegin(), reversed.rend());
      if (at == read) break;
      ++found;
    }
  }
  return found;
}

constexpr const char* kReversed = "edirap-71-ni-ssenlli-s'rodnoG";

void plant(std::string& text, std::size_t copies) {
  const std::string_view reversed = kReversed;
  text.reserve(copies * reversed.size());
  for (std::size_t i = 0; i < copies; ++i) text.append(reversed.rbegin(), reversed.rend());
}

TEST(FreedMemory, IsSearchedWhereItIs) {
  auto text = std::make_unique<std::string>();
  plant(*text, 1);
  EXPECT_GE(copies_in_memory(kReversed), 1U);
}

TEST(FreedMemory, HoldsNothingOfAShortText) {
  {
    const auto text = std::make_unique<std::string>();
    plant(*text, 1);
  }
  EXPECT_EQ(copies_in_memory(kReversed), 0U);
}

TEST(FreedMemory, HoldsNothingOfALongTextThatGrew) {
  {
    std::string text;
    for (int i = 0; i < 2000; ++i) {
      std::string piece;
      plant(piece, 1);
      text += piece;
    }
  }
  EXPECT_EQ(copies_in_memory(kReversed), 0U);
}

}  // namespace
}  // namespace icure
