// The mirror as the rest of the program sees it: what the platform said, and when.
//
// The one header of store/ that sync/ may include. Blocking and thread-confined. A document is
// kept as the platform's own bytes; store/facts.h reads from it the few things that are queried.
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/kind.h"
#include "daemon/base/result.h"

namespace icure::store {

/// Counts requests to the platform and their answers, over restarts. Never wall time: the order
/// of answers decides which of two versions is newer, since revisions cannot be compared.
using Order = std::uint64_t;

struct Staged;  // what the mirror stores of a document

/// One document of the platform. Views: the bytes belong to the page it came in.
struct Document {
  std::string_view id;
  std::string_view rev;
  std::string_view json;                      ///< The whole document, as it came.
  std::shared_ptr<Staged> pressed = nullptr;  ///< If a Press saw it; apply() uses it up.
};

/// Compresses documents and finds what they are looked up by, ahead of apply(), so that this is
/// not done on the mirror's thread. For any thread, one at a time.
class Press {
 public:
  virtual ~Press() = default;
  /// Sets `pressed`. What is not readable stays as it is, for apply() to tell.
  virtual void press(std::vector<Document>& documents) = 0;
};

struct Applied {
  std::uint64_t added = 0;
  std::uint64_t changed = 0;
  /// Rows answered, or found gone, later than this page was asked for, which differ from it: read
  /// them by id.
  std::vector<std::string> doubtful;
  /// Of a walk: users whose document says that they are not ACTIVE any more. Not
  /// stored.
  std::vector<std::string> put_aside;
  /// Documents that are no well-formed JSON objects: not stored, the others of the page are.
  std::vector<std::string> unreadable;
};

/// How documents came.
enum class Origin {
  answer,  ///< Asked for by id or key.
  walk,    ///< As a page of all users. Who is no longer ACTIVE by it is not stored but put aside.
};

/// An id with its revision, as a probe of the platform returns them.
struct Stub {
  std::string_view id;
  std::string_view rev;
};

enum class Gone { deleted, purged, hidden };  ///< hidden: alive, but no longer visible to us.

struct Departure {
  std::string id;
  std::string rev;  ///< The deleting revision, if the platform told it.
  Gone how = Gone::deleted;
  Order asked = std::numeric_limits<Order>::max();  ///< When the answer that told it was asked for.
  Order answered = 0;                               ///< When that answer came.
};

struct Departed {
  std::uint64_t removed = 0;
  std::uint64_t kept = 0;  ///< Rows answered later than their departure was asked for.
};

/// What is kept of a row that departed.
struct Tombstone {
  Kind kind = Kind::user;
  std::string id;
  std::string rev;  ///< Empty if the platform did not tell it.
  Gone how = Gone::deleted;
  WallTime at{};  ///< When it was learned.
};

/// A sweep that was begun and not finished.
struct SweepState {
  WallTime started;    ///< When its first request was sent: the `as_of` it will give.
  std::string cursor;  ///< The next page; empty: from the beginning.
};

/// Every change of a row is an event, but for those of a kind that was never complete, which
/// becomes one of the whole. Confined to the mirror's writer thread. Every call fails with io (disk
/// full: read_only) or corrupt; then nothing of that call is kept.
class MirrorWriter {
 public:
  virtual ~MirrorWriter() = default;

