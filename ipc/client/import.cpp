#include "ipc/client/import.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <iterator>

#include "ipc/client/args.h"
#include "ipc/client/import_file.h"
#include "ipc/client/names.h"
#include "ipc/client/runner.h"
#include "ipc/client/table.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"

namespace icure::client {
namespace {

// Enough that many rows share a write to the disk, few enough to leave the daemon to others too.
constexpr std::size_t kAtOnce = 32;

struct Row {
  std::size_t line = 0;
  Json params;
  std::string result;  // "new", "known" (taken in before), or once it was sent its state
  Json told;           // by the daemon: what it would do, or the invitation
};

struct Import {
  std::string file;
  std::vector<Row> rows;  // those that nothing speaks against, so far
  std::vector<FileFault> faults;
};

Result<std::string, Failure> content_of(const std::string& path) {
  std::ifstream file;
  if (path != kFromInput) file.open(path, std::ios::binary);
  auto& in = path == kFromInput ? std::cin : file;
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (in.bad() || (path != kFromInput && !file.is_open())) {
    return usage("cannot read " + path, "give a file that you may read, or - for the input");
  }
  return text;
}

/// Whether the daemon refuses this row, not the caller or everything at this time.
bool is_of_row(const Failure& failure) {
  constexpr int kInvalidParams = -32602;
  static constexpr std::array<std::string_view, 4> kWords = {"invalid", "conflict", "not_found",
                                                             "key_reused"};
  if (failure.trouble != Trouble::refused) return false;
  if (failure.code == kInvalidParams) return true;
  return failure.code == -32000 &&
         std::find(kWords.begin(), kWords.end(), failure.word) != kWords.end();
}

/// Asks `method` of every row; `keep` takes a row and its result. A row that is refused becomes a
/// fault. Any other failure ends it, and rows that have no result by then are dropped.
std::optional<Failure> ask_all(Client& client, const std::string& method, Import& import,
                               void (*keep)(Row& row, Json result)) {
  auto rows = std::exchange(import.rows, {});
  std::vector<Result<std::int64_t, Failure>> sent;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    while (sent.size() < std::min(rows.size(), i + kAtOnce)) {
      const auto& params = rows[sent.size()].params;
      sent.push_back(
          client.send(method, params.dump(-1, ' ', false, Json::error_handler_t::replace)));
    }
    const auto answer = sent[i] ? client.wait(*sent[i]) : Client::Called(sent[i].error());
    if (answer) {
      keep(rows[i], Json::parse(*answer));
      import.rows.push_back(std::move(rows[i]));
    } else if (is_of_row(answer.error())) {
      import.faults.push_back({rows[i].line, answer.error().message, answer.error().hint});
    } else {
      return answer.error();
    }
  }
  return std::nullopt;
}

void keep_forecast(Row& row, Json forecast) {
  row.result = forecast.contains("invitation") ? "known" : "new";
  row.told = std::move(forecast);
}

void keep_invitation(Row& row, Json result) {
  row.told = child_of(result, "invitation");
  if (row.result == "new") row.result = text_of(row.told, "state");
}

std::string words_of(const std::string& result) {
  if (result == "new") return "can be invited";
  return result == "known" ? "was taken in before" : result;
}

Json json_of(const Import& import, bool sent) {
  Json rows = Json::array();
  for (const auto& row : import.rows) {
    Json each = {{"line", row.line}, {"owner", row.params["owner"]}, {"result", row.result}};
    for (const char* name : {"id", "channel", "contact"}) {
      if (row.told.contains(name)) each[name] = row.told[name];
    }
    rows.push_back(std::move(each));
  }
  Json faults = Json::array();
  for (const auto& fault : import.faults) {
    faults.push_back({{"line", fault.line}, {"message", fault.text}, {"hint", fault.hint}});
  }
  return {{"sent", sent}, {"rows", std::move(rows)}, {"faults", std::move(faults)}};
}

void show(Runner& runner, const Import& import, bool sent) {
  auto& screen = runner.screen();
  if (screen.json) {
    const auto json = json_of(import, sent);
    screen.put_json(json.dump(-1, ' ', false, Json::error_handler_t::replace));
    return;
  }
  Names names(runner);
  Table table({{"LINE", Shrink::no}, {"WHO"}, {"BY", Shrink::no}, {"TO"}, {"RESULT", Shrink::no}});
  for (const auto& row : import.rows) {
    table.add({std::to_string(row.line), names.of("owner", text_of(row.params, "owner")),
               text_of(row.told, "channel"), text_of(row.told, "contact"), words_of(row.result)});
  }
  if (!table.empty()) screen.out << table.text(screen) << std::flush;
  for (const auto& fault : import.faults) {
    screen.err << printable(import.file) << ':' << fault.line << ": " << printable(fault.text)
               << "\n  " << printable(fault.hint) << '\n';
  }
}

Failure faulty(const Import& import, bool sent) {
  const auto count = std::to_string(import.faults.size());
  Failure failure;
  failure.word = "invalid";
  failure.code = -32000;
  if (sent) {
    failure.message = "rows that were not accepted: " + count;
    failure.hint = "correct them and import the file again: the others are not sent twice";
  } else {
    failure.message = "rows with a fault: " + count + "; nothing was sent";
    failure.hint = "correct them, or leave them out with " + std::string(kSkipFaulty);
  }
  return failure;
}

bool is_held(const Row& row) {
  return row.result == "held";
}

}  // namespace

Exit run_import(Runner& runner, const Verb& verb, const Values& values) {
  Import import{values.at(kImportFile), {}, {}};
  const auto text = content_of(import.file);
  if (!text) return runner.fail(text.error());
  auto parsed = parse_import(*text, params_of(verb, values));
  import.faults = std::move(parsed.faults);
  for (auto& row : parsed.rows) import.rows.push_back({row.line, std::move(row.params), {}, {}});

  auto stopped = ask_all(runner.client(), "invite.check", import, keep_forecast);
  if (stopped) return runner.fail(*stopped);
  const bool whole = import.faults.empty();
  const bool send = !values.contains(kDryRun) && (whole || values.contains(kSkipFaulty));
  const auto left_out = import.faults.size();
  if (send) stopped = ask_all(runner.client(), verb.method, import, keep_invitation);

  const auto by_line = [](const FileFault& a, const FileFault& b) { return a.line < b.line; };
  std::sort(import.faults.begin(), import.faults.end(), by_line);
  show(runner, import, send);
  if (stopped) {
    stopped->hint = "import the file again: what was accepted is not sent twice";
    return runner.fail(*stopped);
  }
  const bool left_out_on_purpose = send && import.faults.size() == left_out;
  if (!import.faults.empty() && !left_out_on_purpose) return runner.fail(faulty(import, send));
  const bool held = std::any_of(import.rows.begin(), import.rows.end(), is_held);
  return held ? Exit::conflict : Exit::ok;
}

}  // namespace icure::client
