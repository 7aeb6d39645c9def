// Refresher: asks the platform for single entities now, for a reader who would rather wait.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/base/background.h"
#include "daemon/base/clock.h"
#include "store/mirror.h"
#include "sync/engine.h"
#include "sync/rest.h"

namespace icure::sync {

using IdsByKind = std::map<Kind, std::vector<std::string>>;

/// Loop thread only. What it refers to outlives its tasks.
class Refresher {
 public:
  Refresher(Rest& rest, Sweeper& sweeper, Engine& engine, store::MirrorWriter& mirror,
            Background& mirror_thread, Background& parser, Clock& clock)
      : rest_(rest),
        sweeper_(sweeper),
        engine_(engine),
        mirror_(mirror),
        mirror_thread_(mirror_thread),
        parser_(parser),
        clock_(clock) {}

  /// Brings these entities in line with the platform. True: the platform was asked and answered.
  /// False after 2 s, when offline, or on any fault: the mirror is as good as it was.
  Task<bool> by_ids(Kind kind, std::vector<std::string> ids, std::stop_token stop);
  /// The same for ids that may be of any of these kinds.
  Task<bool> any_of(std::vector<Kind> kinds, std::vector<std::string> ids, std::stop_token stop);
  /// The same for the user with that e-mail or phone, wherever the mirror stands. One that does
  /// not exist on the platform is an answer as well.
  Task<bool> user_by(store::Key key, std::string value, std::stop_token stop);
  /// The same for all users that stand for a data owner, those that the mirror `knows` included.
  /// `owner_kinds`: what the owner may be.
  Task<bool> users_of(std::vector<Kind> owner_kinds, std::string owner,
                      std::vector<std::string> known, std::stop_token stop);
  /// The same for whole kinds: first the rows that are about to be `shown`, by their ids, then as a
  /// quick tick does it, new and gone ids and modified patients. True only if all was checked in
  /// time.
  Task<bool> kinds(std::vector<Kind> kinds, IdsByKind shown, std::stop_token stop);
  /// The same as by_ids(), without a bound of time and with the fault: for a hint of a change, and
  /// after a change of our own. Asks again where the mirror was given something else meanwhile.
  Task<Answer<Done>> read(Kind kind, std::vector<std::string> ids, std::stop_token stop);

 private:
  /// Patients that the mirror does not hold. platform: byIds serves those of others as well; only a
  /// list, or a hint that was subscribed for, says that they are ours.
  enum class Strangers { stored, left };
  struct Stored {
    bool doubtful = false;   ///< The mirror kept something that was answered later.
    bool strangers = false;  ///< Some came, and were left.
  };

  Task<Answer<Stored>> store_answer(Kind kind, std::vector<std::string> asked_for,
                                    std::optional<Body> body, Strangers strangers);
  Task<Answer<Done>> ask_kinds(std::vector<Kind> kinds, std::vector<std::string> ids,
                               std::stop_token stop);
  Task<Answer<Stored>> ask_ids(Kind kind, std::vector<std::string> ids, Strangers strangers,
                               std::stop_token stop);
  Task<Answer<Done>> ask_ours(Kind kind, std::vector<std::string> ids, std::stop_token stop);
  Task<Answer<Done>> ask_user(store::Key key, std::string value, std::stop_token stop);
  Task<Answer<Done>> ask_users_of(std::vector<Kind> owner_kinds, std::string owner,
                                  std::vector<std::string> known, std::stop_token stop);
  Task<Answer<Done>> tick(std::vector<Kind> kinds, IdsByKind shown, std::stop_token stop);
  Result<bool> leave_strangers(std::vector<store::Document>& patients);
  Task<bool> bounded(Task<Answer<Done>> asking, std::stop_source limit, std::stop_token stop);

  Rest& rest_;
  Sweeper& sweeper_;
  Engine& engine_;
  store::MirrorWriter& mirror_;  // touched on its thread only
  Background& mirror_thread_;
  Background& parser_;
  Clock& clock_;
};

}  // namespace icure::sync