  /// The unfinished sweep of `kind`, if there is one.
  virtual Result<std::optional<SweepState>> unfinished(Kind kind) = 0;
  /// Begins a sweep anew, or goes on with an unfinished one: loads the revisions for comparing.
  /// Only a `resumable` one is remembered as unfinished (a quick tick is not).
  virtual Result<Done> begin_sweep(Kind kind, const SweepState& state, bool resumable) = 0;
  /// Stores what is new or has another rev than the mirror's; equal revs write nothing. `cursor`,
  /// if given, is where the sweep would go on: documents and cursor are committed together, but
  /// possibly a few pages later (a crash repeats pages and never skips one). Outside a sweep they
  /// are committed at once. Until a kind was complete once, readers may see its rows only after
  /// finish_sweep() or end_sweep(). A failed commit ends all sweeps: begin them again.
  virtual Result<Applied> apply(Kind kind, const std::vector<Document>& documents, Order asked,
                                Order answered, const std::optional<std::string>& cursor,
                                Origin origin = Origin::answer) = 0;
  /// For what a sweep will apply(); nothing as long as it would not pay: documents are many and new
  /// only while a kind fills for the first time, and the first of them teach how to compress.
  virtual std::unique_ptr<Press> make_press(Kind kind) = 0;
  /// Commits what apply() still holds back.
  virtual Result<Done> flush() = 0;
  /// The same, and no power cut takes back what was committed: for what the ledger is about to
  /// rely on. Commits to the mirror alone are not waited for, since a sweep brings them again.
  virtual Result<Done> sync() = 0;

  /// Notes ids as alive, for absent(), and wants those that the mirror does not hold. Returns how
  /// many were not wanted before.
  virtual Result<std::uint64_t> mark_present(Kind kind, const std::vector<std::string>& ids) = 0;
  /// Takes back what mark_present() noted: it seems that these are gone after all.
  /// Outside a sweep there is nothing to take back.
  virtual Result<Done> mark_absent(Kind kind, const std::vector<std::string>& ids) = 0;
  /// Puts ids on the list of documents to be read: it is kept on the disk, each id once, and
  /// begin_sweep() clears it.
  virtual Result<Done> want(Kind kind, const std::vector<std::string>& ids) = 0;
  /// Takes up to `limit` ids off that list; empty: nothing is wanted.
  virtual Result<std::vector<std::string>> take_wanted(Kind kind, std::size_t limit) = 0;
  /// The ids of rows that no mark_present() of this sweep named and that were last answered or
  /// asked for before `asked` (a row that was asked for and stored meanwhile is not absent).
  virtual Result<std::vector<std::string>> absent(Kind kind, Order asked) = 0;
  /// The ids noted by mark_present() that the mirror holds and that no page of this walk had, also
  /// before it was cut off: they were moved while it passed, from a page that was still to come to
  /// one that was read.
  virtual Result<std::vector<std::string>> passed_over(Kind kind) = 0;
  /// The ids noted by mark_present() that the mirror holds, in batches: those after `after`.
  virtual Result<std::vector<std::string>> present_after(Kind kind, const std::string& after,
                                                         std::size_t limit) = 0;
  /// Which of these are not held with that rev.
  virtual Result<std::vector<std::string>> outdated(Kind kind, const std::vector<Stub>& stubs) = 0;

  /// Removes the departed, but not a row that was answered after its departure was asked for, and
  /// leaves tombstones (outside a sweep only of what was here). If given, sets `as_of` and
  /// `complete` and forgets the unfinished sweep. All in one transaction.
  virtual Result<Departed> finish_sweep(Kind kind, const std::vector<Departure>& departed,
                                        std::optional<WallTime> as_of) = 0;
  /// The users that apply() has put aside since the walk began, also before a sweep was cut off,
  /// and that are ACTIVE here still; a finished walk forgets them. In the order of ids. Commits
  /// what is held back.
  virtual Result<std::vector<std::string>> put_aside() = 0;
  /// What apply() would do with them, outside of any transaction: counts, and who would be put
  /// aside. Stores nothing.
  virtual Result<Applied> compare(Kind kind, const std::vector<Document>& documents) = 0;
  /// The time of the platform's clock that set_ticked() kept last for the kind.
  virtual Result<std::optional<WallTime>> ticked(Kind kind) = 0;
  virtual Result<Done> set_ticked(Kind kind, WallTime time) = 0;
  /// Forgets the comparing state of begin_sweep(); the sweep stays resumable.
  virtual void end_sweep(Kind kind) = 0;

  /// See EventLog::forget().
  virtual Result<std::uint64_t> forget_events(WallTime before) = 0;

