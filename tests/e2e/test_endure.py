"""Failure drills of the machine: too few descriptors, too little memory, a clock that is set. What
each came to is in docs/reliability.md."""
import datetime
import mmap
import os
import pathlib
import resource
import secrets
import signal
import socket
import struct
import time
import unittest

from clinic import BIN, RpcError, until
from outbox_clinic import OutboxClinic

DAY = 86_400


class DescriptorDrill(OutboxClinic):
    def open_files(self):
        return len(os.listdir(f"/proc/{self.daemon.process.pid}/fd"))

    def answers_a_newcomer(self):
        try:
            return bool(self.daemon.call("user.search", text="anna", limit=1)["rows"])
        except OSError:  # it is disconnected: the others are still on their way out
            return False

    def processor_time(self):
        """That the daemon has used, in seconds."""
        with open(f"/proc/{self.daemon.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_without_a_descriptor_left_it_goes_on_and_takes_clients_again_when_some_leave(self):
        most = self.open_files() + 20
        resource.prlimit(self.daemon.process.pid, resource.RLIMIT_NOFILE, (most, most))
        crowd = []
        self.addCleanup(lambda: [each.close() for each in crowd])
        for _ in range(150):
            each = socket.socket(socket.AF_UNIX)
            each.settimeout(60)
            try:
                each.connect(str(self.daemon.socket))
            except OSError:
                each.close()
            else:
                crowd.append(each)
        until(lambda: self.open_files() >= most - 2, "the descriptors are used up", self.daemon)
        before, began = self.processor_time(), time.monotonic()
        while time.monotonic() - began < 2:  # of being asked by one who was there before
            self.assertTrue(self.call("user.search", text="anna", limit=1)["rows"])
            time.sleep(0.1)
        self.assertLess(self.processor_time() - before, 0.5, "it turns in circles")
        run = self.call("sync.run", full=True, wait=True)["run"]
        self.assertIn(run["state"], ("done", "failed"), run)  # by whether it has a connection
        for each in crowd:
            each.close()
        crowd.clear()
        until(self.answers_a_newcomer, "it takes clients again", self.daemon)
        self.assertEqual(self.daemon.sync()["state"], "done")


class KilledDrill(OutboxClinic):
    """Killed, and started again by whoever watches over it."""

    def new_user(self):
        login = f"{secrets.token_hex(6)}@clinic.test"
        return self.write("user.create", user={"login": login, "email": login})["item"]["id"]

    def limit_memory(self, most):
        """What the daemon takes from now on is so many bytes at most; skips where that cannot be."""
        old = pathlib.Path("/sys/fs/cgroup/memory")
        group = (old if old.is_dir() else pathlib.Path("/sys/fs/cgroup")) / f"drill-{os.getpid()}"
        try:
            group.mkdir()
            self.addCleanup(lambda: until(lambda: self.is_removed(group), "the group goes"))
            if old.is_dir():
                (group / "memory.limit_in_bytes").write_text(str(most))
            else:
                (group / "memory.max").write_text(str(most))
                (group / "memory.swap.max").write_text("0")
            (group / "cgroup.procs").write_text(str(self.daemon.process.pid))
        except OSError as error:
            self.skipTest(f"no control group with a limit can be made here: {error}")

    def is_removed(self, group):
        try:
            group.rmdir()
            return True
        except OSError:  # while the process in it is on its way out
            return False

    def test_killed_at_its_limit_of_memory_it_loses_nothing_and_takes_its_socket_again(self):
        self.offline()
        self.until_noticed()
        self.limit_memory(48 << 20)
        accepted = [self.new_user() for _ in range(5)]
        half = b"{" + b" " * (3 << 20)  # of a request, which is kept until its end comes
        crowd = []
        try:
            while self.daemon.process.poll() is None and len(crowd) < 200:
                crowd.append(self.daemon.client())
                crowd[-1].send(half)
                accepted.append(self.new_user())
        except (OSError, ValueError):
            pass  # it is gone
        for each in [self.client, *crowd]:
            try:
                each.close()
            except OSError:
                pass  # what it had to say is nobody's any more
        self.assertEqual(self.daemon.process.wait(30), -signal.SIGKILL, self.daemon.log_text())
        self.assertTrue(self.daemon.socket.exists(), "a kill leaves it behind")
        self.daemon.start()
        self.client = self.daemon.client()
        self.online()
        for id in accepted:
            self.until_item(id, "done")


class ClockDrill(OutboxClinic):
    """The machine's clock is set while everything runs; the platform's is right."""

    def before_start(self):
        shift = self.daemon.home / "shift"
        shift.write_bytes(bytes(8))
        file = open(shift, "r+b")
        self.addCleanup(file.close)
        self.shift = mmap.mmap(file.fileno(), 8)
        self.addCleanup(self.shift.close)
        start = self.daemon.start
        self.daemon.start = lambda: start({"LD_PRELOAD": str(BIN / "clock_shift.so"),
                                           "FAULT_CLOCK": str(shift)})

    def set_clock(self, seconds):
        """So far from the right time."""
        self.shift[:8] = struct.pack("=q", seconds)
        began = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
        # What the daemon takes in from now on has that time.
        at = self.new_user()["item"]["created"]
        self.assertEqual(at[:10], began.isoformat()[:10], "the clock is not shifted")

    def new_user(self, key=None):
        login = f"{secrets.token_hex(6)}@clinic.test"
        return self.write("user.create", key=key or login, user={"login": login, "email": login})

    def restart(self):
        self.client.close()
        self.assertEqual(self.daemon.stop()[0], 0)
        self.daemon.start()
        self.client = self.daemon.client()

    def ages(self):
        metas = [self.call("user.list", limit=1)["meta"], self.call("owner.list", limit=1)["meta"]]
        return [meta["age_s"] for meta in metas]

    def session_is_over(self, session):
        try:
            self.call("auth.current", session=session)
            return False
        except RpcError as error:
            self.assertEqual(error.word, "login_needed")
            return True

    def test_a_clock_that_is_set_ahead_erases_nothing_and_gives_nothing_up(self):
        user = {"login": "k@clinic.test", "email": "k@clinic.test"}
        first = self.write("user.create", key="once", user=user)
        self.until_done(first)
        self.call("user.get", id=first["user"]["id"])
        audited = self.call("audit.list", limit=1000)["rows"]
        self.offline()
        self.until_noticed()
        waiting = [self.new_user()["item"]["id"] for _ in range(3)]

        self.set_clock(400 * DAY)
        self.assertTrue(all(age >= 0 for age in self.ages()))
        self.restart()  # old things are looked for at each start
        self.online()
        for id in waiting:
            self.until_item(id, "done", "failed")
            self.assertEqual(self.item(id)["state"], "done", self.item(id))
        self.assertEqual(self.daemon.sync()["state"], "done")
        again = self.write("user.create", key="once", user=user)
        self.assertEqual(again["item"]["id"], first["item"]["id"], "the key was forgotten")
        kept = {row["seq"] for row in self.call("audit.list", limit=1000)["rows"]}
        self.assertLessEqual({row["seq"] for row in audited}, kept)
        self.assertIn("clock", {each["code"] for each in self.call("daemon.status")["warnings"]})

        self.set_clock(0)  # and back
        self.assertTrue(all(age >= 0 for age in self.ages()), self.ages())
        self.until_done(self.new_user())
        self.assertEqual(self.daemon.sync()["state"], "done")
        self.assertNotIn("clock", {each["code"] for each in self.call("daemon.status")["warnings"]})

    def test_a_clock_that_is_set_back_makes_no_session_younger_and_holds_nothing_up(self):
        anna = self.call("user.get", email="anna.vermeulen@clinic.test")["user"]["id"]
        session = self.call("auth.login", login=anna, password="sandbox-" + anna)["session"]
        self.set_clock(13 * 3600)  # beyond [login] session_idle
        self.assertTrue(self.session_is_over(session))
        self.set_clock(0)
        self.assertTrue(self.session_is_over(session))

        self.fault("POST /rest/v2/user$", kind="status", status=503)
        item = self.new_user()["item"]["id"]
        self.until_item(item, "retrying")
        self.set_clock(-5 * DAY)
        self.no_faults()
        self.until_item(item, "done")
        self.assertTrue(all(age >= 0 for age in self.ages()), self.ages())
        run = self.call("sync.run", full=True, wait=True)["run"]
        self.assertEqual(run["state"], "done", run)


if __name__ == "__main__":
    unittest.main()
