// IdStream: the ids of a `match`, handed from the transfer to their reader as they come. A slow
// reader makes the transfer rest, so that no more than a few thousand ids are ever held.
#pragma once
#include <string>
#include <vector>

#include "daemon/base/event.h"
#include "daemon/base/task.h"
#include "sync/id_scanner.h"
#include "sync/ports.h"

namespace icure::sync {

/// Loop thread only; for one transfer and one reader.
class IdStream final : public BodySink {
 public:
  Taken take(std::string_view piece) override;

  /// The ids that came since the last call; waits for some. Empty: there are no more. The reader
  /// goes on inside the transfer's callback: it must wait for something else before it begins
  /// another transfer.
  Task<std::vector<std::string>> next();

  /// No more pieces come: for whoever made the transfer, when that is over, however it ended.
  void close();

  const IdScanner& scanner() const { return scanner_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  IdScanner scanner_;
  std::vector<std::string> ids_;
  std::uint64_t bytes_ = 0;
  bool closed_ = false;
  Event arrived_;
};

}  // namespace icure::sync
