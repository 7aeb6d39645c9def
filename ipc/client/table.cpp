#include "ipc/client/table.h"

#include <algorithm>
#include <numeric>

#include "ipc/client/text.h"

namespace icure::client {
namespace {

constexpr std::string_view kGap = "  ";
constexpr std::size_t kNarrowest = 6;  // below it a cell says nothing

std::string line_of(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += kGap;
    const bool last = i + 1 == cells.size();
    const auto cell = cut(cells[i], widths[i]);
    line += last ? cell : padded(cell, widths[i]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
  for (auto& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths(std::size_t limit) const {
  std::vector<std::size_t> widths;
  for (const auto& column : columns_) widths.push_back(display_width(column.title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  if (limit == 0) return widths;
  // The widest gives first, so that short columns stay whole.
  for (;;) {
    const auto used = std::accumulate(widths.begin(), widths.end(), std::size_t{0}) +
                      kGap.size() * (widths.size() - 1);
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (columns_[i].shrink == Shrink::no || widths[i] <= kNarrowest) continue;
      if (!widest || widths[i] > *widest) widest = &widths[i];
    }
    if (used <= limit || !widest) return widths;
    --*widest;
  }
}

std::string Table::text(const Screen& screen) const {
  const auto columns = widths(screen.width);
  std::vector<std::string> titles;
  for (const auto& column : columns_) titles.push_back(column.title);
  std::string text = screen.paint(Colour::bold, line_of(titles, columns)) + '\n';
  for (const auto& row : rows_) text += line_of(row, columns) + '\n';
  return text;
}

}  // namespace icure::client
