// ipc/fair_share.h: who gets how much of a turn.
#include <gtest/gtest.h>

#include "ipc/fair_share.h"

namespace icure::ipc {
namespace {

class FairShareTest : public testing::Test {
 protected:
  int share_of(const int& client, uid_t user) { return shares.of(&client, user, turn, now); }
  /// It takes all that it may.
  int fill(const int& client, uid_t user) {
    const int share = share_of(client, user);
    shares.took(user, share);
    return share;
  }

  FairShare shares;
  std::uint64_t turn = 1;
  Millis now{5'000};
  int one = 0, another = 0, third = 0;
};

TEST_F(FairShareTest, WhoIsAloneFillsTheTurn) {
  for (; turn < 10; ++turn) EXPECT_EQ(fill(one, 1000), FairShare::kAlone);
}

TEST_F(FairShareTest, BesideAnotherClientEachHasAPart) {
  share_of(one, 1000);
  EXPECT_EQ(share_of(another, 1000), FairShare::kOfAClient);
  EXPECT_EQ(share_of(one, 1000), FairShare::kOfAClient);
}

TEST_F(FairShareTest, ThatOthersAskedIsForgottenAfterAMoment) {
  share_of(one, 1000);
  share_of(another, 1001);
  now += FairShare::kMoment - Millis(1);
  EXPECT_EQ(share_of(another, 1001), FairShare::kOfAClient);
  now += Millis(1);
  EXPECT_EQ(share_of(another, 1001), FairShare::kAlone);
}

TEST_F(FairShareTest, ManyClientsOfOneUserShareWhatTheUserHasBesideOtherUsers) {
  share_of(third, 1001);
  int taken = 0;
  for (int client = 0; client < 100; ++client) taken += fill(client % 2 ? one : another, 1000);
  EXPECT_EQ(taken, FairShare::kOfAUser);
  EXPECT_EQ(share_of(third, 1001), FairShare::kOfAClient) << "the other user's part is untouched";
  ++turn;
  EXPECT_EQ(fill(one, 1000), FairShare::kOfAClient) << "a new turn";
}

TEST_F(FairShareTest, AmongThemselvesTheClientsOfAUserHaveNoCommonBound) {
  share_of(one, 1000);
  int taken = 0;
  for (int client = 0; client < 100; ++client) taken += fill(client % 2 ? one : another, 1000);
  EXPECT_EQ(taken, 100 * FairShare::kOfAClient);
}

}  // namespace
}  // namespace icure::ipc
