"""icurectl, changes and the outbox: entered with the line down, looked at, taken back, carried out."""
import json
import unittest

from clinic import Daemon, Sandbox, until

OPEN = ("queued", "sending", "retrying")


class CtlWriteTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox("--users", 50)
        cls.addClassCleanup(cls.sandbox.stop)
        cls.daemon = Daemon(cls.sandbox.url)
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start().until_complete()
        cls.anna = cls.daemon.call("user.get", email="anna.vermeulen@clinic.test")["user"]["id"]

    def ctl(self, *arguments, code=0):
        done = self.daemon.ctl(*arguments)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done

    def json(self, *arguments, code=0):
        return json.loads(self.ctl("--json", *arguments, code=code).stdout)

    def line(self, mode):
        if mode == "down":
            self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        else:
            self.sandbox.ask("POST", "/online", {})

    def until_drained(self):
        until(lambda: not [row for row in self.daemon.call("outbox.list", limit=1000)["rows"]
                           if row["state"] in OPEN], "the outbox is empty", self.daemon)

    def truth(self, user):
        return self.sandbox.truth("user").get(user)

    def test_changes_wait_for_the_line_and_can_be_looked_at_meanwhile(self):
        self.line("down")
        try:
            made = self.json("user", "create", "--login", "desk", "--name", "Front desk",
                             "--device", next(iter(self.sandbox.revs("device"))))
            item, user = made["item"]["id"], made["user"]["id"]
            self.ctl("user", "modify", self.anna, '{"name": "Anna V."}')
            listed = self.ctl("outbox", "list", "--state", "queued").stdout
            for word in (item, "user.create", "Front desk", "Anna V.", "queued"):
                self.assertIn(word, listed)
            self.assertIn("pending", self.ctl("user", "search", "desk").stdout)
            self.assertIn("user.create", self.ctl("outbox", "show", item).stdout)
            self.assertIsNone(self.truth(user))
        finally:
            self.line("up")
        self.until_drained()
        self.assertEqual(self.truth(user)["login"], "desk")
        self.assertEqual(self.truth(self.anna)["name"], "Anna V.")

    def test_the_same_key_is_done_once(self):
        first = self.json("user", "create", "--login", "once", "--key", "k-once")
        again = self.json("user", "create", "--login", "once", "--key", "k-once")
        self.assertEqual(again["item"]["id"], first["item"]["id"])
        self.ctl("user", "create", "--login", "twice", "--key", "k-once", code=6)

    def test_disables_enables_and_deletes(self):
        user = self.json("user", "create", "--login", "short.lived")["user"]["id"]
        for verb, status in (("disable", "DISABLED"), ("enable", "ACTIVE")):
            self.assertIn("Accepted", self.ctl("user", verb, user).stdout)
            self.until_drained()
            self.assertEqual(self.truth(user)["status"], status)
        self.ctl("user", "delete", user)
        self.until_drained()
        self.assertIsNone(self.truth(user))

    def test_an_item_is_held_released_and_discarded(self):
        self.line("down")
        try:
            item = self.json("user", "create", "--login", "held.back")["item"]["id"]
            self.assertIn("icurectl outbox release", self.ctl("outbox", "hold", item).stdout)
            self.assertIn(item, self.ctl("outbox", "list", "--state", "held").stdout)
            self.assertEqual(self.json("outbox", "release", item)["item"]["state"], "queued")
            self.ctl("outbox", "discard", item, code=2)
            self.assertIn("a slip", self.ctl("outbox", "discard", item, "--reason", "a slip").stdout)
            self.ctl("outbox", "retry", item, code=6)
            self.ctl("outbox", "show", "no-such-item", code=5)
        finally:
            self.line("up")

    def test_what_is_blocked_says_why_and_what_helps(self):
        self.ctl("user", "create", "--login", "first", "--email", "shared@clinic.test")
        self.until_drained()
        item = self.json("user", "create", "--login", "second",
                         "--email", "shared@clinic.test")["item"]["id"]
        self.until_drained()
        shown = self.ctl("outbox", "list", "--state", "blocked").stdout
        self.assertIn(item, shown)
        self.assertIn("another user already has this e-mail address", shown)
        self.assertIn("use another address", self.ctl("outbox", "show", item).stdout)
        self.assertIn("blocked", self.ctl("status").stdout)


if __name__ == "__main__":
    unittest.main()
