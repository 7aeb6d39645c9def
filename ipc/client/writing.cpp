#include "ipc/client/writing.h"

#include <iostream>
#include <iterator>

#include "daemon/base/random.h"
#include "ipc/client/args.h"
#include "ipc/client/runner.h"

namespace icure::client {
namespace {

constexpr auto kKey = "key";

}  // namespace

Arg key_arg() {
  return {"--key", kKey,
          "your own name for this request: repeated with the same key it is done once; default: a "
          "new one"};
}

Arg document_arg(const char* param, std::string about) {
  return {"JSON", param, std::move(about), Arg::Type::json};
}

std::string new_key() {
  SystemRandom random;
  return "icurectl-" + uuid4(random);
}

Result<Values, Failure> with_input(const Verb& verb, Values values) {
  for (const auto& arg : verb.args) {
    const auto given = values.find(arg.param);
    if (arg.type != Arg::Type::json || given == values.end()) continue;
    if (given->second != kFromInput) continue;
    given->second.assign(std::istreambuf_iterator<char>(std::cin), {});
    if (Json::parse(given->second, nullptr, false).is_object()) continue;
    return usage("what came on the input is not a JSON object",
                 "such as: icurectl " + verb.noun + " " + verb.verb + " - < file.json");
  }
  return values;
}

Failure with_key(Failure failure, const std::string& key) {
  const bool unknown = failure.trouble == Trouble::lost || failure.trouble == Trouble::timed_out;
  if (!unknown) return failure;
  failure.hint =
      "it may have been accepted: repeat the same command with --key " + key + " to be sure";
  return failure;
}

Exit run_write(Runner& runner, const Verb& verb, const Values& values) {
  auto complete = with_input(verb, values);
  if (!complete) return runner.fail(complete.error());
  auto& key = (*complete)[kKey];
  if (key.empty()) key = new_key();
  const auto answer = runner.ask(verb.method, params_of(verb, *complete));
  if (!answer) return runner.fail(with_key(answer.error(), key));
  runner.show(verb, *answer);
  return verb.exit ? verb.exit(Json::parse(*answer)) : Exit::ok;
}

}  // namespace icure::client
