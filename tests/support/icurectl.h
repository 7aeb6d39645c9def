// icurectl without its process: words in, output, errors and exit code out.
#pragma once
#include <optional>
#include <sstream>

#include "ipc/client/command_line.h"
#include "ipc/client/runner.h"
#include "tests/support/fake_daemon.h"

namespace icure::support {

class Icurectl : public ::testing::Test {
 protected:
  client::Parsed parse(const std::vector<std::string>& words) {
    return client::parse_command_line(words, verbs);
  }

  client::Exit run(const std::vector<std::string>& words, FakeDaemon::Script script) {
    auto parsed = parse(words);
    EXPECT_TRUE(parsed.line) << (parsed.failure ? parsed.failure->message : parsed.shown);
    daemon.emplace(std::move(script));
    client::Options options;
    options.socket = daemon->path();
    client::Client client(options);
    screen.json = parsed.line->json;
    return client::Runner(client, screen).run(*parsed.line->verb, parsed.line->values);
  }
  nlohmann::json sent(std::size_t at = 0) { return daemon->requests().at(at); }

  std::vector<client::Verb> verbs = client::all_verbs();
  std::ostringstream out, err;
  client::Screen screen{out, err};
  std::optional<FakeDaemon> daemon;
};

}  // namespace icure::support
