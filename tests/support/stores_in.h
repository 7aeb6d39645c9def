// The stores of a directory, under a key of zeros.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>

#include "store/open.h"

namespace icure::support {

/// Null, and the test fails, where they do not open.
inline std::unique_ptr<store::Stores> stores_in(const std::filesystem::path& directory,
                                                Random& random, Clock& clock) {
  static const Secret key = Secret::zeroed(32);
  auto opened = store::open_stores({directory.string(), key, "https://x.test", random, clock});
  EXPECT_TRUE(opened) << opened.error().message;
  return opened ? std::move(*opened) : nullptr;
}

}  // namespace icure::support
