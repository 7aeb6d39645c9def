// The param that every writing method takes first: the caller's own name for the request.
#pragma once
#include <string>
#include <tuple>

#include "ipc/params.h"

namespace icure::api {

struct Keyed {
  std::string key;
};

template <class Request>
constexpr auto key_param() {
  return std::tuple(ipc::param("key", static_cast<std::string Request::*>(&Keyed::key),
                               "your own name for this request: asked again with the same params, "
                               "it is done once and answered again")
                        .length(1, 128));
}

}  // namespace icure::api
