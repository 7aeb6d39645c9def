// A file of invitations: each row of a table -> the params of one invite.create. Pure.
#pragma once
#include <string_view>
#include <vector>

#include "ipc/client/csv.h"
#include "ipc/client/verb.h"

namespace icure::client {

struct ImportRow {
  std::size_t line = 0;
  /// With a key that is made of the others: the same row again is the same request.
  Json params;
};

struct ImportFile {
  std::vector<ImportRow> rows;  ///< Those without a fault of their own.
  std::vector<FileFault> faults;
};

/// The first row names the columns: the params of invite.create, in any order and case. Columns
/// "name" and "note" are for people and ignored. `otherwise` holds params for empty cells.
ImportFile parse_import(std::string_view text, const Json& otherwise);

}  // namespace icure::client
