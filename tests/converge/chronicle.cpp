#include "tests/converge/chronicle.h"

#include <fmt/core.h>

#include <algorithm>

namespace icure::converge {
namespace {

sandbox::Kind kind_there(Kind kind) {
  return *sandbox::kind_named(name_of(kind));
}

}  // namespace

Chronicle::Chronicle(sandbox::World& world, const Clock& clock, Strict strict)
    : world_(world), clock_(clock), strict_(strict), circle_(world.own_circle()) {
  for (const auto kind : kAllKinds) {
    world_.documents.table(kind_there(kind)).each_live([&](const sandbox::Row& row) {
      kinds_[index_of(kind)][row.id()].push_back(version_of(&row));
    });
  }
  clock_set();
}

Chronicle::Version Chronicle::version_of(const sandbox::Row* row) const {
  Version version{clock_.uptime(), "", ""};
  if (row && !row->deleted() && world_.documents.visible(*row, circle_)) {
    version.rev = row->rev();
    version.json = row->text();
  }
  return version;
}

void Chronicle::changed(Kind kind, const std::string& id) {
  const auto row = world_.documents.table(kind_there(kind)).find(id);
  auto version = version_of(row ? &*row : nullptr);
  auto& versions = kinds_[index_of(kind)][id];
  if (versions.empty()) versions.push_back({Millis(0), "", ""});
  versions.push_back(std::move(version));
}

Millis Chronicle::offset() const {
  return std::chrono::duration_cast<Millis>(clock_.wall().time_since_epoch()) - clock_.uptime();
}

void Chronicle::clock_set() {
  settings_.push_back({clock_.uptime(), offset()});
}

/// The earliest moment at which the wall clock showed that time.
std::optional<Millis> Chronicle::uptime_at(WallTime wall) const {
  for (std::size_t i = 0; i < settings_.size(); ++i) {
    const auto at =
        std::chrono::duration_cast<Millis>(wall.time_since_epoch()) - settings_[i].offset;
    const auto until = i + 1 < settings_.size() ? settings_[i + 1].since : clock_.uptime();
    if (at >= settings_[i].since && at <= until) return at;
  }
  return std::nullopt;
}

std::optional<Millis> Chronicle::one_before(Kind kind, Millis as_of) {
  auto& [last, before] = seen_[index_of(kind)];
  if (last && as_of > *last) before = last;
  if (last && as_of < *last) before.reset();  // a power cut took the last sweep with it
  last = as_of;
  return before;
}

std::map<std::string, store::Row> Chronicle::truth(Kind kind) const {
  std::map<std::string, store::Row> found;
  for (const auto& [id, versions] : kinds_[index_of(kind)]) {
    const auto& now = versions.back();
    if (!now.rev.empty()) found[id] = {id, now.rev, now.json};
  }
  return found;
}

std::string Chronicle::fault_of(Kind kind, const store::KindState& state,
                                const std::vector<store::Row>& rows, const Held& held) {
  const auto& known = kinds_[index_of(kind)];
  std::map<std::string, std::string> mirrored;  // id to rev
  for (const auto& row : rows) {
    if (!mirrored.emplace(row.id, row.rev).second) return fmt::format("{} stands twice", row.id);
    const auto at = known.find(row.id);
    const auto had = [&row](const Version& version) {
      return version.rev == row.rev && version.json == row.json;
    };
    if (at == known.end() || std::none_of(at->second.begin(), at->second.end(), had)) {
      return fmt::format("the platform never had {} {}", row.id, row.rev);
    }
  }
  if (state.complete && state.count != rows.size()) {
    return fmt::format("{} rows are counted, {} are there", state.count, rows.size());
  }
  if (state.complete != state.as_of.has_value()) return "complete, but as of no time, or the like";
  if (!state.as_of) return "";
  const auto shown = uptime_at(*state.as_of);
  if (!shown) return "as_of is a time that the clock never showed";
  const auto before = one_before(kind, *shown);
  for (const auto& [id, versions] : known) {
    const auto at = mirrored.find(id);
    const auto rev = at == mirrored.end() ? std::string() : at->second;
    const auto later = std::count_if(versions.begin(), versions.end(),
                                     [&shown](const auto& each) { return each.since >= *shown; });
    const bool may_be_late = kind == Kind::user ? later > 0 : later > 1;
    const auto as_of = strict_ == Strict::yes || !may_be_late ? shown : before;
    if (!as_of) continue;
    // What it was just before as_of, and all that it was later, may be mirrored.
    bool allowed = false;
    for (std::size_t i = 0; i < versions.size(); ++i) {
      const bool over = i + 1 < versions.size() && versions[i + 1].since < *as_of;
      allowed = allowed || (!over && versions[i].rev == rev);
    }
    if (!allowed && !held.contains(id)) {
      return fmt::format("{} is mirrored as '{}', which is older than as_of ({:.3f} s)", id, rev,
                         static_cast<double>(as_of->count()) / 1000);
    }
  }
  return "";
}

}  // namespace icure::converge
