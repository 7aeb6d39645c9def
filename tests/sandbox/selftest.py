"""Checks the stand-in platform itself: python3 selftest.py PATH/TO/icure-sandbox. Standard library only."""

import sys
import unittest

sys.dont_write_bytecode = True  # the source tree stays as it was

import selftest_box
from selftest_cloud import *  # noqa: F403, unittest looks for the cases here
from selftest_data import *  # noqa: F403
from selftest_line import *  # noqa: F403
from selftest_live import *  # noqa: F403
from selftest_writes import *  # noqa: F403

del Case  # noqa: F821, a base, not a case

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: selftest.py PATH/TO/icure-sandbox [CASE...]")
    selftest_box.binary = sys.argv.pop(1)
    unittest.main()
