// The table of methods: a name, the right it needs, what it takes, and the code behind it.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/base/task.h"
#include "ipc/call.h"
#include "ipc/params.h"
#include "ipc/protocol.h"

namespace icure::ipc {

/// What a call does to records.
enum class Effect {
  changes,  ///< Or might: what says nothing else is taken for it.
  reads,
  none,  ///< It tells of no record.
};

struct MethodInfo {
  std::string name;
  Role role = Role::admin;  ///< The least that may call it.
  std::string summary;      ///< One line.
  std::string result;       ///< JSON Schema of the result, as text; may refer to
                            ///< "#/components/schemas/<name>", see add_schema().
  Effect effect = Effect::changes;
};

/// What a call looks like: JSON text of its params and of a result.
struct Example {
  std::string params;
  std::string result;
};

/// Loop thread only. Must outlive every call.
class Methods {
 public:
  using Answer = Task<Result<std::string>>;  ///< JSON text, or why not.

  struct Method {
    MethodInfo info;
    std::vector<ParamRule> params;
    std::function<Result<Answer, RpcError>(Call, Padded)> begin;
    std::optional<Example> example = {};
  };

  /// Registers `self.*method`; `self` must outlive this table. A second method of one name is a
  /// bug and aborts.
  template <class Self, class Request>
  void add(MethodInfo info, Self& self, Answer (Self::*method)(Call, Request)) {
    auto begin = [&self, method](Call call, Padded params) -> Result<Answer, RpcError> {
      auto request = decode_params<Request>(params);
      if (!request) return RpcError(kInvalidParams, std::move(request).error());
      if (auto* trace = call.trace()) note_id(*trace, *request);
      return (self.*method)(std::move(call), std::move(*request));
    };
    insert(Method{std::move(info), rules_of<Request>(), std::move(begin)});
  }

  /// Names a JSON Schema, as text, that results may refer to. A second one of a name aborts.
  void add_schema(std::string name, std::string schema);
  /// For the description of a method that was added. There is none, or it has one: that aborts.
  void add_example(std::string_view method, Example example);

  /// The task of a call, not yet started. Rights come first, then params: who may not call learns
  /// nothing else. The errors are JSON-RPC's own, or forbidden.
  Result<Answer, RpcError> begin(std::string_view name, const Call& call, Padded params) const;

  /// Whether a request of that name may hold a secret: then nothing of its text is to be left.
  bool takes_secret(std::string_view name) const;

  const std::vector<std::unique_ptr<Method>>& all() const { return methods_; }  ///< As added.
  const std::map<std::string, std::string>& schemas() const { return schemas_; }

 private:
  template <class Request>
  static std::vector<ParamRule> rules_of() {
    return std::apply([](const auto&... each) { return std::vector<ParamRule>{each.rule...}; },
                      Request::params());
  }
  /// Of the params that name a record, the first that is there.
  template <class Request>
  static void note_id(Trace& trace, const Request& request) {
    const auto note = [&trace](const auto& value) {
      if constexpr (requires { std::string_view(value); }) {
        trace.concern(value);
      } else if constexpr (requires { std::string_view(*value); }) {
        if (value) trace.concern(*value);
      }
    };
    if constexpr (requires { request.id; }) note(request.id);
    if constexpr (requires { request.owner; }) note(request.owner);
    if constexpr (requires { request.batch; }) note(request.batch);
  }
  void insert(Method method);

  std::vector<std::unique_ptr<Method>> methods_;
  std::unordered_map<std::string_view, const Method*> by_name_;  // views of info.name
  std::vector<std::string_view> secret_;  // names of few methods; views of info.name
  std::map<std::string, std::string> schemas_;
};

}  // namespace icure::ipc
