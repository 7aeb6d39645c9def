// How lists of documents and of ids are asked for and written, the same for all kinds.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/sandbox/documents.h"
#include "tests/sandbox/routes.h"

namespace icure::sandbox {

constexpr std::size_t kDefaultLimit = 1000;

/// The `limit` parameter; empty when it is no number.
std::optional<std::size_t> limit_of(const Request& request);
/// The ids of `{"ids":[...]}`; empty when there is anything else in it, which the platform refuses.
std::optional<std::vector<std::string>> ids_of(const Request& request);

Reply document_list(const std::vector<Row>& rows);
Reply id_list(const std::vector<std::string>& ids);
/// `next_key` is JSON, empty for a null key; `next_id` is empty on the last page.
Reply document_page(const std::vector<Row>& rows, const std::string& next_key,
                    const std::string& next_id);

/// POST /{entity}/match and /{entity}/filter.
Reply match_reply(const Documents& documents, Kind kind, const Call& call);
Reply filter_reply(const Documents& documents, Kind kind, const Call& call);
/// POST /{entity}/byIds: in the order asked for, soft-deleted ones too, without those unknown or
/// not visible.
Reply by_ids_reply(const Documents& documents, Kind kind, const Call& call);

}  // namespace icure::sandbox
