// The power fails again and again, at any write or sync: what was acknowledged is there when it is
// back, and every file is whole.
//
//   POWER_CUT_SEED=n POWER_CUTS=m   m cuts; a failure names the seed
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "tests/fakes/seeded_random.h"
#include "tests/faults/power_cut.h"
#include "tests/store_fixture.h"
#include "tests/support/setting.h"

namespace icure::store {
namespace {

using namespace std::chrono_literals;
using support::setting;

/// Uses a store as the daemon does, and remembers what it was promised.
class Workload {
 public:
  explicit Workload(fakes::SeededRandom& random) : random_(random) {}

  /// Works until something fails, so many steps at most. False: something did.
  bool run(Stores& stores, int steps) {
    for (int each = 0; each < steps; ++each) {
      if (!step(stores)) return false;
    }
    return true;
  }

  /// What is wrong, in words; empty: everything that was acknowledged is there, nothing by halves.
  std::string check(Stores& stores, MirrorReader& reader) {
    for (auto& [id, promised] : items_) {
      auto found = stores.outbox().item(id);
      if (!found) return id + " is lost: " + found.error().message;
      if (found->state != promised.state && found->state != promised.asked) {
        return id + " is " + std::string(name_of(found->state));
      }
      promised.state = promised.asked = found->state;
      const auto steps = stores.outbox().steps(id);
      if (!steps || steps->size() < promised.steps) return id + " lost a step";
      promised.steps = steps->size();
      if (promised.state != ItemState::done) continue;
      if (!reader.platform().get(Kind::user, "u-" + id)) return id + " is done, and not mirrored";
    }
    if (auto halves = settle_unanswered(stores); !halves.empty()) return halves;
    const auto counts = stores.outbox().counts();
    std::size_t counted = 0;
    for (const auto count : counts) counted += count;
    if (counted != items_.size()) return "the counts are wrong";
    if (stores.audit().head().seq < audited_) return "audit entries are lost";
    audited_ = stores.audit().head().seq;
    AuditWalk walk;
    walk.kept = *stores.audit_heads().kept();
    while (!walk.finished) walk = *stores.audit().prove(walk, 1000);
    if (walk.broken_at) return "the audit log is broken";
    return faults_of(stores);
  }

  std::size_t acknowledged() const { return items_.size(); }

 private:
  struct Promised {
    ItemState state = ItemState::queued;
    ItemState asked = ItemState::queued;  // not acknowledged yet, or the same
    std::size_t steps = 0;
  };

  bool step(Stores& stores) {
    switch (random_.below(6)) {
      case 0:
        return enqueue_together(stores);
      case 1:
        return append_audit(stores);
      case 2:
        return sweep_page(stores);
      case 3:
        return finish(stores);
      case 4:
        return advance(stores);
      default:
        return enqueue(stores, {next_id()});
    }
  }

  std::string next_id() { return "i" + std::to_string(++made_); }
  static WallTime noon() { return WallTime(1'790'000'000'000ms); }

  static Result<Accepted> accept(Stores& stores, const std::string& id) {
    Item item;
    item.id = id;
    item.op = "user.create";
    item.entity = "u-" + id;
    item.created = noon();
    item.content = std::string(300, 'c');
    const auto json = R"({"id":"u-)" + id + R"(","name":")" + id + "\"}";
    item.overlay = Overlay{Overlay::Is::creation, json, json};
    return stores.outbox().enqueue(std::move(item), {1000, "key of " + id, "p"}, 1'000'000);
  }

  bool enqueue(Stores& stores, const std::vector<std::string>& ids) {
    unanswered_ = {ids.begin(), ids.end()};
    for (const auto& id : ids) {
      if (!accept(stores, id)) return false;
    }
    acknowledge();
    return true;
  }
  /// Several that share a sync: none is acknowledged before it.
  bool enqueue_together(Stores& stores) {
    std::vector<std::string> ids;
    for (auto left = 2 + random_.below(4); left > 0; --left) ids.push_back(next_id());
    unanswered_ = {ids.begin(), ids.end()};
    if (!stores.ledger_group().begin()) return false;
    for (const auto& id : ids) static_cast<void>(accept(stores, id));
    if (!stores.ledger_group().end()) return false;
    acknowledge();
    return true;
  }
  void acknowledge() {
    for (const auto& id : unanswered_) items_[id];
    unanswered_.clear();
  }

