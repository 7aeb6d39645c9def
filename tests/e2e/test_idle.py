"""What the daemon costs when nothing happens: it sleeps, and holds little memory."""
import os
import pathlib
import time
import unittest

from clinic import Daemon, Sandbox, until

SECONDS = 30
PING_S = 10
# The platform's pings wake it, kind by kind: 16 times at most. So much more is room for what is due
# once in some minutes, each time on a few threads; a timer of a second would take 30.
MOST_WAKE_UPS = 16 + 14
MOST_MEMORY_KIB = 12 << 10  # of our own, without what lies in files as the libraries do


def wake_ups(pid):
    """How often threads of the process went to sleep of their own accord, which each waking-up ends."""
    count = 0
    for status in pathlib.Path(f"/proc/{pid}/task").glob("*/status"):
        line = next(each for each in status.read_text().splitlines() if each.startswith("voluntary"))
        count += int(line.split()[1])
    return count


class IdleTest(unittest.TestCase):
    @unittest.skipIf("ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ,
                     "a sanitizer has a heap and a thread of its own")
    def test_sleeps_and_gives_its_memory_back(self):
        sandbox = Sandbox("--users", 10_000, "--hcps", 20, "--patients", 200, "--devices", 5,
                          "--ping-seconds", PING_S)
        self.addCleanup(sandbox.stop)
        daemon = Daemon(sandbox.url, sections='[sync]\ninterval = "24h"\nfull_interval = "24h"\n')
        self.addCleanup(daemon.close)
        daemon.start().until_complete()
        until(lambda: daemon.log_text().count("live hints of") == 4, "live hints of all kinds", daemon)
        time.sleep(10)  # what a start leaves to do is over

        before = wake_ups(daemon.process.pid)
        time.sleep(SECONDS)
        count = wake_ups(daemon.process.pid) - before
        self.assertLessEqual(count, MOST_WAKE_UPS, f"in {SECONDS} s")
        self.assertLessEqual(daemon.memory_kib("RssAnon"), MOST_MEMORY_KIB)


if __name__ == "__main__":
    unittest.main()
