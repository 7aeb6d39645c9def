#include "store/layered_reader.h"

#include <algorithm>
#include <set>

#include "store/lay.h"

namespace icure::store {
namespace {

/// What is carried out is written to the mirror first and then taken off the overlay. So here the
/// overlay's snapshot is taken first: a change may be seen twice, which is harmless, never not at
/// all.
class LayeredReader final : public MirrorReader {
 public:
  LayeredReader(std::unique_ptr<PlainReader> mirror, SQLite::Database ledger,
                const OverlayCounts& counts)
      : mirror_(std::move(mirror)), overlay_(std::move(ledger)), counts_(counts) {}

  MirrorReader& platform() override {
    // If a turn cannot begin, the next read of the overlay fails too, and says so.
    (void)guarded([this]() -> Result<Done> {
      overlaid();
      return Done{};
    });
    return *mirror_;
  }

  Result<KindState> state(Kind kind) override { return platform().state(kind); }

  Result<std::vector<Tombstone>> tombstones(Kind kind, const std::string& after,
                                            std::size_t limit) override {
    return platform().tombstones(kind, after, limit);
  }

  Result<Row> get(Kind kind, std::string_view id) override {
    return guarded([&]() -> Result<Row> {
      if (!overlaid()) return mirror_->get(kind, id);
      auto row = laid(kind, id);
      if (!row) return std::move(row).error();
      if (*row) return std::move(**row);
      return Error{Code::not_found,
                   "the mirror and the outbox hold no such " + std::string(name_of(kind))};
    });
  }

  Result<std::optional<DecryptedRow>> decrypted(std::string_view id) override {
    return guarded([&]() -> Result<std::optional<DecryptedRow>> {
      if (overlaid() && overlay_.has(Kind::patient, id)) return std::optional<DecryptedRow>();
      return mirror_->decrypted(id);
    });
  }

  Result<std::vector<Row>> find(Kind kind, Key key, std::string_view value, Sight sight) override {
    return guarded([&]() -> Result<std::vector<Row>> {
      if (!overlaid()) return mirror_->find(kind, key, value, sight);
      auto known = mirror_->matches(kind, key, value, sight);
      if (!known) return std::move(known).error();
      const auto named = overlay_.with_key(kind, key, normalised(key, value));
      std::set<std::string> ids(named.begin(), named.end());
      std::vector<Match> matches;
      for (auto& match : *known) {
        if (overlay_.has(kind, match.row.id)) {
          ids.insert(match.row.id);
        } else {
          matches.push_back(std::move(match));
        }
      }
      for (const auto& id : ids) {
        auto row = laid(kind, id);
        if (!row) return std::move(row).error();
        if (!*row) continue;
        if (auto match = check_.by_key(kind, key, value, std::move(**row))) {
          matches.push_back(std::move(*match));
        }
      }
      return best_of(key, std::move(matches));
    });
  }

  Result<std::vector<Row>> list(Kind kind, const ListQuery& query) override {
    return guarded([&]() -> Result<std::vector<Row>> {
      if (!overlaid() || query.limit == 0) return mirror_->list(kind, query);
      std::vector<Row> found;
      auto page = query;
      for (bool more = true; more && found.size() < query.limit;) {
        auto next = list_part(kind, page, found);
        if (!next) return std::move(next).error();
        more = !next->empty();
        page.after = std::move(*next);
      }
      if (found.size() > query.limit) found.resize(query.limit);
      return found;
    });
  }

  Result<std::vector<Row>> search(Kind kind, std::string_view text, std::size_t limit,
                                  Sight sight) override {
    return guarded([&]() -> Result<std::vector<Row>> {
      if (!overlaid()) return mirror_->search(kind, text, limit, sight);
      const auto query = search_query(overlay_.tokenizer(), text);
      std::vector<Row> found;
      if (query.terms.empty()) return found;
      const auto named = overlay_.with_words(kind, query.terms);
      std::set<std::string> ids(named.begin(), named.end());
      auto plain = search_plain(kind, text, limit, sight, ids);
      if (!plain) return std::move(plain).error();
      for (auto id = ids.begin(); id != ids.end() && found.size() < limit; ++id) {
        auto row = laid(kind, *id);
        if (!row) return std::move(row).error();
        if (*row && check_.fits_all(kind, **row, query, overlay_.tokenizer())) {
          found.push_back(std::move(**row));
        }
      }
      for (auto row = plain->begin(); row != plain->end() && found.size() < limit; ++row) {
        found.push_back(std::move(*row));
      }
      return found;
    });
  }

