// daemon/loop/turn_meter.h: processor time of turns, and the histogram that keeps it.
#include <gtest/gtest.h>

#include "daemon/loop/timer.h"
#include "daemon/loop/turn_meter.h"

namespace icure::loop {
namespace {

using namespace std::chrono_literals;

TEST(LogHistogramTest, AQuantileIsAtMostAnEighthTooHigh) {
  LogHistogram histogram;
  for (int i = 1; i <= 1'000'000; ++i) histogram.add(std::chrono::nanoseconds(i));
  for (const double share : {0.001, 0.5, 0.99, 0.999}) {
    const auto exact = share * 1e6;
    const auto told = static_cast<double>(histogram.quantile(share).count());
    EXPECT_GE(told, exact - 1);
    EXPECT_LE(told, exact * 1.126 + 1);
  }
  EXPECT_EQ(histogram.quantile(1), 1'000'000ns);
  EXPECT_EQ(histogram.count(), 1'000'000u);
}

TEST(LogHistogramTest, TakesNothingAndTheLongest) {
  LogHistogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0ns);
  histogram.add(-1ns);
  histogram.add(std::chrono::nanoseconds::max());
  EXPECT_EQ(histogram.max(), std::chrono::nanoseconds::max());
  EXPECT_EQ(histogram.quantile(0.4), 0ns);
}

TEST(TurnMeterTest, CountsTheWorkOfATurnAndNotItsWait) {
  uv_loop_t loop;
  uv_loop_init(&loop);
  {
    TurnMeter meter(loop);
    Timer begin(loop);
    Timer wait(loop);
    Timer work(loop);
    // From within the loop: what is due when it begins is no part of a turn.
    begin.start(1ms, [&wait, &work] {
      wait.start(20ms, [] {});
      work.start(1ms, [] {
        timespec used{};
        const auto millis = [&used] {
          clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
          return used.tv_sec * 1000 + used.tv_nsec / 1'000'000;
        };
        for (const auto end = millis() + 3; millis() < end;) continue;
      });
    });
    uv_run(&loop, UV_RUN_DEFAULT);
    EXPECT_GE(meter.turns().count(), 1u);
    EXPECT_GE(meter.turns().max(), 2ms);
    EXPECT_LT(meter.turns().max(), 15ms);  // the wait took 20
  }
  uv_run(&loop, UV_RUN_DEFAULT);
  EXPECT_EQ(uv_loop_close(&loop), 0);
}

}  // namespace
}  // namespace icure::loop
