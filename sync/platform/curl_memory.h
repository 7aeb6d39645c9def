// curl's memory, overwritten before it is freed: passwords and tokens pass through its buffers.
#pragma once

namespace icure::sync {

/// To be called before any other use of curl; later calls do nothing.
void wipe_what_curl_frees();

}  // namespace icure::sync