  // Both only grow: an equal sum means that neither moved.
  Changes changes() const override {
    return mirror_->changes() + counts_.changes.load(std::memory_order_acquire);
  }
  Changes seen() const override { return mirror_->seen() + seen_; }

  void end_turn() override {
    mirror_->end_turn();
    if (std::exchange(in_turn_, false) && overlaid_) {
      (void)guarded([this]() -> Result<Done> {
        overlay_.end_turn();
        return Done{};
      });
    }
  }

 private:
  /// Begins the turn if there is none. Returns whether anything is queued in it.
  bool overlaid() {
    if (in_turn_) return overlaid_;
    // Before the snapshots are taken: what is read may be newer than this says, never older.
    seen_ = counts_.changes.load(std::memory_order_acquire);
    overlaid_ = counts_.rows.load(std::memory_order_acquire) != 0;
    if (overlaid_) {
      mirror_->end_turn();  // that of a turn which failed to begin here
      overlay_.begin_turn();
    }
    in_turn_ = true;
    return overlaid_;
  }

  Result<std::optional<Row>> laid(Kind kind, std::string_view id) {
    const auto layers = overlay_.layers(kind, id);
    auto row = mirror_->get(kind, id);
    if (row) return lay(id, std::move(*row), layers);
    if (row.error().code != Code::not_found) return std::move(row).error();
    return lay(id, std::nullopt, layers);
  }

  /// Appends the rows of some ids after `query.after`, in their order. Returns the last of these
  /// ids; empty: there are no more.
  Result<std::string> list_part(Kind kind, const ListQuery& query, std::vector<Row>& found) {
    auto page = mirror_->list(kind, query);
    if (!page) return std::move(page).error();
    auto entities = overlay_.entities(kind, query.after, query.limit);
    // Beyond the end of a full page there may be ids that are not known here yet.
    std::string last;
    if (page->size() == query.limit) last = page->back().id;
    if (entities.size() == query.limit && (last.empty() || entities.back() < last)) {
      last = entities.back();
    }
    const auto first = static_cast<std::ptrdiff_t>(found.size());
    for (auto& row : *page) {
      if (!last.empty() && row.id > last) break;
      if (!std::binary_search(entities.begin(), entities.end(), row.id)) {
        found.push_back(std::move(row));
      }
    }
    for (const auto& id : entities) {
      if (!last.empty() && id > last) break;
      auto row = laid(kind, id);
      if (!row) return std::move(row).error();
      if (*row && check_.passes(kind, **row, query)) found.push_back(std::move(**row));
    }
    std::sort(found.begin() + first, found.end(),
              [](const Row& a, const Row& b) { return a.id < b.id; });
    return last;
  }

  /// Rows without anything queued; the ids of others are added to `overlaid`.
  Result<std::vector<Row>> search_plain(Kind kind, std::string_view text, std::size_t limit,
                                        Sight sight, std::set<std::string>& overlaid) {
    for (auto asked = limit;; asked *= 2) {
      auto rows = mirror_->search(kind, text, asked, sight);
      if (!rows) return rows;
      const bool all = rows->size() < asked;
      std::erase_if(*rows, [&](const Row& row) {
        if (!overlay_.has(kind, row.id)) return false;
        overlaid.insert(row.id);
        return true;
      });
      if (all || rows->size() >= limit) return rows;
    }
  }

  std::unique_ptr<PlainReader> mirror_;
  OverlayReader overlay_;
  const OverlayCounts& counts_;
  RowCheck check_;
  bool in_turn_ = false;
  bool overlaid_ = false;  // in this turn
  Changes seen_ = 0;       // of the overlay
};

}  // namespace

std::unique_ptr<MirrorReader> make_layered_reader(std::unique_ptr<PlainReader> mirror,
                                                  SQLite::Database ledger,
                                                  const OverlayCounts& counts) {
  return std::make_unique<LayeredReader>(std::move(mirror), std::move(ledger), counts);
}

}  // namespace icure::store
