// What icurectl can do, as data: each verb is a method, how its params are spelled, and a view.
#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ipc/client/failure.h"
#include "ipc/client/screen.h"

namespace icure::client {

using Json = nlohmann::ordered_json;
class Runner;

struct Arg {
  enum class Type { text, path, number, seconds, flag, json };

  std::string spelling;  ///< "--login", or "id" for a positional one.
  std::string param;     ///< The method's; "--..." for what is meant for icurectl itself.
  std::string about;
  Type type = Type::text;
  std::vector<std::string> allowed = {};  ///< Empty: any.
  bool required = false;
  Json when_set = true;  ///< What a flag sends.
  std::string of = {};   ///< The param, an object, whose member this is; empty: it is a param.
};

/// The arguments that were given, by the name of their param.
using Values = std::map<std::string, std::string>;

struct Verb {
  std::string noun;
  std::string verb;  ///< Empty: the noun is all.
  std::string about;
  std::string method;
  std::vector<Arg> args = {};
  /// For people; ends with a line end.
  std::string (*view)(const Json& result, const Screen& screen) = nullptr;
  std::size_t one_of = 0;  ///< Exactly one of the first so many arguments must be given.
  bool pages = false;      ///< Has --limit, --cursor and --all.
  /// What a result that is no error means for a script; null: ok.
  Exit (*exit)(const Json& result) = nullptr;
  /// In place of one call and its view.
  Exit (*run)(Runner& runner, const Verb& verb, const Values& values) = nullptr;
  /// Adds what the view needs and the result has by id only, such as names.
  void (*look_up)(Runner& runner, Json& result) = nullptr;
};

/// All of them; one source file for each noun.
std::vector<Verb> all_verbs();
std::vector<Verb> status_verbs();
std::vector<Verb> doctor_verbs();
std::vector<Verb> setup_verbs();
std::vector<Verb> support_verbs();
std::vector<Verb> user_verbs();
std::vector<Verb> owner_verbs();
std::vector<Verb> auth_verbs();
std::vector<Verb> invite_verbs();
std::vector<Verb> outbox_verbs();
std::vector<Verb> key_verbs();
std::vector<Verb> store_verbs();
std::vector<Verb> sync_verbs();
std::vector<Verb> events_verbs();
std::vector<Verb> audit_verbs();
std::vector<Verb> metrics_verbs();
std::vector<Verb> config_verbs();
std::vector<Verb> dashboard_verbs();
std::vector<Verb> call_verbs();
std::vector<Verb> completion_verbs();

/// The params of a call.
Json params_of(const Verb& verb, const Values& values);

}  // namespace icure::client
