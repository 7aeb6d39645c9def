#include "ipc/client/args.h"

namespace icure::client {

Arg limit_arg() {
  return {"--limit", "limit", "at most so many rows (1 to 1000)", Arg::Type::number};
}

std::vector<Arg> page_args() {
  return {limit_arg(),
          {"--cursor", "cursor", "go on where an earlier list ended"},
          {kAllPages, kAllPages, "all pages", Arg::Type::flag}};
}

std::vector<Arg> freshness_args() {
  return {
      {.spelling = "--refresh",
       .param = "refresh",
       .about = "ask the platform first, if it can be reached",
       .type = Arg::Type::flag,
       .when_set = "if_online"},
      {"--max-age", "max_age_s", "refuse older data, such as 90s, 15m or 24h", Arg::Type::seconds}};
}

Arg socket_arg() {
  return {"--socket", "--socket", "the daemon's socket", Arg::Type::path};
}

Arg json_arg() {
  return {"--json", "--json", "one JSON document on the output, errors as JSON", Arg::Type::flag};
}

Arg timeout_arg() {
  return {"--timeout", "--timeout", "seconds to wait for an answer", Arg::Type::number};
}

std::vector<Arg> global_args() {
  return {socket_arg(), json_arg(), timeout_arg()};
}

Arg config_arg() {
  return {"--config", "config",
          "the daemon's configuration; default " + std::string(kDefaultConfig), Arg::Type::path};
}

std::string config_of(const Values& values) {
  const auto given = values.find("config");
  return given == values.end() ? kDefaultConfig : given->second;
}

}  // namespace icure::client
