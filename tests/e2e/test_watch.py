"""icurectl status --watch: a live view on a terminal, a stream of looks anywhere else."""
import json
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
import unittest

from clinic import BIN, PATIENCE_S, Daemon, Sandbox

CLEAR = b"\x1b[H\x1b[2J"  # home, and nothing left of the view before
CTRL_C = b"\x03"


class Terminal:
    """A program in a session and a terminal of its own."""

    def __init__(self, command, environment):
        self.ours, self.its = pty.openpty()
        termios.tcsetwinsize(self.its, (40, 100))
        self.before = termios.tcgetattr(self.its)
        self.seen = b""
        self.process = subprocess.Popen(command, stdin=self.its, stdout=self.its, stderr=self.its,
                                        env={**os.environ, **environment}, preexec_fn=self.take)

    def take(self):
        os.setsid()
        os.close(os.open(os.ttyname(0), os.O_RDWR))  # the terminal that Ctrl-C comes from

    def views(self):
        """What was shown, view by view; the last one may still grow."""
        return self.seen.split(CLEAR)[1:]

    def until(self, true, what):
        deadline = time.monotonic() + PATIENCE_S
        while not true(self.views()):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.ours], [], [], left)[0]:
                raise AssertionError(f"never seen: {what}\n{self.seen[-2000:]!r}")
            self.seen += os.read(self.ours, 65536)

    def type(self, keys):
        os.write(self.ours, keys)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_S)
        os.close(self.ours)
        os.close(self.its)


class WatchTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 20, "--hcps", 5, "--patients", 5, "--devices", 1)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url)
        self.addCleanup(self.daemon.close)
        self.daemon.start().until_complete()

    def watch(self, *more):
        return [BIN / "icurectl", "--socket", self.daemon.socket, "status", "--watch", *more]

    def terminal(self, **environment):
        environment = {"TERM": "xterm", "NO_COLOR": "1", **environment}
        terminal = Terminal(self.watch(), environment)
        self.addCleanup(terminal.close)
        return terminal

    def test_redraws_in_place_when_something_changes_and_leaves_the_terminal_as_it_was(self):
        terminal = self.terminal()
        terminal.until(lambda views: len(views) == 1 and b"next sync" in views[0], "the first view")
        self.assertTrue(terminal.seen.startswith(CLEAR))
        self.assertIn(b": online, ", terminal.views()[0])
        self.assertRegex(terminal.views()[0], rb"user +20 ")

        self.sandbox.ask("POST", "/create", {"kind": "user", "doc": {"login": "new@clinic.test"}})
        self.daemon.sync()
        terminal.until(lambda views: re.search(rb"user +21 ", views[-1]), "the new user")
        self.assertNotRegex(terminal.views()[-1], rb"user +20 ")

        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        self.assertEqual(self.daemon.sync()["state"], "failed")
        terminal.until(lambda views: b": offline (connect)" in views[-1], "the line is down")

        terminal.type(CTRL_C)
        self.assertEqual(terminal.process.wait(PATIENCE_S), -signal.SIGINT)
        self.assertEqual(termios.tcgetattr(terminal.its), terminal.before)
        shown = terminal.seen.replace(CLEAR, b"")
        self.assertNotIn(b"\x1b", shown, "no mode of the terminal is changed, so none is left behind")

    def test_a_daemon_that_goes_and_comes_back_is_part_of_what_is_watched(self):
        terminal = self.terminal()
        terminal.until(lambda views: views and b": online, " in views[-1], "online")
        self.assertEqual(self.daemon.stop()[0], 0)
        terminal.until(lambda views: b"is the daemon running" in views[-1], "that it is gone")
        self.daemon.start()
        terminal.until(lambda views: b": online, " in views[-1], "online again")

    def test_has_colours_on_a_terminal_unless_they_are_not_wanted(self):
        terminal = self.terminal(NO_COLOR="")
        terminal.until(lambda views: views and b"\x1b[32monline\x1b[0m" in views[-1], "in green")

    def test_anywhere_else_each_look_follows_the_one_before(self):
        for more, check in (((), lambda line: self.assertIn(b": online, ", line)),
                            (("--json",), lambda line: self.assertEqual(json.loads(line)["state"], "online"))):
            watching = subprocess.Popen(self.watch(*more), stdout=subprocess.PIPE)
            self.addCleanup(watching.kill)
            with watching.stdout as output:
                heads = 0
                while heads < 2:
                    line = output.readline()
                    self.assertNotIn(b"\x1b", line)
                    if more or line.startswith(b"icure-syncd"):
                        check(line)
                        heads += 1
            self.assertEqual(watching.wait(PATIENCE_S), -signal.SIGPIPE, "nobody reads any more")


if __name__ == "__main__":
    unittest.main()
