#include "daemon/loop/worker.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace icure::loop {
namespace {

// A tenth of the processor, where others want it too.
constexpr int kPatientNice = 10;
// So that the first does not wait for others without end.
constexpr std::size_t kMostTogether = 256;

}  // namespace

Worker::Worker(uv_loop_t& loop, std::string name, Pace pace, Group* group)
    : group_(group), finished_(loop, [this] { deliver(); }) {
  thread_ = std::thread([this, pace] { serve(pace); });
  pthread_setname_np(thread_.native_handle(), name.c_str());
}

Worker::~Worker() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

void Worker::push(Queued& queued) {
  {
    std::lock_guard lock(mutex_);
    todo_.push_back(&queued);
  }
  wanted_.notify_one();
}

void Worker::serve(Pace pace) {
  // Linux: nice is each thread's own. Where it may not be lowered, all else works.
  if (pace == Pace::patient) setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kPatientNice);
  for (std::unique_lock lock(mutex_);;) {
    wanted_.wait(lock, [this] { return closing_ || !todo_.empty(); });
    if (todo_.empty()) return;
    std::deque<Queued*> jobs = {todo_.front()};
    todo_.pop_front();
    lock.unlock();
    carry_out(jobs);
    lock.lock();
    done_.insert(done_.end(), jobs.begin(), jobs.end());
    lock.unlock();
    finished_.send();  // without the lock, or the loop that wakes would wait for us
    lock.lock();
  }
}

void Worker::carry_out(std::deque<Queued*>& jobs) {
  const bool grouped = group_ && group_->begin();
  for (std::size_t next = 0; next < jobs.size(); ++next) {
    jobs[next]->step();
    if (grouped && next + 1 == jobs.size()) join(jobs);
  }
  if (!grouped) return;
  auto ended = group_->end();
  if (ended) return;
  for (auto* queued : jobs) queued->fail(ended.error());
}

void Worker::join(std::deque<Queued*>& jobs) {
  std::lock_guard lock(mutex_);
  while (jobs.size() < kMostTogether && !todo_.empty()) {
    jobs.push_back(todo_.front());
    todo_.pop_front();
  }
}

void Worker::deliver() {
  std::deque<Queued*> ready;
  {
    std::lock_guard lock(mutex_);
    ready.swap(done_);
  }
  for (auto* queued : ready) queued->awaiter.resume();
}

}  // namespace icure::loop
