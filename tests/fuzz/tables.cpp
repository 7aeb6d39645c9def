// A person's table of invitations, as a spreadsheet saved it (icurectl invite import).
#include "ipc/client/import_file.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace icure;
using fuzz::require;

std::string quoted(const std::string& cell) {
  std::string text = "\"";
  for (const char c : cell) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

/// The same table as we would write it. Its first row says what separates.
std::string written(const std::vector<client::CsvRow>& rows) {
  std::string text = "x,\n";
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      text += (i ? "," : "") + quoted(row.cells[i]);
    text += '\n';
  }
  return text;
}

void read_table(std::string_view text) {
  const auto table = client::parse_csv(text);
  for (const auto& fault : table.faults) {
    require(fault.line > 0 && !fault.text.empty() && !fault.hint.empty(), "a fault has words");
  }
  const auto again = client::parse_csv(written(table.rows));
  require(again.faults.empty() && again.rows.size() == table.rows.size() + 1, "no row is lost");
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    require(again.rows[i + 1].cells == table.rows[i].cells, "cells stay what they are");
  }
}

void read_import(std::string_view text) {
  static const client::Json otherwise = {{"solution", "S"}, {"link", "https://x.test"}};
  const auto file = client::parse_import(text, otherwise);
  require(!file.rows.empty() || !file.faults.empty() || text.find('\n') != text.npos,
          "something comes of a file");
  for (const auto& fault : file.faults) require(!fault.text.empty(), "a fault has words");
  for (const auto& [line, params] : file.rows) {
    require(line > 1, "the first row names the columns");
    const auto key = params.at("key").get<std::string>();
    require(key.size() <= 128 && !params.at("owner").get<std::string>().empty(), "a row is whole");
    require(fuzz::is_json(params.dump()), "and can be sent");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  read_table(text);
  read_import(text);
  return 0;
}
