// Tables as spreadsheets save them: comma-separated values (RFC 4180), with the commas of the
// country: , or ; or a tab. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace icure::client {

struct CsvRow {
  std::size_t line = 0;  ///< On which it begins, from 1; a quoted cell may hold line ends.
  std::vector<std::string> cells = {};  ///< Without quotes and without blanks around them.
};

/// What is wrong with a line of a file, and what to do about it.
struct FileFault {
  std::size_t line = 0;
  std::string text;
  std::string hint;
};

struct Csv {
  std::vector<CsvRow> rows;  ///< Without empty ones. As far as they could be told apart.
  std::vector<FileFault> faults;
};

/// The separator is the one that the first line has most of.
Csv parse_csv(std::string_view text);

}  // namespace icure::client
