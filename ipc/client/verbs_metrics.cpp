// icurectl metrics
#include "ipc/client/views.h"

namespace icure::client {
namespace {

// As it is: programs read it.
std::string metrics_view(const Json& result, const Screen&) {
  return text_of(result, "text");
}

}  // namespace

std::vector<Verb> metrics_verbs() {
  return {{.noun = "metrics",
           .verb = "",
           .about = "prints figures for monitoring, in OpenMetrics format",
           .method = "daemon.metrics",
           .view = metrics_view}};
}

}  // namespace icure::client
