#include "daemon/loop/worker.h"

#include <pthread.h>

namespace icure::loop {

Worker::Worker(uv_loop_t& loop, std::string name) {
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
    auto* queued = todo_.front();
    todo_.pop_front();
    lock.unlock();
    queued->step();
    lock.lock();
    done_.push_back(queued);
    uv_async_send(finished_.get());
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
