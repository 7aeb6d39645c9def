// Rows and columns for people.
#pragma once
#include <string>
#include <vector>

#include "ipc/client/screen.h"

namespace icure::client {

enum class Shrink { no, yes };  ///< Whether a column may be cut where the terminal is narrow.

struct Column {
  std::string title;
  Shrink shrink = Shrink::yes;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as columns; made printable here.
  void add(std::vector<std::string> cells);

  /// Lines aligned by display width, a title line first; within the screen's width as far as the
  /// columns allow it.
  std::string text(const Screen& screen) const;

  bool empty() const { return rows_.empty(); }

 private:
  std::vector<std::size_t> widths(std::size_t limit) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace icure::client
