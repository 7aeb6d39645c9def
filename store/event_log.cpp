#include "store/event_log.h"

#include <algorithm>

#include "store/set_aside.h"

namespace icure::store {
namespace {

class LedgerEvents final : public EventLog {
 public:
  explicit LedgerEvents(LedgerFile& file) : file_(file) {}

  Result<Done> add(Topic topic, std::string_view change, std::string_view id) override {
    return guarded([&]() -> Result<Done> {
      LedgerFile::Change written(file_);
      file_.events().add(topic, change, std::nullopt, id, "");
      written.commit();
      return Done{};
    });
  }

  Result<std::uint64_t> forget(WallTime before) override {
    return guarded([&]() -> Result<std::uint64_t> {
      LedgerFile::Change written(file_);
      file_.events().reserve();
      const auto forgotten = file_.events().forget(before);
      written.commit();
      return forgotten;
    });
  }

 private:
  LedgerFile& file_;
};

/// The connection to one of the files.
class Source {
 public:
  explicit Source(SQLite::Database db)
      : db_(std::move(db)),
        after_(db_,
               "SELECT seq, at, topics, kind, change, id, rev FROM event "
               "WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3") {}

  void read(EventNumber after, EventNumber upto, std::size_t limit, std::vector<Event>& out) {
    for (auto rows = after_(signed_of(after), signed_of(upto), signed_of(limit)); rows.next();) {
      Event event;
      event.seq = static_cast<EventNumber>(rows.integer(0));
      event.at = WallTime(Millis(rows.integer(1)));
      event.topics = TopicSet(static_cast<std::uint64_t>(rows.integer(2)));
      const auto kind = rows.optional_integer(3);
      if (kind && *kind >= 0 && *kind < signed_of(kAllKinds.size())) {
        event.kind = static_cast<Kind>(*kind);
      }
      event.change = rows.text(4);
      event.id = rows.text(5);
      event.rev = rows.text(6);
      event.gap = event.change.empty();
      out.push_back(std::move(event));
    }
  }
  const SQLite::Database& db() const { return db_; }

 private:
  static std::int64_t signed_of(std::uint64_t number) { return static_cast<std::int64_t>(number); }

  SQLite::Database db_;
  Query after_;
};

class SqliteEventReader final : public EventReader {
 public:
  SqliteEventReader(SQLite::Database mirror, SQLite::Database ledger, const EventNumbers& numbers)
      : mirror_(std::move(mirror)), ledger_(std::move(ledger)), numbers_(numbers) {}

  EventNumber newest() const override { return numbers_.newest(); }

  Result<EventPage> after(EventNumber after, std::size_t limit) override {
    // Before the files: what is committed by now, they show.
    const auto newest = numbers_.newest();
    EventPage page{{}, std::max(after, newest)};
    auto read = guarded([&]() -> Result<Done> {
      ledger_.read(after, newest, limit, page.events);
      return Done{};
    });
    if (!read) return read.error();
    const auto first = static_cast<std::ptrdiff_t>(page.events.size());
    read = guarded_mirror(mirror_.db(), [&]() -> Result<Done> {
      mirror_.read(after, newest, limit, page.events);
      return Done{};
    });
    if (!read) return read.error();
    std::inplace_merge(page.events.begin(), page.events.begin() + first, page.events.end(),
                       [](const Event& a, const Event& b) { return a.seq < b.seq; });
    if (page.events.size() >= limit && limit > 0) {
      page.events.resize(limit);
      page.upto = page.events.back().seq;
    }
    return page;
  }

 private:
  Source mirror_, ledger_;
  const EventNumbers& numbers_;
};

}  // namespace

std::unique_ptr<EventLog> make_event_log(LedgerFile& file) {
  return std::make_unique<LedgerEvents>(file);
}

std::unique_ptr<EventReader> make_event_reader(SQLite::Database mirror, SQLite::Database ledger,
                                               const EventNumbers& numbers) {
  return std::make_unique<SqliteEventReader>(std::move(mirror), std::move(ledger), numbers);
}

}  // namespace icure::store
