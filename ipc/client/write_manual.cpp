// Writes icurectl(1) to the output; the build runs it, nobody installs it.
#include <iostream>

#include "ipc/client/manual.h"

int main() {
  std::cout << icure::client::manual(icure::client::all_verbs(), ICURE_VERSION);
  return std::cout.flush() ? 0 : 1;
}
