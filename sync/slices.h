// JSON of the platform cut into the texts of its values, each whole and valid. Pure; any thread.
//
// Only one value at a time is taken apart: a tree of a whole answer takes fourteen times its size.
#pragma once
#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace icure::sync {

/// Views into the text that was cut; absent: it is not JSON, cut off, or of another shape.
using Slices = std::optional<std::vector<std::string_view>>;

/// An array of objects. `json` has room for simdjson's padding behind its end, as have the others.
Slices slices_of_array(const std::string& json);

struct PageSlices {
  std::vector<std::string_view> rows;
  std::string_view next;  ///< The member nextKeyPair; empty: there is none.
};
/// An object whose member `rows` is an array of objects.
std::optional<PageSlices> slices_of_page(const std::string& json);

/// Takes slices apart, one after the other.
class SliceReader {
 public:
  /// The value of a slice of such a text, or absent where it is not valid JSON. Valid until the
  /// next call.
  std::optional<simdjson::dom::element> read(std::string_view slice);

 private:
  simdjson::dom::parser parser_;
};

}  // namespace icure::sync
