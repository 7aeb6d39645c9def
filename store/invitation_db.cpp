#include "store/invitation_db.h"

namespace icure::store {
namespace {

constexpr auto kSchema = R"sql(
CREATE TABLE invitation (
  item INTEGER PRIMARY KEY REFERENCES item (number) ON DELETE CASCADE,
  created INTEGER NOT NULL,     -- milliseconds; the item's
  state INTEGER NOT NULL,
  stage INTEGER NOT NULL,
  goal INTEGER NOT NULL,
  owner TEXT NOT NULL,
  owner_kind TEXT NOT NULL,
  inviter TEXT NOT NULL,
  user TEXT NOT NULL,
  channel TEXT NOT NULL,
  contact TEXT NOT NULL,
  details TEXT NOT NULL,
  not_before INTEGER,
  expires INTEGER,
  sent_at INTEGER,
  maybe_sent INTEGER NOT NULL
) STRICT;
CREATE INDEX invitation_state ON invitation (state, item);
CREATE INDEX invitation_user ON invitation (user);
CREATE INDEX invitation_owner ON invitation (owner);
CREATE INDEX invitation_created ON invitation (created);
)sql";

constexpr std::string_view kStateNames[kInvitationStates] = {
    "queued",  "user_ready", "token_ready", "sent",    "accepted",
    "blocked", "failed",     "cancelled",   "expired", "held"};

constexpr auto kSelect =
    "SELECT i.number, i.id, v.created, v.state, v.stage, v.goal, v.owner, v.owner_kind, v.inviter, "
    "v.user, v.channel, v.contact, v.details, v.not_before, v.expires, v.sent_at, v.maybe_sent "
    "FROM invitation v JOIN item i ON i.number = v.item ";

template <class Enum>
std::int64_t number_of(Enum value) {
  return static_cast<std::int64_t>(value);
}
std::int64_t millis_of(WallTime time) {
  return time.time_since_epoch().count();
}
std::optional<std::int64_t> millis_of(const std::optional<WallTime>& time) {
  if (!time) return std::nullopt;
  return millis_of(*time);
}
std::optional<WallTime> time_of(std::optional<std::int64_t> millis) {
  if (!millis) return std::nullopt;
  return WallTime(Millis(*millis));
}

/// What an item's state says of its invitation: nothing while it is under way, or done.
std::optional<InvitationState> state_of(ItemState state) {
  switch (state) {
    case ItemState::blocked:
      return InvitationState::blocked;
    case ItemState::failed:
      return InvitationState::failed;
    case ItemState::cancelled:
      return InvitationState::cancelled;
    case ItemState::expired:
      return InvitationState::expired;
    case ItemState::held:
      return InvitationState::held;
    default:
      return std::nullopt;
  }
}

class SqliteInvitations final : public Invitations {
 public:
  SqliteInvitations(LedgerFile& file, SQLite::Database& db, const Clock& clock)
      : file_(file),
        db_(db),
        clock_(clock),
        by_id_(db, std::string(kSelect) + "WHERE i.id = ?1"),
        by_user_(db, std::string(kSelect) + "WHERE v.user = ?1 ORDER BY v.item DESC LIMIT 1"),
        by_owner_(db, std::string(kSelect) +
                          "WHERE v.owner = ?1 AND v.state NOT IN (?2, ?3, ?4, ?5) "
                          "ORDER BY v.item DESC LIMIT 1"),
        all_(db, std::string(kSelect) + "WHERE v.item > ?1 ORDER BY v.item LIMIT ?2"),
        by_state_(db, std::string(kSelect) +
                          "WHERE v.state = ?3 AND v.item > ?1 ORDER BY v.item LIMIT ?2"),
        created_since_(db,
                       "SELECT count(*) FROM (SELECT 1 FROM invitation WHERE created >= ?1 "
                       "LIMIT ?2)"),
        accept_(db,
                "UPDATE invitation SET state = ?2, stage = ?2, contact = '', details = '' "
                "WHERE item = ?1 AND state NOT IN (?2, ?3)"),
        add_step_(db, "INSERT INTO item_step (item, step, at, note) VALUES (?1, ?2, ?3, ?4)") {}

