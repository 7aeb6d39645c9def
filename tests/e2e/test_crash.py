"""SIGKILL at random moments loses nothing and doubles nothing; see crash.py. ICURE_KILLS says how
often, ICURE_SEED repeats a run."""
import os
import sys
import time
import unittest

import crash


class CrashTest(unittest.TestCase):
    def test_what_was_accepted_happens_once_however_often_the_daemon_is_killed(self):
        seed = int(os.environ.get("ICURE_SEED", time.time()))
        kills = int(os.environ.get("ICURE_KILLS", 20))
        print(f"ICURE_SEED={seed} ICURE_KILLS={kills}", file=sys.stderr)
        figures = crash.run(kills, seed, told=lambda _: None)
        print(crash.table(figures), file=sys.stderr)
        self.assertEqual(figures["kills"], kills)
        self.assertGreater(figures["messages"], kills / 2, "it hardly did anything")


if __name__ == "__main__":
    unittest.main()
