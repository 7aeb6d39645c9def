#include "ipc/client/csv.h"

#include <simdjson.h>

#include <algorithm>

namespace icure::client {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // as spreadsheets save it

char separator_of(std::string_view text) {
  const auto first = text.substr(0, text.find('\n'));
  char best = ',';
  for (const char candidate : {';', '\t'}) {
    const auto count = [first](char c) { return std::count(first.begin(), first.end(), c); };
    if (count(candidate) > count(best)) best = candidate;
  }
  return best;
}

std::string trimmed(const std::string& cell) {
  constexpr auto kBlanks = " \t\r\n";
  const auto begin = cell.find_first_not_of(kBlanks);
  if (begin == std::string::npos) return {};
  return cell.substr(begin, cell.find_last_not_of(kBlanks) - begin + 1);
}

/// Reads one row after the other; knows on which line it is.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), separator_(separator_of(text)) {}

  bool more() const { return at_ < text_.size(); }

  CsvRow row(std::vector<FileFault>& faults) {
    CsvRow row{line_};
    for (;;) {
      row.cells.push_back(trimmed(cell(row.line, faults)));
      if (!more()) return row;
      if (take() == '\n') return row;  // else the separator
    }
  }

 private:
  std::string cell(std::size_t begun, std::vector<FileFault>& faults) {
    std::string cell;
    while (more() && text_[at_] == ' ') take();
    if (more() && text_[at_] == '"') {
      take();
      if (!quoted(cell)) {
        faults.push_back({begun, "a quoted cell is not closed", "write a \" at its end"});
      }
    }
    while (more() && text_[at_] != separator_ && text_[at_] != '\n') cell += take();
    return cell;
  }

  /// Up to the closing quote; two of them stand for one. False: there is none.
  bool quoted(std::string& cell) {
    while (more()) {
      const char c = take();
      if (c != '"') {
        cell += c;
      } else if (more() && text_[at_] == '"') {
        cell += take();
      } else {
        return true;
      }
    }
    return false;
  }

  char take() {
    const char c = text_[at_++];
    if (c == '\n') ++line_;
    return c;
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Csv parse_csv(std::string_view text) {
  Csv csv;
  if (!simdjson::validate_utf8(text.data(), text.size())) {
    csv.faults.push_back({1, "the file is not UTF-8", "save it as \"CSV UTF-8\""});
    return csv;
  }
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  for (Reader reader(text); reader.more();) {
    auto row = reader.row(csv.faults);
    const auto empty = [](const std::string& cell) { return cell.empty(); };
    if (std::all_of(row.cells.begin(), row.cells.end(), empty)) continue;
    csv.rows.push_back(std::move(row));
  }
  return csv;
}

}  // namespace icure::client