  /// How many rows the mirror holds.
  virtual Result<std::uint64_t> count(Kind kind) = 0;
  /// The greatest order ever stored: the counter goes on from there.
  virtual Result<Order> newest_order() = 0;
};

struct Row {
  std::string id;
  std::string rev;  ///< Empty if it is to be created yet.
  std::string json;
  std::vector<std::string> pending = {};  ///< Items of the outbox whose changes it shows already.
};

struct KindState {
  std::uint64_t count = 0;
  std::optional<WallTime> as_of;  ///< Of the last finished sweep.
  bool complete = false;          ///< It was fully mirrored at least once.
};

/// By which member an entity may be looked up. Values are compared exactly, but e-mails and
/// logins in any case if no exact one exists, and phones by their digits.
enum class Key { login, email, phone, owner, ssin, identifier, date_of_birth };

enum class UserStatus { any, active, disabled, registering };
enum class OwnerType { any, hcp, patient, device, none };

struct ListQuery {
  std::string after;  ///< The last id of the page before; empty: from the beginning.
  std::size_t limit = 100;
  UserStatus status = UserStatus::any;    ///< Users only.
  OwnerType owner_type = OwnerType::any;  ///< Users only.
};

/// What of a patient counts when it is looked for.
enum class Sight {
  plain,      ///< What the platform's document says in clear.
  decrypted,  ///< And what imported keys opened: for callers who may see that.
};

/// A patient with what imported keys opened in its place.
struct DecryptedRow {
  Row row;
  std::vector<std::string> unread;  ///< Parts that stay closed, in words.
};

/// Counts the commits to the mirror and to what is queued in this process: equal counts, equal
/// contents.
using Changes = std::uint64_t;

/// Reads the mirror as it will be once all that is queued is done: rows to be removed are absent,
/// and what finds a row is what it shows. Confined to the thread that uses it: one on the loop
/// thread for reads by key, one on the reader thread for scans. Fails with not_found, io or
/// corrupt.
class MirrorReader {
 public:
  virtual ~MirrorReader() = default;

  /// The same turn, without what is queued: the platform's truth alone. Ask for it at each read.
  virtual MirrorReader& platform() = 0;

  /// What the platform said, whatever is queued.
  virtual Result<KindState> state(Kind kind) = 0;
  virtual Result<Row> get(Kind kind, std::string_view id) = 0;
  /// Every match, best first: exact before case-folded, active users before others, then by id.
  virtual Result<std::vector<Row>> find(Kind kind, Key key, std::string_view value,
                                        Sight sight = Sight::plain) = 0;
  /// In the order of ids (bytewise).
  virtual Result<std::vector<Row>> list(Kind kind, const ListQuery& query) = 0;
  /// Rows in which each word of `text` begins a word of name, login or e-mail, or the digits of a
  /// phone, case and accents folded. No order is promised. Empty or wordless text: no rows.
  /// With Sight::decrypted each may also begin a word of what was opened, unless something is
  /// queued for that patient. Rows are the platform's documents all the same.
  virtual Result<std::vector<Row>> search(Kind kind, std::string_view text, std::size_t limit,
                                          Sight sight = Sight::plain) = 0;
  /// What was opened of a patient as get() shows it; nothing if it was not read yet, or something
  /// is queued for it. An empty json: nothing was opened.
  virtual Result<std::optional<DecryptedRow>> decrypted(std::string_view id) = 0;
  /// What departed from the platform and did not come back, in the order of ids (bytewise), after
  /// `after`.
  virtual Result<std::vector<Tombstone>> tombstones(Kind kind, const std::string& after,
                                                    std::size_t limit) = 0;
  /// The state of the mirror by now, and the one that this turn's reads see. What was read of
  /// `seen()` still holds while `changes()` is equal to it.
  virtual Changes changes() const = 0;
  virtual Changes seen() const = 0;
  /// All reads until end_turn() see one state. Call it when a turn's reads are over, and before a
  /// read that must see what was written in the same turn.
  virtual void end_turn() = 0;
};

}  // namespace icure::store
