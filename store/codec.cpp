#include "store/codec.h"

#include <zdict.h>
#include <zstd.h>

#include <algorithm>
#include <cstdlib>

namespace icure::store {
namespace {

constexpr int kLevel = 1;  // higher levels were measured: slower and no smaller
constexpr std::size_t kDictionaryBytes = 64 << 10;
constexpr unsigned long long kLargestDocument = 256ULL << 20;

template <class T>
T* owned(T* made) {
  if (!made) std::abort();  // out of memory
  return made;
}

}  // namespace

void FreeZstd::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}
void FreeZstd::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}
void FreeZstd::operator()(ZSTD_CDict_s* dictionary) const {
  ZSTD_freeCDict(dictionary);
}
void FreeZstd::operator()(ZSTD_DDict_s* dictionary) const {
  ZSTD_freeDDict(dictionary);
}

std::uint32_t dictionary_id(std::string_view dictionary) {
  return ZDICT_getDictID(dictionary.data(), dictionary.size());
}

std::uint32_t dictionary_of(std::string_view frame) {
  return ZSTD_getDictID_fromFrame(frame.data(), frame.size());
}

std::optional<std::string> train_dictionary(const std::vector<std::string_view>& documents) {
  std::string samples;
  std::vector<std::size_t> sizes;
  for (const auto document : documents) {
    samples += document;
    sizes.push_back(document.size());
  }
  std::string dictionary(kDictionaryBytes, '\0');
  const auto size = ZDICT_trainFromBuffer(dictionary.data(), dictionary.size(), samples.data(),
                                          sizes.data(), static_cast<unsigned>(sizes.size()));
  if (ZDICT_isError(size)) return std::nullopt;
  dictionary.resize(size);
  return dictionary;
}

Encoder::Encoder() : context_(owned(ZSTD_createCCtx())) {}

void Encoder::set_dictionary(Kind kind, std::string_view dictionary) {
  auto& place = dictionaries_[index_of(kind)];
  place.reset();
  if (dictionary.empty()) return;
  place.reset(owned(ZSTD_createCDict(dictionary.data(), dictionary.size(), kLevel)));
}

std::uint32_t Encoder::dictionary(Kind kind) const {
  return ZSTD_getDictID_fromCDict(dictionaries_[index_of(kind)].get());
}

std::string Encoder::encode(Kind kind, std::string_view document) {
  const auto bound = ZSTD_compressBound(document.size());
  if (buffer_.size() < bound) buffer_.resize(bound);
  const auto* dictionary = dictionaries_[index_of(kind)].get();
  const auto size = dictionary
                        ? ZSTD_compress_usingCDict(context_.get(), buffer_.data(), buffer_.size(),
                                                   document.data(), document.size(), dictionary)
                        : ZSTD_compressCCtx(context_.get(), buffer_.data(), buffer_.size(),
                                            document.data(), document.size(), kLevel);
  if (ZSTD_isError(size)) std::abort();  // the bound was enough: out of memory
  return buffer_.substr(0, size);
}

Decoder::Decoder(Load load) : load_(std::move(load)), context_(owned(ZSTD_createDCtx())) {}

Result<Done> Decoder::decode(std::string_view frame, std::string& document) {
  const Error corrupt{Code::corrupt, "a stored document is damaged"};
  const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size > kLargestDocument) return corrupt;  // also its two error values
  document.resize(static_cast<std::size_t>(size));

  const ZSTD_DDict* dictionary = nullptr;
  if (const auto id = dictionary_of(frame); id != 0) {
    auto& place = dictionaries_[id];
    if (!place) {
      const auto bytes = load_(id);
      if (!bytes) return corrupt;
      place.reset(owned(ZSTD_createDDict(bytes->data(), bytes->size())));
    }
    dictionary = place.get();
  }
  const auto got = ZSTD_decompress_usingDDict(context_.get(), document.data(), document.size(),
                                              frame.data(), frame.size(), dictionary);
  if (ZSTD_isError(got) || got != document.size()) return corrupt;
  return Done{};
}

}  // namespace icure::store
