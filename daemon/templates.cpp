#include "daemon/templates.h"

#include <filesystem>
#include <fstream>

namespace icure {
namespace {

constexpr std::size_t kLargest = std::size_t{64} << 10;

}  // namespace

Result<std::optional<std::string>> read_template(const std::string& directory,
                                                 const std::string& name) {
  const auto path = std::filesystem::path(directory) / name;
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (kind == std::filesystem::file_type::not_found) return std::optional<std::string>();
  const Error unreadable{Code::io, path.string() + " cannot be read",
                         "let the daemon's user read it"};
  if (kind != std::filesystem::file_type::regular) return unreadable;
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof() && !file) return unreadable;
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargest) {
    return Error{Code::io, path.string() + " is larger than 64 KiB", "shorten it"};
  }
  return std::optional(std::move(text));
}

}  // namespace icure
