#include "tests/sandbox/gzip.h"

#include <zlib.h>

#include <cstdlib>

namespace icure::sandbox {

std::string gzip(const std::string& text) {
  constexpr int kGzipFrame = 16;
  z_stream stream{};
  if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + kGzipFrame, 9, Z_DEFAULT_STRATEGY) != Z_OK)
    std::abort();
  std::string out(deflateBound(&stream, text.size()), '\0');
  // zlib's older interface takes a pointer to something it never writes to.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace icure::sandbox
