// icurectl-dashboard: what "icurectl dashboard" becomes. A program of its own, since loading the
// library behind HTTP would nearly double what every other command takes.
#include <iostream>

#include "ipc/client/dashboard/program.h"

int main(int argc, char** argv) {
  return icure::dashboard::run({argv + 1, argv + argc}, std::cout, std::cerr);
}
