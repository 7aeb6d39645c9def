"""Failure drills: the disk, the ledger, descriptors, memory, the clock. What each came to is in
docs/reliability.md."""
import json
import os
import secrets
import subprocess
import unittest

from clinic import until
from outbox_clinic import OutboxClinic

PAGE = 8192  # of the databases
ROOM = 16 << 20  # below this much free space nothing new is taken in
ANNA = "anna.vermeulen@clinic.test"


def as_root(test):
    return unittest.skipUnless(os.geteuid() == 0, "needs root for a disk of its own")(test)


class Disk:
    """A file system of the test's own."""

    def __init__(self, test, place, *how, source="none"):
        self.place = place
        self.ballast = place / "ballast"
        self.test = test
        place.mkdir(mode=0o700, exist_ok=True)
        self.mount(*how, source)
        test.addCleanup(self.unmount)

    def mount(self, *how):
        done = subprocess.run(["mount", *how, self.place], capture_output=True, text=True)
        if done.returncode != 0:
            self.test.skipTest("no disk can be mounted here: " + done.stderr)
        self.place.chmod(0o700)

    def unmount(self):
        subprocess.run(["umount", "-l", self.place], capture_output=True)

    def fill(self, leave):
        """Until so many bytes are free."""
        self.empty()
        facts = os.statvfs(self.place)
        left = facts.f_bavail * facts.f_frsize - leave
        with open(self.ballast, "wb") as file:
            if left > 0:
                os.posix_fallocate(file.fileno(), 0, left)

    def empty(self):
        self.ballast.unlink(missing_ok=True)


class Drill(OutboxClinic):
    def status(self):
        return self.call("daemon.status")

    def until_state(self, *expected):
        """Until the state is this, or the state and its cause."""
        until(lambda: tuple(filter(None, (self.status()["state"], self.status().get("cause"))))
              == expected, f"the state is {expected}; it is {self.status()}", self.daemon)

    def new_user(self, **members):
        login = f"{secrets.token_hex(6)}@clinic.test"
        return self.write("user.create", user={"login": login, "email": login, **members})


class DiskDrill(Drill):
    def before_start(self):
        self.store = self.daemon.home / "store"
        self.disk = Disk(self, self.store, "-t", "tmpfs", "-o", "size=48m")

    @as_root
    def test_a_full_disk_takes_in_nothing_new_finishes_what_was_accepted_and_recovers(self):
        known = next(iter(self.sandbox.truth("user").values()))
        self.offline()
        self.until_noticed()
        accepted = [self.new_user()["item"]["id"] for _ in range(3)]

        self.disk.fill(leave=ROOM - (1 << 20))
        self.until_state("degraded", "disk")
        warning = next(each for each in self.status()["warnings"] if each["code"] == "disk")
        self.assertIn("the disk is full", warning["text"])
        self.assertIn("free some space", warning["hint"])
        code, word, words = self.refused("user.create", user={"login": "a@b.test"})
        self.assertEqual((code, word), (-32000, "read_only"), words)
        self.assertEqual(self.call("user.get", id=known["id"])["user"]["id"], known["id"])

        # There is room to carry out what was accepted, and to write down that it is.
        self.online()
        for id in accepted:
            self.until_item(id, "done")
        self.assertEqual(self.refused("user.create", user={"login": "a@b.test"})[1], "read_only")
        self.daemon.sync()  # answers, also where it may store nothing
        self.until_state("degraded", "disk")

        self.disk.empty()
        self.until_state("online")
        self.until_done(self.new_user())
        self.assertEqual(self.daemon.sync()["state"], "done")

    @as_root
    def test_a_disk_without_a_byte_loses_nothing_and_answers(self):
        anna = self.call("user.get", email=ANNA)["user"]["id"]
        self.offline()
        self.until_noticed()
        accepted = [self.new_user()["item"]["id"] for _ in range(3)]
        self.disk.fill(leave=0)
        self.until_state("degraded", "disk")
        self.online()
        self.assertEqual(self.refused("user.create", user={"login": "a@b.test"})[1], "read_only")
        self.assertTrue(self.call("user.search", text="anna")["rows"])
        # Who is to log in is not to be kept out by a disk.
        session = self.call("auth.login", login=ANNA, password="sandbox-" + anna)
        self.assertEqual(session["mode"], "online")
        self.assertEqual(self.call("auth.current", session=session["session"])["user"]["id"], anna)
        self.daemon.kill()  # a crash comes on top
        self.client.close()
        self.daemon.launch()
        self.assertEqual(self.daemon.process.wait(30), 1, self.daemon.log_text())
        self.assertIn("the disk is full", self.daemon.log_text().splitlines()[-2])
        self.disk.empty()
        self.daemon.start()
        self.client = self.daemon.client()
        for id in accepted:
            self.until_item(id, "done")
        made = [self.item(id)["entity"] for id in accepted]
        users = self.sandbox.truth("user")
        self.assertTrue(all(id in users for id in made))
        self.until_state("online")
        self.until_done(self.new_user())


