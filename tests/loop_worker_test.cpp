// daemon/loop/worker.h: jobs alone and in groups.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <future>

#include "daemon/loop/worker.h"

namespace icure::loop {
namespace {

using testing::ElementsAre;

/// Notes what is done on the worker's thread, in its order; read after that thread ended.
class Diary : public Group {
 public:
  Result<Done> begin() override {
    lines.emplace_back("begin");
    if (!begins) return Error{Code::io, "no begin"};
    return Done{};
  }
  Result<Done> end() override {
    lines.emplace_back("end");
    if (!ends) return Error{Code::read_only, "no end"};
    return Done{};
  }
  std::vector<std::string> lines;
  bool begins = true;
  bool ends = true;
};

class WorkerTest : public testing::Test {
 protected:
  void SetUp() override { uv_loop_init(&loop); }
  void TearDown() override {
    uv_run(&loop, UV_RUN_DEFAULT);
    EXPECT_EQ(uv_loop_close(&loop), 0) << "a handle outlived its owner";
  }

  Task<Done> job(Worker& worker, std::string name) {
    auto note = [this, name]() -> Result<std::string> {
      diary.lines.push_back(name);
      return name;
    };
    auto answer = co_await worker.run(std::move(note));
    answers.push_back(answer ? *answer : answer.error().message);
    co_return Done{};
  }
  Task<Done> harmless(Worker& worker) {
    auto nothing = [] { return 7; };
    const int answer = co_await worker.run(nothing);
    answers.push_back(std::to_string(answer));
    co_return Done{};
  }
  Task<Done> nice(Worker& worker) {
    auto look = [] { return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); };
    seen_nice = co_await worker.run(look);
    co_return Done{};
  }
  Task<Done> gate(Worker& worker) {
    auto wait = [this] {
      opened.get_future().wait();
      return Done{};
    };
    co_await worker.run(std::move(wait));
    co_return Done{};
  }

  /// Has jobs wait behind one that ends when all of them are there.
  void run_together() {
    {
      Worker worker(loop, "test", Worker::Pace::prompt, &diary);
      auto first = gate(worker);
      first.start();
      auto a = job(worker, "a");
      auto b = job(worker, "b");
      auto c = harmless(worker);
      a.start();
      b.start();
      c.start();
      opened.set_value();
      while (answers.size() < 3) uv_run(&loop, UV_RUN_ONCE);
    }
  }

  uv_loop_t loop;
  Diary diary;
  int seen_nice = 0;
  std::promise<void> opened;
  std::vector<std::string> answers;
};

TEST_F(WorkerTest, RunsJobsInOrder) {
  {
    Worker worker(loop, "test");
    auto a = job(worker, "a");
    auto b = job(worker, "b");
    a.start();
    b.start();
    while (answers.size() < 2) uv_run(&loop, UV_RUN_ONCE);
  }
  EXPECT_THAT(diary.lines, ElementsAre("a", "b"));
  EXPECT_THAT(answers, ElementsAre("a", "b"));
}

TEST_F(WorkerTest, LeavesTheProcessorToOthersWhereNobodyWaits) {
  const auto nice_of = [this](Worker::Pace pace) {
    Worker worker(loop, "test", pace);
    auto asked = nice(worker);
    asked.start();
    while (!asked.done()) uv_run(&loop, UV_RUN_ONCE);
    return seen_nice;
  };
  const int prompt = nice_of(Worker::Pace::prompt);
  EXPECT_EQ(prompt, getpriority(PRIO_PROCESS, 0));
  EXPECT_GT(nice_of(Worker::Pace::patient), prompt);
}

TEST_F(WorkerTest, WhatComesWhileAGroupIsUnderWayIsOfIt) {
  run_together();
  EXPECT_THAT(diary.lines, ElementsAre("begin", "a", "b", "end"));
  EXPECT_THAT(answers, ElementsAre("a", "b", "7"));
}

TEST_F(WorkerTest, AGroupHasAnEnd) {
  {
    Worker worker(loop, "test", Worker::Pace::prompt, &diary);
    auto first = gate(worker);
    first.start();
    std::vector<Task<Done>> many;
    for (int i = 0; i < 300; ++i) many.push_back(job(worker, "a"));
    for (auto& each : many) each.start();
    opened.set_value();
    while (answers.size() < 300) uv_run(&loop, UV_RUN_ONCE);
  }
  EXPECT_GE(std::count(diary.lines.begin(), diary.lines.end(), "begin"), 2);
}

TEST_F(WorkerTest, AGroupThatCannotEndFailsEveryJobThatHasChangedSomething) {
  diary.ends = false;
  run_together();
  EXPECT_THAT(answers, ElementsAre("no end", "no end", "7"));
}

TEST_F(WorkerTest, WithoutAGroupToBeginEachJobIsOnItsOwn) {
  diary.begins = false;
  run_together();
  EXPECT_THAT(answers, ElementsAre("a", "b", "7"));
  EXPECT_EQ(std::count(diary.lines.begin(), diary.lines.end(), "end"), 0);
}

}  // namespace
}  // namespace icure::loop
