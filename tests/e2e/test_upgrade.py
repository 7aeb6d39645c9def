"""The store of an earlier version under this one. `tests/data/older-store.tar.xz` was written by a daemon
of 2026-11-25: six of the ledger's steps ago, with the mirror of a small clinic, a change and an
invitation that waited for the line."""
import json
import pathlib
import tarfile
import unittest

from clinic import Daemon, Sandbox, until

STORED = pathlib.Path(__file__).resolve().parents[1] / "data" / "older-store.tar.xz"


class UpgradeTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 20, "--hcps", 6, "--patients", 12, "--devices", 2,
                               "--seed", 11)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url)
        self.addCleanup(self.daemon.close)
        with tarfile.open(STORED) as archive:
            archive.extractall(self.daemon.home)
        self.facts = json.loads((self.daemon.home / "facts.json").read_text())
        gateway = f'[gateway]\nurl = "{self.sandbox.facts["gateway"]}"\nspec_id = "clinic"\n'
        self.daemon.configure(self.sandbox.url, f'group_id = "{self.facts["group"]}"', gateway)

    def carried_out(self, item):
        """On another machine than that of the store it is held until a person releases it."""
        state = self.daemon.call("outbox.get", id=item)["item"]["state"]
        if state == "held":
            self.daemon.call("outbox.release", id=item)
        return state == "done"

    def test_nothing_that_was_kept_or_accepted_is_lost(self):
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        self.daemon.start()
        self.assertEqual(self.daemon.call("user.list", limit=1000)["meta"]["as_of"],
                         self.facts["as_of"], "what was mirrored is served without a line")
        user = self.daemon.call("user.get", id=self.facts["user"])["user"]
        self.assertEqual(user["name"], "Changed before the upgrade")
        self.assertEqual(user["pending"], [self.facts["item"]])
        self.assertEqual(self.daemon.call("invite.get", id=self.facts["invitation"])["invitation"]["contact"],
                         "invited@clinic.test")
        self.sandbox.ask("POST", "/online", {})
        for item in (self.facts["item"], self.facts["invitation"]):
            until(lambda: self.carried_out(item), "what waited is carried out", self.daemon)
        self.assertEqual(self.sandbox.truth("user")[self.facts["user"]]["name"],
                         "Changed before the upgrade")


if __name__ == "__main__":
    unittest.main()