class LockedDiskDrill(Drill):
    """The kernel makes a failing disk read-only."""

    def before_start(self):
        self.image = self.daemon.home / "image"
        self.image.write_bytes(b"")
        os.truncate(self.image, 64 << 20)
        made = subprocess.run(["mkfs.ext4", "-q", "-F", self.image], capture_output=True, text=True)
        if made.returncode != 0:
            self.skipTest("no file system can be made here: " + made.stderr)
        self.disk = Disk(self, self.daemon.home / "store", *self.writable, source=self.image)

    writable = ("-o", "loop,errors=remount-ro")

    def lock(self):
        """As the kernel does after an error of the disk."""
        with open("/proc/mounts") as mounts:
            device = next(line.split()[0] for line in mounts if str(self.disk.place) in line)
        trigger = f"/sys/fs/ext4/{os.path.basename(device)}/trigger_fs_error"
        try:
            with open(trigger, "w") as file:
                file.write("drill")
        except OSError as error:
            self.skipTest(f"a file system cannot be made to fail here: {error}")

    @as_root
    def test_a_disk_that_becomes_read_only_is_read_on_and_told_of(self):
        accepted = self.new_user()
        self.until_done(accepted)
        self.lock()
        self.until_state("degraded", "disk")
        warning = next(each for each in self.status()["warnings"] if each["code"] == "disk")
        self.assertIn("read-only", warning["text"])
        self.assertIn("restart the daemon", warning["hint"])
        self.assertEqual(self.refused("user.create", user={"login": "a@b.test"})[1], "read_only")
        self.assertTrue(self.call("user.search", text="anna")["rows"])
        self.client.close()
        self.assertEqual(self.daemon.stop()[0], 0, self.daemon.log_text())

        # A start says what is wrong.
        self.daemon.launch()
        self.assertEqual(self.daemon.process.wait(30), 1, self.daemon.log_text())
        self.assertIn("Read-only file system", self.daemon.log_text())
        self.assertIn("mount that disk writable again", self.daemon.log_text())

        self.disk.unmount()
        self.disk.mount(*self.writable, self.image)
        self.daemon.start()
        self.client = self.daemon.client()
        self.until_state("online")
        self.assertEqual(self.item(accepted["item"]["id"])["state"], "done")
        self.until_done(self.new_user())


class LedgerDrill(Drill):
    def ctl(self, *arguments):
        done = self.daemon.ctl(*arguments)
        self.assertEqual(done.returncode, 0, (arguments, done.stdout, done.stderr))
        return done.stdout

    def test_a_damaged_ledger_is_left_alone_reads_go_on_and_there_is_a_way_back(self):
        self.offline()
        self.until_noticed()
        accepted = {self.new_user(name="n" * 2000)["item"]["id"] for _ in range(60)}
        backup = self.daemon.home / "backup"
        self.ctl("backup", "create", backup)
        self.client.close()
        self.daemon.stop()
        ledger = self.daemon.home / "store" / "ledger.db"
        content = bytearray(ledger.read_bytes())
        # Which pages hold items nobody can tell from outside; large ones fill most.
        for page in range(len(content) // PAGE // 3, len(content) // PAGE, 4):
            content[page * PAGE:page * PAGE + 64] = os.urandom(64)
        ledger.write_bytes(content)

        self.online()
        self.daemon.start().until_complete()
        self.client = self.daemon.client()
        self.until_state("degraded", "store")
        warning = next(each for each in self.status()["warnings"] if each["code"] == "store")
        self.assertIn("the ledger is damaged", warning["text"])
        self.assertIn("icurectl store export", warning["hint"])
        self.assertTrue(self.call("user.search", text="anna")["rows"])
        self.assertEqual(self.refused("user.create", user={"login": "a@b.test"})[1], "read_only")
        self.assertEqual(self.daemon.sync()["state"], "done")
        self.client.close()
        self.assertEqual(self.daemon.stop()[0], 0)
        self.assertEqual(ledger.read_bytes(), content, "it was left as it is")

        out = self.daemon.home / "out.jsonl"
        told = self.ctl("store", "export", out, "--config", self.daemon.config)
        self.assertIn("in the clear", told)
        self.assertIn("what cannot be read is not among them", told)
        self.assertEqual(out.stat().st_mode & 0o777, 0o600)
        rows = [json.loads(line) for line in out.read_text().splitlines()]
        saved = {row["id"] for row in rows if row["table"] == "item"}
        self.assertTrue(saved and saved < accepted, (len(saved), told))
        self.assertEqual({row["state"] for row in rows if row["table"] == "item"}, {"queued"})
        self.assertEqual(ledger.read_bytes(), content)

        self.ctl("backup", "restore", backup, "--force", "--config", self.daemon.config)
        self.daemon.start()
        self.client = self.daemon.client()
        self.until_state("online")
        self.assertEqual({self.item(id)["state"] for id in accepted}, {"held"})


if __name__ == "__main__":
    unittest.main()
