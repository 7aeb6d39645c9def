// Documents compressed with zstd and a dictionary per kind. A dictionary holds pieces of real
// documents: it is kept in the encrypted file and nowhere else. Knows no SQLite.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/base/kind.h"
#include "daemon/base/result.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;
struct ZSTD_CDict_s;
struct ZSTD_DDict_s;

namespace icure::store {

struct FreeZstd {
  void operator()(ZSTD_CCtx_s* context) const;
  void operator()(ZSTD_DCtx_s* context) const;
  void operator()(ZSTD_CDict_s* dictionary) const;
  void operator()(ZSTD_DDict_s* dictionary) const;
};

/// The number that each frame compressed with this dictionary names.
std::uint32_t dictionary_id(std::string_view dictionary);

/// The number of the dictionary that this one was compressed with; 0: none.
std::uint32_t dictionary_of(std::string_view frame);

/// A dictionary for documents like these; nothing if they are too few or too alike to make one.
std::optional<std::string> train_dictionary(const std::vector<std::string_view>& documents);

class Encoder {
 public:
  Encoder();
  /// Used for documents of that kind from now on; empty: none.
  void set_dictionary(Kind kind, std::string_view dictionary);
  /// Its number; 0: none.
  std::uint32_t dictionary(Kind kind) const;
  std::string encode(Kind kind, std::string_view document);

 private:
  std::unique_ptr<ZSTD_CCtx_s, FreeZstd> context_;
  std::unique_ptr<ZSTD_CDict_s, FreeZstd> dictionaries_[kAllKinds.size()];
  std::string buffer_;  // several times a frame, so it is kept
};

class Decoder {
 public:
  /// `load` fetches the dictionary of that number, when a frame first names it.
  using Load = std::function<std::optional<std::string>(std::uint32_t id)>;
  explicit Decoder(Load load);
  /// Replaces `document`, reusing its memory. Fails with corrupt.
  Result<Done> decode(std::string_view frame, std::string& document);

 private:
  Load load_;
  std::unique_ptr<ZSTD_DCtx_s, FreeZstd> context_;
  std::unordered_map<std::uint32_t, std::unique_ptr<ZSTD_DDict_s, FreeZstd>> dictionaries_;
};

}  // namespace icure::store
