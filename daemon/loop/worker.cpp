#include "daemon/loop/worker.h"

#include <pthread.h>

namespace icure::loop {

Worker::Worker(uv_loop_t& loop, std::string name, Group* group) : group_(group) {
  auto handle = std::make_unique<uv_async_t>();
  uv_async_init(&loop, handle.get(),
                [](uv_async_t* woken) { static_cast<Worker*>(woken->data)->deliver(); });
  finished_.reset(handle.release());
  finished_->data = this;
  thread_ = std::thread([this] { serve(); });
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

void Worker::serve() {
  for (std::unique_lock lock(mutex_);;) {
    wanted_.wait(lock, [this] { return closing_ || !todo_.empty(); });
    if (todo_.empty()) return;
    std::deque<Queued*> jobs;
    if (group_) {
      jobs.swap(todo_);
    } else {
      jobs.push_back(todo_.front());
      todo_.pop_front();
    }
    lock.unlock();
    carry_out(jobs);
    lock.lock();
    done_.insert(done_.end(), jobs.begin(), jobs.end());
    uv_async_send(finished_.get());
  }
}

void Worker::carry_out(std::deque<Queued*>& jobs) {
  const bool grouped = group_ && group_->begin();
  for (auto* queued : jobs) queued->step();
  if (!grouped) return;
  auto ended = group_->end();
  if (ended) return;
  for (auto* queued : jobs) queued->fail(ended.error());
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
