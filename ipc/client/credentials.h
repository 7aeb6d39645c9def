// The secrets of the installed service, for the daemon's program when a person runs it: systemd
// hands them to the service alone.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace icure::client {

inline constexpr auto kStoreKey = "store-key";
inline constexpr auto kPlatformPassword = "platform-password";

/// A directory as $CREDENTIALS_DIRECTORY, for programs that are started while it lives. Secrets
/// that are added lie in memory; the directory only names them.
class Credentials {
 public:
  Credentials() = default;
  /// What lies in `credentials` beside the configuration: plain files as they are, sealed ones
  /// unsealed, which only root can do. None, if a credentials directory is given from outside.
  static Credentials beside(const std::string& config);
  /// The same without plain files.
  static Credentials sealed_beside(const std::string& config);
  Credentials(Credentials&& other) noexcept;
  Credentials& operator=(Credentials&&) = delete;
  ~Credentials();

  /// False if there is no memory, or no place for the directory.
  bool add(const std::string& name, std::string_view secret);
  /// "CREDENTIALS_DIRECTORY=...", or nothing.
  std::vector<std::string> environment() const;
  /// The file of a secret that was added, for those programs.
  std::string path_of(const std::string& name) const { return directory_ + "/" + name; }

 private:
  std::string directory_;
  std::vector<std::string> names_;  // that were added
  std::vector<int> files_;
  bool ours_ = false;
};

/// The directory in which a service with this configuration has its secrets.
std::string credentials_directory(const std::string& config);

/// What is sealed in that file, or "" if it cannot be unsealed.
std::string unsealed(const std::string& name, const std::string& file);

}  // namespace icure::client