  Result<Invitation> invitation(std::string_view id) override {
    return guarded([&]() -> Result<Invitation> {
      auto found = one(by_id_(id));
      if (!found) return std::move(found).error();
      if (!*found) return unknown();
      return std::move(**found);
    });
  }

  Result<std::vector<Invitation>> list(const InvitationQuery& query) override {
    return guarded([&]() -> Result<std::vector<Invitation>> {
      const auto after = static_cast<std::int64_t>(query.after);
      const auto limit = static_cast<std::int64_t>(query.limit);
      std::vector<Invitation> found;
      for (auto rows = query.state ? by_state_(after, limit, number_of(*query.state))
                                   : all_(after, limit);
           rows.next();) {
        auto invitation = from(rows);
        if (!invitation) return std::move(invitation).error();
        found.push_back(std::move(*invitation));
      }
      return found;
    });
  }

  Result<std::optional<Invitation>> of_user(std::string_view user) override {
    return guarded([&] { return one(by_user_(user)); });
  }

  Result<std::optional<Invitation>> open_for(std::string_view owner) override {
    return guarded([&] {
      return one(
          by_owner_(owner, number_of(InvitationState::accepted), number_of(InvitationState::failed),
                    number_of(InvitationState::cancelled), number_of(InvitationState::expired)));
    });
  }

  Result<std::uint64_t> created_since(WallTime time, std::uint64_t most) override {
    return guarded([&]() -> Result<std::uint64_t> {
      auto rows = created_since_(millis_of(time), static_cast<std::int64_t>(most));
      rows.next();
      return static_cast<std::uint64_t>(rows.integer(0));
    });
  }

  Result<Done> accept(std::string_view id, std::string note) override {
    return guarded([&]() -> Result<Done> {
      LedgerFile::Change change(file_);
      auto found = one(by_id_(id));
      if (!found) return std::move(found).error();
      if (!*found) return unknown();
      const auto item = static_cast<std::int64_t>((*found)->number);
      const auto accepted = number_of(InvitationState::accepted);
      accept_.run(item, accepted, number_of(InvitationState::cancelled));
      if (db_.getChanges() > 0) {
        add_step_.run(item, name_of(InvitationState::accepted), millis_of(clock_.wall()), note);
        file_.events().add(Topic::invite, name_of(InvitationState::accepted), (*found)->owner_kind,
                           id, "");
      }
      change.commit();
      return Done{};
    });
  }

 private:
  static Error unknown() {
    return {Code::not_found, "there is no such invitation", "invite.list shows those there are"};
  }

  static Result<std::optional<Invitation>> one(Query::Rows rows) {
    if (!rows.next()) return std::optional<Invitation>();
    auto found = from(rows);
    if (!found) return std::move(found).error();
    return std::optional(std::move(*found));
  }

  static Result<Invitation> from(const Query::Rows& rows) {
    const auto kind = kind_named(rows.text(7));
    const auto state = rows.integer(3);
    const auto stage = rows.integer(4);
    const auto known = [](std::int64_t value) {
      return value >= 0 && value < static_cast<std::int64_t>(kInvitationStates);
    };
    if (!kind || !known(state) || !known(stage)) {
      return Error{Code::corrupt, "the ledger holds an invitation of an unknown sort"};
    }
    Invitation found;
    found.number = static_cast<std::uint64_t>(rows.integer(0));
    found.id = rows.text(1);
    found.created = WallTime(Millis(rows.integer(2)));
    found.state = static_cast<InvitationState>(state);
    found.stage = static_cast<InvitationState>(stage);
    found.goal = rows.integer(5) == 0 ? Goal::send : Goal::cancel;
    found.owner = rows.text(6);
    found.owner_kind = *kind;
    found.inviter = rows.text(8);
    found.user = rows.text(9);
    found.channel = rows.text(10);
    found.contact = rows.text(11);
    found.details = rows.text(12);
    found.not_before = time_of(rows.optional_integer(13));
    found.expires = time_of(rows.optional_integer(14));
    found.sent_at = time_of(rows.optional_integer(15));
    found.maybe_sent = rows.integer(16) != 0;
    return found;
  }

