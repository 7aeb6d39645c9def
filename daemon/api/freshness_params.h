// The descriptions of `max_age_s` and `refresh`, for every read's params().
#pragma once
#include <tuple>

#include "daemon/api/directory.h"
#include "ipc/params.h"

namespace icure::api {

template <class Request>
constexpr auto freshness_params() {
  return std::tuple(
      ipc::param("max_age_s",
                 static_cast<std::optional<std::int64_t> Request::*>(&Freshness::max_age_s),
                 "refuse an answer (error stale) that was checked longer ago, in seconds")
          .range(0, 1'000'000'000),
      ipc::param("refresh", static_cast<std::optional<std::string> Request::*>(&Freshness::refresh),
                 "\"if_online\": ask the platform first, for 2 s at most; default \"never\"")
          .allowed({"never", "if_online"}));
}

}  // namespace icure::api
