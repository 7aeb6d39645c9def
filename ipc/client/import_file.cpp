#include "ipc/client/import_file.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "daemon/base/hex.h"
#include "ipc/client/suggest.h"

namespace icure::client {
namespace {

// In this order they make the key: the order of the file's columns does not count.
constexpr std::array kParams = {"owner",    "inviter", "channel",  "contact",    "link",
                                "solution", "subject", "template", "not_before", "expires"};
constexpr std::array kForPeople = {"name", "note"};
constexpr std::array kRequired = {"owner", "link", "solution"};
constexpr std::size_t kKeyBytes = 16;  // of a SHA-256: more than enough to tell rows apart

using Columns = std::vector<std::string>;

Columns columns_of(const CsvRow& titles, std::vector<FileFault>& faults) {
  std::vector<std::string> known(kParams.begin(), kParams.end());
  known.insert(known.end(), kForPeople.begin(), kForPeople.end());
  Columns columns;
  for (auto title : titles.cells) {
    for (auto& c : title) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool doubled = std::find(columns.begin(), columns.end(), title) != columns.end();
    if (std::find(known.begin(), known.end(), title) == known.end()) {
      const auto near = nearest(title, known);
      std::string all;
      for (const auto& name : known) all += (all.empty() ? "" : ", ") + name;
      faults.push_back({titles.line, "there is no column \"" + title + "\"",
                        near.empty() ? "there is: " + all : "did you mean \"" + near + "\"?"});
    } else if (doubled) {
      faults.push_back({titles.line, "the column \"" + title + "\" stands twice", "remove one"});
    }
    columns.push_back(std::move(title));
  }
  return columns;
}

std::string digest_of(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    std::abort();  // SHA-256 cannot fail
  }
  return to_hex({digest.data(), kKeyBytes});
}

/// A cell by its column's name, or what stands for an empty one.
std::string value_of(const CsvRow& row, const Columns& columns, const char* name,
                     const Json& otherwise) {
  for (std::size_t i = 0; i < columns.size() && i < row.cells.size(); ++i) {
    if (columns[i] == name && !row.cells[i].empty()) return row.cells[i];
  }
  return otherwise.value(name, std::string());
}

/// A day alone is its beginning, in UTC.
std::string time_of(const std::string& text) {
  constexpr std::string_view kDay = "0000-00-00";
  if (text.size() != kDay.size() || text[4] != '-' || text[7] != '-') return text;
  return text + "T00:00:00Z";
}

std::optional<FileFault> fault_of(const CsvRow& row, const Columns& columns, const Json& params) {
  if (row.cells.size() > columns.size()) {
    return FileFault{row.line, "there are more cells than columns",
                     "put cells that hold a separator into \"quotes\""};
  }
  for (const char* name : kRequired) {
    if (params.contains(name)) continue;
    auto hint = std::string("fill the column \"") + name + '"';
    if (name != kRequired.front()) hint += std::string(", or give --") + name + " for all rows";
    return FileFault{row.line, std::string("there is no ") + name, std::move(hint)};
  }
  return std::nullopt;
}

}  // namespace

ImportFile parse_import(std::string_view text, const Json& otherwise) {
  auto csv = parse_csv(text);
  ImportFile file{{}, std::move(csv.faults)};
  if (csv.rows.empty()) {
    if (file.faults.empty()) {
      file.faults.push_back({1, "the file is empty", "its first line names the columns"});
    }
    return file;
  }
  const auto columns = columns_of(csv.rows.front(), file.faults);
  if (!file.faults.empty()) return file;     // what the cells mean is not known
  std::map<std::string, std::size_t> lines;  // of owners
  for (std::size_t i = 1; i < csv.rows.size(); ++i) {
    const auto& row = csv.rows[i];
    auto params = Json::object();
    for (const std::string name : kParams) {
      auto value = value_of(row, columns, name.c_str(), otherwise);
      if (name == "not_before" || name == "expires") value = time_of(value);
      if (!value.empty()) params[name] = std::move(value);
    }
    if (auto fault = fault_of(row, columns, params)) {
      file.faults.push_back(*std::move(fault));
      continue;
    }
    const auto [first, fresh] = lines.emplace(params["owner"].get<std::string>(), row.line);
    if (!fresh) {
      file.faults.push_back({row.line,
                             "invites the same owner as line " + std::to_string(first->second),
                             "remove one of them"});
      continue;
    }
    params["key"] =
        "import-" + digest_of(params.dump(-1, ' ', false, Json::error_handler_t::replace));
    file.rows.push_back({row.line, std::move(params)});
  }
  return file;
}

}  // namespace icure::client
