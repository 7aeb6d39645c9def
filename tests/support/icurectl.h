// icurectl without its process: words in, output, errors and exit code out.
#pragma once
#include <optional>
#include <sstream>

#include "ipc/client/command_line.h"
#include "ipc/client/runner.h"
#include "tests/support/fake_daemon.h"
#include "tests/support/programs.h"

namespace icure::support {

class Icurectl : public ::testing::Test {
 protected:
  client::Parsed parse(const std::vector<std::string>& words) {
    return client::parse_command_line(words, verbs);
  }

  client::Exit run(const std::vector<std::string>& words, FakeDaemon::Script script) {
    auto parsed = parse(words);
    EXPECT_TRUE(parsed.line) << (parsed.failure ? parsed.failure->message : parsed.shown);
    daemon.emplace(std::move(script), hello);
    client::Options options;
    options.socket = daemon->path();
    client::Client client(options);
    screen.json = parsed.line->json;
    return client::Runner(client, screen, program).run(*parsed.line->verb, parsed.line->values);
  }
  nlohmann::json sent(std::size_t at = 0) { return daemon->requests().at(at); }

  FakeDaemon::Script hello;  // empty: as any daemon says it
  std::string program = "no-such-icure-syncd";
  std::vector<client::Verb> verbs = client::all_verbs();
  std::ostringstream out, err;
  client::Screen screen{out, err};
  std::optional<FakeDaemon> daemon;
};

/// Of verbs that need the daemon's program, or others of the machine.
class IcurectlWithPrograms : public Icurectl {
 protected:
  IcurectlWithPrograms() { program = programs.path("icure-syncd"); }

  /// No daemon is asked.
  client::Exit run(const std::vector<std::string>& words) {
    return Icurectl::run(words, [](const nlohmann::json& request) {
      ADD_FAILURE() << "asked " << request;
      return result_of(request, nullptr);
    });
  }
  using Icurectl::run;

  std::string file(const std::string& name) const { return directory.path() / name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(file(name)).parent_path());
    std::ofstream(file(name)) << text;
    return file(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream from(file(name));
    return {std::istreambuf_iterator<char>(from), {}};
  }

  Programs programs;
  TempDir directory;
};

}  // namespace icure::support
