// The dashboard: who asks for what, and what is answered.
#pragma once
#include "ipc/client/client.h"
#include "ipc/client/dashboard/activity.h"
#include "ipc/client/dashboard/gate.h"

namespace icure::dashboard {

/// Any thread.
class Dashboard {
 public:
  /// `daemon`: how to reach it. What is referred to must outlive this and its answers.
  Dashboard(client::Options daemon, Gate& gate, Activity& activity, Random& random);

  /// Waits for the daemon where the request is a call.
  Answer answer(const Request& request);

 private:
  Answer answer_to(const Request& request);
  Answer page();

  const client::Options daemon_;
  Gate& gate_;
  Activity& activity_;
  Random& random_;
};

}  // namespace icure::dashboard
