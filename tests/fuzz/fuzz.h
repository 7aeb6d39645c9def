// What the targets share. Each defines LLVMFuzzerTestOneInput: libFuzzer calls it with bytes that
// it makes up, replay.cpp with the files of the corpus.
#pragma once
#include <simdjson.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "daemon/base/result.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace icure::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the process where a promise of the product's does not hold; the input is kept.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", promise);
  std::abort();
}

/// A refusal says why, in text that can be sent on.
inline void require_words(const Error& error) {
  require(!error.message.empty(), "a refusal has words");
}

inline bool is_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

/// Another parser's opinion. It refuses numbers beyond a double, which JSON does not, and takes a
/// NUL for the end.
inline bool is_json(std::string_view text) {
  return text.find('\0') == text.npos && nlohmann::json::accept(text);
}
inline bool may_hold_huge_number(std::string_view text) {
  return text.size() > 300 || text.find_first_of("eE") != text.npos;
}
inline void require_json(std::string_view text, const char* promise) {
  require(is_json(text) || may_hold_huge_number(text), promise);
}

}  // namespace icure::fuzz