  LedgerFile& file_;
  SQLite::Database& db_;
  const Clock& clock_;
  Query by_id_, by_user_, by_owner_, all_, by_state_, created_since_, accept_, add_step_;
};

}  // namespace

const char* invitation_schema() {
  return kSchema;
}

std::string_view name_of(InvitationState state) {
  return kStateNames[static_cast<std::size_t>(state)];
}

std::optional<InvitationState> invitation_state_named(std::string_view name) {
  for (std::size_t each = 0; each < kInvitationStates; ++each) {
    if (kStateNames[each] == name) return static_cast<InvitationState>(each);
  }
  return std::nullopt;
}

InvitationTable::InvitationTable(LedgerFile& file) : InvitationTable(file.db(), file.events()) {}

InvitationTable::InvitationTable(SQLite::Database& db, EventTable& events)
    : events_(events),
      insert_(db,
              "INSERT INTO invitation (item, created, state, stage, goal, owner, owner_kind, "
              "inviter, user, channel, contact, details, not_before, expires, sent_at, maybe_sent) "
              "VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, NULL, 0)"),
      update_(db,
              "UPDATE invitation SET stage = ?2, sent_at = ?3, maybe_sent = ?4 "
              "WHERE item = ?1 AND stage <> ?5"),
      set_goal_(db, "UPDATE invitation SET goal = ?2 WHERE item = ?1"),
      follow_(db,
              "UPDATE invitation SET state = coalesce(?2, stage) "
              "WHERE item = ?1 AND state <> coalesce(?2, stage) "
              "RETURNING state, owner_kind, (SELECT id FROM item WHERE number = ?1)"),
      follow_held_(
          db,
          "UPDATE invitation SET state = ?1 WHERE item IN "
          "(SELECT number FROM item WHERE state = ?2) AND state <> ?1 "
          "RETURNING state, owner_kind, (SELECT id FROM item WHERE number = invitation.item)"),
      erase_(db,
             "UPDATE invitation SET contact = '', details = '' "
             "WHERE item = ?1 AND state IN (?2, ?3, ?4)") {}

void InvitationTable::insert(std::int64_t item, std::string_view id, const Invitation& invitation) {
  insert_.run(item, millis_of(invitation.created), number_of(invitation.stage),
              number_of(invitation.goal), invitation.owner, name_of(invitation.owner_kind),
              invitation.inviter, invitation.user, invitation.channel, invitation.contact,
              invitation.details, millis_of(invitation.not_before), millis_of(invitation.expires));
  events_.add(Topic::invite, name_of(invitation.stage), invitation.owner_kind, id, "");
}

void InvitationTable::update(std::int64_t item, const Invitation& invitation) {
  update_.run(item, number_of(invitation.stage), millis_of(invitation.sent_at),
              std::int64_t{invitation.maybe_sent}, number_of(InvitationState::accepted));
}

void InvitationTable::set_goal(std::int64_t item, Goal goal) {
  set_goal_.run(item, number_of(goal));
}

void InvitationTable::follow(std::int64_t item, ItemState state) {
  const auto said = state_of(state);
  std::optional<std::int64_t> number;
  if (said) number = number_of(*said);
  tell(follow_(item, number));
  if (!has_ended(state)) return;
  erase_.run(item, number_of(InvitationState::accepted), number_of(InvitationState::cancelled),
             number_of(InvitationState::expired));
}

void InvitationTable::follow_held() {
  tell(follow_held_(number_of(InvitationState::held), number_of(ItemState::held)));
}

void InvitationTable::tell(Query::Rows moved) {
  while (moved.next()) {
    events_.add(Topic::invite, name_of(static_cast<InvitationState>(moved.integer(0))),
                kind_named(moved.text(1)), moved.text(2), "");
  }
}

std::unique_ptr<Invitations> make_invitations(LedgerFile& file, const Clock& clock) {
  return std::make_unique<SqliteInvitations>(file, file.db(), clock);
}

}  // namespace icure::store
