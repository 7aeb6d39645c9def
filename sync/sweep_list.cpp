// The part of a sweep that learns what exists: ids as `match` streams them.
#include "sync/sweep.h"
#include "sync/sweep_part.h"

namespace icure::sync {
namespace {

// platform: `modified` is stamped by other clients' clocks, not by its own.
constexpr auto kOverlap = std::chrono::minutes(10);

}  // namespace

/// Asks for the ids of one filter. Those of the living are noted as such, and wanted where the
/// mirror lacks them; the modified are wanted.
Task<Answer<Done>> Sweeper::match(Part& part, std::string filter, Listed listed,
                                  std::stop_token stop) {
  IdStream stream;
  auto asking = rest_.match(part.kind, std::move(filter), stream, stop);
  asking.start();
  std::optional<Fault> failed;
  for (;;) {
    auto ids = co_await stream.next();
    if (ids.empty()) break;
    if (failed) continue;  // the transfer must end all the same
    if (listed == Listed::alive) part.listed += ids.size();
    auto mark = [this, &part, listed, &ids]() -> Result<std::uint64_t> {
      if (listed == Listed::alive) return mirror_.mark_present(part.kind, ids);
      auto wanted = mirror_.want(part.kind, ids);
      if (!wanted) return wanted.error();
      return std::uint64_t{0};
    };
    auto unknown = co_await mirror_thread_.run(std::move(mark));
    if (unknown) {
      part.unknown += *unknown;
    } else {
      failed = fault_of(unknown.error());
    }
  }
  auto body = co_await asking;
  if (!body) co_return body.error();
  if (failed) co_return *failed;
  // What came after the first list was asked for is not absent.
  if (part.asked == 0) {
    part.asked = body->asked;
    part.asked_at = body->date;
  }
  co_return Done{};
}

/// Wants the patients that were modified since the last time, by the platform's clock. An
/// accelerator: who sets no `modified` is found by the next full sweep.
Task<Answer<Done>> Sweeper::match_modified(Part& part, std::stop_token stop) {
  auto job = [this, &part] { return mirror_.ticked(part.kind); };
  auto ticked = co_await mirror_thread_.run(std::move(job));
  if (!ticked) co_return fault_of(ticked.error());
  if (!*ticked) co_return Done{};
  const auto since = **ticked - kOverlap;
  for (const auto& owner : part.owners) {
    auto matched =
        co_await match(part, modified_patients_filter(owner, since), Listed::modified, stop);
    if (!matched) co_return matched.error();
  }
  co_return Done{};
}

/// The data owners whose patients are mirrored.
Task<Answer<std::vector<std::string>>> Sweeper::owners(std::stop_token stop) {
  if (!options_.patients_of.empty()) co_return options_.patients_of;
  auto body = co_await rest_.hierarchy(stop);
  if (!body) {
    Fault fault = body.error();
    if (fault.cause == Cause::refused && fault.status == 404) {
      fault = Fault{Cause::permission, 404,
                    "the daemon's user is no data owner: set [mirror] patients_of"};
    }
    co_return fault;
  }
  auto stubs = wire::parse_stubs(std::move(body->text));
  if (!stubs) co_return stubs.error();
  std::vector<std::string> ids;
  for (const auto& stub : stubs->stubs) ids.emplace_back(stub.id);
  co_return ids;
}

}  // namespace icure::sync
