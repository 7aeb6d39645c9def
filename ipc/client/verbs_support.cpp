// icurectl support-bundle: all that somebody who helps needs to know, and nobody's data. Of lists
// only the members are taken that are named here.
#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>

#include "ipc/client/args.h"
#include "ipc/client/daemon_program.h"
#include "ipc/client/doctor.h"
#include "ipc/client/runner.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

constexpr auto kLeftOut = "(left out)";

/// A method whose answer is of the bundle.
struct Part {
  const char* name;
  const char* method;
  Json params = Json::object();
  std::vector<std::string> members = {};  ///< Of its rows; empty: all of it is nobody's data.
};

std::vector<Part> parts() {
  const Json many = {{"limit", 1000}};
  return {{"status", "daemon.status"},
          {"config", "config.show"},
          {"metrics", "daemon.metrics"},
          {"runs", "sync.history", many},
          {"outbox",
           "outbox.list",
           many,
           {"id", "op", "kind", "state", "attempts", "created", "next_try"}},
          {"invitations",
           "invite.list",
           many,
           {"id", "state", "ownerType", "channel", "created", "sent_at", "maybe_sent", "attempts",
            "next_try"}}};
}

/// The daemon's own login may be somebody's e-mail address.
void leave_out_login(Json& config) {
  for (auto& value : config["values"]) {
    if (text_of(value, "key") == "platform.login") value["value"] = kLeftOut;
  }
}

Json rows_of(const Json& answer, const std::vector<std::string>& members) {
  Json rows = Json::array();
  for (const auto& row : child_of(answer, "rows")) {
    Json kept = Json::object();
    for (const auto& member : members) {
      if (row.contains(member)) kept[member] = row[member];
    }
    rows.push_back(std::move(kept));
  }
  return rows;
}

Json ask(Runner& runner, const Part& part) {
  const auto answer = runner.ask(part.method, part.params);
  if (!answer) return {{"refused", answer.error().word}};
  auto result = Json::parse(*answer);
  if (std::strcmp(part.name, "config") == 0) leave_out_login(result);
  return part.members.empty() ? result : rows_of(result, part.members);
}

std::string first_line(const char* file, const std::string& beginning) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(beginning)) return line.substr(beginning.size());
  }
  return {};
}

Json machine() {
  utsname system{};
  uname(&system);
  return {{"system", first_line("/etc/os-release", "PRETTY_NAME=")},
          {"kernel", system.release},
          {"processor", system.machine},
          {"cores", std::thread::hardware_concurrency()},
          {"memory", first_line("/proc/meminfo", "MemTotal:")}};
}

/// The daemon's log holds ids and counts, and nothing else.
Json journal() {
  const auto run = capture("journalctl", {{"--unit=icure-syncd", "--lines=5000", "--no-pager",
                                           "--output=short-iso", "--no-hostname", "--quiet"}});
  return run.code == 0 ? Json(lines_of(run.said)) : Json::array();
}

/// A new file that nobody else may read. Returns why not; 0: it is written.
int write_new(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return errno;
  std::string_view left = text;
  while (!left.empty()) {
    const auto count = ::write(file, left.data(), left.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    left.remove_prefix(static_cast<std::size_t>(count));
  }
  const int error = left.empty() ? 0 : errno;
  ::close(file);
  return error;
}

Exit run_support(Runner& runner, const Verb&, const Values& values) {
  const auto& path = values.at("path");
  Json bundle = {{"schema", kJsonSchema}, {"icurectl", ICURE_VERSION}, {"machine", machine()}};
  bundle["doctor"] = doctor_findings(runner, values);
  for (const auto& part : parts()) bundle[part.name] = ask(runner, part);
  bundle["journal"] = journal();
  const auto text = bundle.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
  if (const int error = write_new(path, text)) {
    Failure failure;
    failure.word = "invalid";
    failure.message = path + ": " + std::strerror(error);
    failure.hint = "name a new file in a directory that you may write";
    return runner.fail(failure);
  }
  auto& screen = runner.screen();
  if (screen.json) {
    const Json done = {{"path", path}, {"bytes", text.size()}};
    screen.put_json(done.dump(-1, ' ', false, Json::error_handler_t::replace));
  } else {
    screen.out << "saved " << printable(path) << ", " << text.size()
               << " bytes of JSON: look at it before you send it. It holds ids, counts, settings\n"
                  "and the log; no names, contacts, documents or secrets.\n";
  }
  return Exit::ok;
}

}  // namespace

std::vector<Verb> support_verbs() {
  return {
      {.noun = "support-bundle",
       .verb = "",
       .about = "saves what somebody who helps needs to know, without anybody's data",
       .method = "",
       .args = {{"PATH", "path", "the new file", Arg::Type::path, {}, true},
                config_arg(),
                {"--offline", "--offline", "leave out what needs the network", Arg::Type::flag}},
       .run = run_support}};
}

}  // namespace icure::client
