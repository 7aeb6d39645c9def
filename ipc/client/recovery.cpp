#include "ipc/client/recovery.h"

namespace icure::client {

Result<std::string, Failure> new_recovery_key(const Runner& runner, const std::string& config,
                                              const std::vector<std::string>& environment) {
  Launch launch{{"--config", config, "--make-recovery-key"}, environment};
  launch.input = "";
  const auto run = runner.run_daemon(launch);
  if (run.code != 0) return refusal_of(run);
  return lines_of(run.said).back();
}

std::string recovery_key_view(const std::string& key, const Screen& screen) {
  return "The recovery key opens the store and its backups when the store key is lost. It is shown "
         "only now:\nwrite it down and keep it away from this machine.\n\n    " +
         screen.paint(Colour::bold, key) + "\n\n";
}

}  // namespace icure::client
