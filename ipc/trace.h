// What a call says of itself while it runs, for those who are told of its end (observer.h).
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/kind.h"

namespace icure::ipc {

struct MethodInfo;

/// Loop thread only. Used again and again, so that a call allocates nothing for it.
struct Trace {
  std::chrono::steady_clock::time_point began;
  const MethodInfo* method = nullptr;  ///< Null: there is none of that name.
  std::string_view params;   ///< As they came; empty if the method takes a secret, or of a
                             ///< call that waited and was no read without an id.
  std::optional<Kind> kind;  ///< Of the record.
  std::string id;            ///< As the caller gave it, then as the method found it; or empty.
  std::optional<std::size_t> rows;  ///< How many records a list or search told.
  std::string kept_params;          ///< What `params` shows once the request's line is gone.

  /// The record that this call reads or changes.
  void concern(std::string_view record) { id.assign(record); }
  void concern(Kind of, std::string_view record) {
    kind = of;
    id.assign(record);
  }
};

/// Traces that are in use, and those that wait to be used again. Outlives its leases.
class Traces {
 public:
  struct GiveBack {
    Traces* from = nullptr;
    void operator()(Trace* trace) const { from->free_.push_back(trace); }
  };
  using Lease = std::unique_ptr<Trace, GiveBack>;

  /// One that knows nothing yet.
  Lease take();

 private:
  std::vector<std::unique_ptr<Trace>> all_;
  std::vector<Trace*> free_;
};

}  // namespace icure::ipc
