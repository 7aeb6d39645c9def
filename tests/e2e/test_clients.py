"""The clients in other languages, each driven by a program of its own (clients/), against the daemon.

Every language must say the same. One that is not on the machine is skipped; ./dev setup installs all.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from clinic import PATIENCE_S, Daemon, Sandbox
from relay import Relay

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = HERE.parents[1] / "ipc" / "client"


class Program:
    """A running program: what it says, line by line."""

    def __init__(self, command, environment, socket, step, user):
        self.process = subprocess.Popen(
            [*command, str(socket), step, user], env={**os.environ, **environment},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def says(self):
        line = self.process.stdout.readline()
        assert line, f"the program ended with {self.process.wait(PATIENCE_S)}"
        return json.loads(line)

    def go_on(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def ended(self):
        self.process.stdin.close()
        rest = self.process.stdout.read()
        self.process.stdout.close()
        return self.process.wait(PATIENCE_S), rest

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def need(program, package):
    if not shutil.which(program):
        raise unittest.SkipTest(f"{program} is not on this machine: apt install {package}, or "
                                "./dev setup")


class ClientTest:
    """What is asked of each; a subclass for a language says how its program is run."""

    command = ()
    environment = {}

    @classmethod
    def setUpClass(cls):
        cls.prepare()
        cls.sandbox = Sandbox("--users", 300, "--hcps", 20, "--patients", 50, "--devices", 10)
        cls.addClassCleanup(cls.sandbox.stop)
        cls.daemon = Daemon(cls.sandbox.url, sections="max_message = 65536\n")
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start().until_complete()
        cls.user = next(id for id, user in sorted(cls.sandbox.truth("user").items())
                        if id != cls.sandbox.facts["userId"] and user["status"] == "ACTIVE")

    @classmethod
    def prepare(cls):
        """Builds the program, or skips."""

    def run_step(self, step, socket=None):
        program = Program(self.command, self.environment, socket or self.daemon.socket, step,
                          self.user)
        self.addCleanup(program.stop)
        return program

    def ends(self, program):
        self.assertEqual(program.ended(), (0, ""))

    def test_asks_lists_writes_and_names_what_went_wrong(self):
        program = self.run_step("ask")
        self.assertEqual(program.says(), {"name": "Anna Vermeulen"})
        self.assertIn("Anna Vermeulen", program.says()["found"])
        self.assertEqual(program.says()["listed"], sorted(self.sandbox.revs("user")))
        self.assertEqual(program.says(), {"pages": 6})
        written = program.says()
        self.assertEqual(written["items"], [written["items"][0]] * 2)
        self.assertEqual(written["name"], "Zoë ☤ 𝄞")
        seen = [program.says() for _ in range(6)]
        self.assertEqual([(e["error"], e["word"], e["retryable"], e["key"]) for e in seen],
                         [("NotFound", "not_found", False, None),
                          ("Invalid", "invalid", False, None),
                          ("Invalid", "invalid", False, None),
                          ("NotFound", "not_found", False, "mine"),
                          ("Invalid", "invalid", False, None),
                          ("TimedOut", "timed_out", True, None)])
        self.assertTrue(seen[5]["hint"])
        self.ends(program)

    def test_answers_come_in_the_order_of_their_making(self):
        program = self.run_step("order")
        self.assertEqual(program.says(), {"order": ["fast", "slow"]})
        self.ends(program)

    def test_repeats_after_a_loss_what_may_be_repeated(self):
        relay = Relay(self.daemon.socket, self.daemon.home / "relay.sock")
        self.addCleanup(os.unlink, relay.path)
        self.addCleanup(relay.close)
        before = len(self.daemon.call("outbox.list")["rows"])
        program = self.run_step("lost", relay.path)
        self.assertEqual(program.says(), {"ready": True})
        relay.swallow("user.get", "user.modify", "sync.pause")
        program.go_on()
        self.assertEqual(program.says(), {"read": self.user})
        written = program.says()
        self.assertEqual(program.says(), {"error": "ConnectionLost", "retryable": False})
        self.ends(program)
        self.assertEqual(len(relay.asked("user.get")), 2)
        first, again = relay.asked("user.modify")
        self.assertEqual(first, again)
        self.assertEqual(written["key"], first["key"])
        self.assertEqual(len(self.daemon.call("outbox.list")["rows"]), before + 1)
        self.assertEqual(len(relay.asked("sync.pause")), 1)
        hellos = relay.asked("hello")
        self.assertEqual(hellos, [{"client": "program", "protocol": 1}] * 2)

    def test_follows_the_events_over_a_restart(self):
        program = self.run_step("events")
        self.addCleanup(self.daemon.call, "sync.resume")
        seq = program.says()["seq"]
        for seed in range(2):
            self.sandbox.ask("POST", "/mutate", {"seed": seed, "count": 40})
            self.daemon.sync()
            self.daemon.stop()
            self.daemon.start()
        self.daemon.sync()
        self.daemon.call("sync.pause")
        told = []
        while not told or told[-1][1] != "paused":
            told.append(program.says()["event"])
        self.assertEqual(program.says(), {"gap": "gap"})
        self.ends(program)
        raw = self.daemon.client()
        self.addCleanup(raw.close)
        raw.call("events.subscribe", topics=["user", "sync"], since=seq)
        truth = [raw.receive()["params"] for _ in told]
        self.assertEqual(told, [[event["seq"], event["change"]] for event in truth])
        self.assertGreater(len(told), 10)

    def test_says_when_nobody_is_there(self):
        program = self.run_step("ask", self.daemon.home / "nobody.sock")
        self.assertEqual(program.says(), {"error": "Unreachable"})
        self.ends(program)


class PythonTest(ClientTest, unittest.TestCase):
    command = (sys.executable, HERE / "clients" / "program.py")
    environment = {"PYTHONPATH": str(CLIENTS / "python")}


class AsyncioTest(PythonTest):
    command = (sys.executable, HERE / "clients" / "program_async.py")


class JavaScriptTest(ClientTest, unittest.TestCase):
    command = ("node", HERE / "clients" / "program.mjs")

    @classmethod
    def prepare(cls):
        need("node", "nodejs")


class JavaTest(ClientTest, unittest.TestCase):
    @classmethod
    def prepare(cls):
        need("javac", "default-jdk-headless")
        classes = tempfile.TemporaryDirectory(prefix="icure-java-")
        cls.addClassCleanup(classes.cleanup)
        subprocess.run(["javac", "-Xlint:all", "-Werror", "-encoding", "UTF-8", "--release", "17",
                        "-d", classes.name, CLIENTS / "java" / "IcureSyncd.java",
                        HERE / "clients" / "Program.java"], check=True)
        cls.command = ("java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", classes.name,
                       "Program")


if __name__ == "__main__":
    unittest.main()
