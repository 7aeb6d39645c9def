// icurectl audit list|verify
#include "ipc/client/args.h"
#include "ipc/client/runner.h"
#include "ipc/client/table.h"
#include "ipc/client/text.h"
#include "ipc/client/views.h"
#include "ipc/client/when.h"

namespace icure::client {
namespace {

constexpr auto kJsonLines = "--json-lines";

std::string number_of(const Json& object, const char* name) {
  const auto& number = child_of(object, name);
  return number.is_number_integer() ? std::to_string(number.get<std::int64_t>()) : "";
}

std::string record_of(const Json& row) {
  const auto kind = text_of(row, "kind");
  const auto id = text_of(row, "id");
  if (!id.empty()) return kind.empty() ? id : kind + ' ' + id;
  const auto records = number_of(row, "records");
  return records.empty() ? "" : records + " records";
}

std::string who_of(const Json& row) {
  const auto actor = text_of(row, "actor");
  if (actor.empty()) return "";
  const auto& verified = child_of(row, "actor_verified");
  return actor + (verified.is_boolean() && verified.get<bool>() ? "" : " (unverified)");
}

std::string entries_view(const Json& result, const Screen& screen) {
  Table table({{"SEQ", Shrink::no},
               {"AT", Shrink::no},
               {"UID", Shrink::no},
               {"PROGRAM"},
               {"ACTOR"},
               {"METHOD", Shrink::no},
               {"RECORD"},
               {"OUTCOME", Shrink::no},
               {"CALLS", Shrink::no}});
  for (const auto& row : child_of(result, "rows")) {
    table.add({number_of(row, "seq"), text_of(row, "at"), number_of(row, "uid"),
               text_of(row, "program"), who_of(row), text_of(row, "method"), record_of(row),
               text_of(row, "outcome"), number_of(row, "count")});
  }
  if (table.empty()) return "no entries\n";
  const auto next = number_of(result, "next");
  return table.text(screen) + (next.empty() ? "" : "there are more: --since " + next + '\n');
}

/// Every entry from there on, each a line, as they are read.
Exit export_lines(Runner& runner, const Verb& verb, Json params) {
  if (!params.contains("limit")) params["limit"] = 1000;
  auto& out = runner.screen().out;
  for (;;) {
    const auto answer = runner.ask(verb.method, params);
    if (!answer) return runner.fail(answer.error());
    const auto page = Json::parse(*answer);
    for (const auto& row : child_of(page, "rows")) out << printable_json(row.dump()) << '\n';
    out << std::flush;
    if (!out) return Exit::failed;  // nobody reads any more
    if (!page.contains("next")) return Exit::ok;
    params["since"] = page["next"];
  }
}

Exit run_list(Runner& runner, const Verb& verb, const Values& values) {
  auto params = params_of(verb, values);
  if (values.contains(kJsonLines)) return export_lines(runner, verb, std::move(params));
  const auto answer = runner.ask(verb.method, params);
  if (!answer) return runner.fail(answer.error());
  runner.show(verb, *answer);
  return Exit::ok;
}

bool is_whole(const Json& result) {
  const auto& ok = child_of(result, "ok");
  return ok.is_boolean() && ok.get<bool>();
}

std::string verified_view(const Json& result, const Screen& screen) {
  const auto entries = number_of(result, "entries");
  if (is_whole(result)) {
    return "The audit log is " + screen.paint(Colour::green, "whole") + ": " + entries +
           " entries\n";
  }
  return "The audit log is " + screen.paint(Colour::red, "broken") + " at entry " +
         number_of(result, "broken_at") + ": it, or what stood before it, was changed or is " +
         "missing; " + entries + " entries before it hold\n" +
         "keep a copy of audit.db, and compare with a backup and with the chain in the log " +
         "(journalctl -u icure-syncd -g \"audit log\")\n";
}

Exit exit_of_verified(const Json& result) {
  return is_whole(result) ? Exit::ok : Exit::failed;
}

}  // namespace

std::vector<Verb> audit_verbs() {
  return {{.noun = "audit",
           .verb = "list",
           .about = "lists who read or changed which record, oldest first",
           .method = "audit.list",
           .args = {{"--since", "since", "only entries after this number", Arg::Type::number},
                    limit_arg(),
                    {kJsonLines, kJsonLines, "all entries from there on, each a line of JSON",
                     Arg::Type::flag}},
           .view = entries_view,
           .run = run_list},
          {.noun = "audit",
           .verb = "verify",
           .about = "says whether an entry of the audit log was changed or is missing",
           .method = "audit.verify",
           .view = verified_view,
           .exit = exit_of_verified}};
}

}  // namespace icure::client
