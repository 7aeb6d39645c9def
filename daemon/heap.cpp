#include "daemon/heap.h"

#include <malloc.h>

namespace icure::heap {

void share() {
  mallopt(M_ARENA_MAX, 1);
}

void give_back() {
  malloc_trim(0);
}

}  // namespace icure::heap