  bool save(Stores& stores, const std::string& id, ItemState state) {
    auto item = stores.outbox().item(id);
    if (!item) return false;
    item->state = state;
    auto& promised = items_[id];
    promised.asked = state;
    if (!stores.outbox().save(*item, Step{"step", noon(), ""})) return false;
    promised.state = state;
    ++promised.steps;
    return true;
  }
  bool advance(Stores& stores) {
    static constexpr ItemState kNext[] = {ItemState::sending, ItemState::retrying,
                                          ItemState::blocked, ItemState::held};
    const auto id = unfinished();
    return id.empty() || save(stores, id, random_.pick(kNext));
  }
  /// Mirror first, then the ledger, which relies on it.
  bool finish(Stores& stores) {
    const auto id = unfinished();
    if (id.empty()) return true;
    const auto rows = Page().user("u-" + id, "1-a", id);
    const auto asked = *stores.mirror().newest_order() + 1;
    if (!stores.mirror().apply(Kind::user, rows.documents(), asked, asked + 1, std::nullopt)) {
      return false;
    }
    return stores.mirror().sync() && save(stores, id, ItemState::done);
  }
  std::string unfinished() {
    std::vector<std::string> ids;
    for (const auto& [id, promised] : items_) {
      if (!has_ended(promised.state)) ids.push_back(id);
    }
    return ids.empty() ? std::string() : random_.pick(ids);
  }

  bool append_audit(Stores& stores) {
    AuditEntry entry;
    entry.method = "user.get";
    entry.outcome = "ok";
    const std::vector<AuditEntry> entries(1 + random_.below(5), entry);
    auto head = stores.audit().append(entries);
    if (!head) return false;
    audited_ = head->seq;
    return random_.percent(80) || stores.audit_heads().keep(*head);
  }
  bool sweep_page(Stores& stores) {
    Page page;
    for (int row = 0; row < 50; ++row) {
      page.user("s" + std::to_string(random_.below(1000)), std::to_string(++pages_), "Name");
    }
    const auto asked = *stores.mirror().newest_order() + 1;
    return bool(
        stores.mirror().apply(Kind::user, page.documents(), asked, asked + 1, std::nullopt));
  }

  /// What was asked for and not answered is there or not, but what shares a sync as a whole.
  std::string settle_unanswered(Stores& stores) {
    std::size_t there = 0;
    for (const auto& id : unanswered_) there += stores.outbox().item(id) ? 1 : 0;
    if (there != 0 && there != unanswered_.size()) return "a group was kept by halves";
    if (there != 0) acknowledge();
    unanswered_.clear();
    return {};
  }
  static std::string faults_of(Stores& stores) {
    const auto files = stores.safekeeping().check();
    if (!files) return files.error().message;
    for (const auto& file : *files) {
      if (!file.faults.empty()) return file.name + ": " + file.faults.front();
    }
    return {};
  }

  fakes::SeededRandom& random_;
  std::map<std::string, Promised> items_;
  std::set<std::string> unanswered_;
  std::uint64_t audited_ = 0;
  int pages_ = 0;
  int made_ = 0;
};

class PowerCutTest : public StoreTest {
 protected:
  void TearDown() override { close(); }
  /// Works on the store until the power fails: at a start, at work, or at a stop.
  void work_until_cut(fakes::SeededRandom& random, Workload& workload) {
    if (stores_ && random.percent(25)) close();
    const bool first = !std::filesystem::exists(path());
    power_->cut_after(1 + random.below(first ? 400 : stores_ ? 150 : 30));
    if (!stores_) {
      auto opened = try_open();
      if (opened) stores_ = std::move(*opened);
      at_start_ += opened ? 0 : 1;
    }
    if (stores_ && !workload.run(*stores_, random.percent(40) ? 3 : 1000)) {
      ASSERT_TRUE(power_->is_cut()) << "something failed by itself";
    }
    at_stop_ += power_->is_cut() ? 0 : 1;
    close();
    power_->settle();
  }

  std::optional<faults::PowerCut> power_;
  std::size_t at_start_ = 0;
  std::size_t at_stop_ = 0;
};

TEST_F(PowerCutTest, LosesNothingThatWasAcknowledgedWhereverItFalls) {
  const auto seed = setting("POWER_CUT_SEED", 1);
  const auto cuts = setting("POWER_CUTS", 40);
  SCOPED_TRACE("seed " + std::to_string(seed));
  fakes::SeededRandom random(seed);
  power_.emplace(seed);
  std::optional<Workload> workload;
  std::size_t acknowledged = 0;
  for (std::uint64_t number = 0; number < cuts; ++number) {
    SCOPED_TRACE("cut " + std::to_string(number));
    if (number % 8 == 0) {  // the first start of all is cut off too
      close();
      power_->settle();
      std::filesystem::remove_all(path());
      if (workload) acknowledged += workload->acknowledged();
      workload.emplace(random);
    }
    ASSERT_NO_FATAL_FAILURE(work_until_cut(random, *workload));
    open();
    ASSERT_TRUE(stores_) << "it does not open any more";
    ASSERT_THAT(stores_->warnings(), testing::IsEmpty());
    ASSERT_EQ(workload->check(*stores_, reader()), "");
    reader().end_turn();
  }
  close();
  acknowledged += workload->acknowledged();
  std::cout << cuts << " cuts, " << at_start_ << " at a start, " << at_stop_ << " at a stop; "
            << acknowledged << " items acknowledged\n";
  EXPECT_GT(acknowledged, cuts / 2);
  EXPECT_GT(at_start_, 0u);
  EXPECT_GT(at_stop_, 0u);
}

}  // namespace
}  // namespace icure::store
