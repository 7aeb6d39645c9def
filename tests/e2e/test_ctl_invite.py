"""icurectl invite: one person or a table of them, with the line down, and what came of it."""
import csv
import io
import json
import subprocess
import unittest

from clinic import BIN, Daemon, Sandbox, until

LINK = ("--link", "https://app.clinic.test/start", "--solution", "MyClinic")


class CtlInviteTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 20, "--hcps", 12, "--patients", 30)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url, sections=f"""
[gateway]
url = "{self.sandbox.facts['gateway']}"
spec_id = "clinic"
""")
        self.addCleanup(self.daemon.close)
        self.daemon.start().until_complete()
        with_user = {user.get("healthcarePartyId") for user in self.sandbox.truth("user").values()}
        self.free = sorted(id for id in self.sandbox.truth("hcp") if id not in with_user)
        self.assertGreaterEqual(len(self.free), 3)

    def ctl(self, *arguments, code=0):
        done = self.daemon.ctl(*arguments)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done

    def json(self, *arguments, code=0):
        return json.loads(self.ctl("--json", *arguments, code=code).stdout)

    def table(self, *rows):
        path = self.daemon.home / "table.csv"
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows(rows)
        path.write_text("\ufeff" + text.getvalue())
        return path

    def until_sent(self, count):
        until(lambda: len(self.sandbox.ask("GET", "/messages")) >= count, "sent", self.daemon)
        until(lambda: len(self.daemon.call("invite.list", state="sent")["rows"]) >= count,
              "seen as sent", self.daemon)

    def test_an_invitation_waits_for_the_line_and_is_sent_once(self):
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        made = self.ctl("invite", "create", self.free[0], *LINK, "--contact", "new@clinic.test")
        self.assertIn("new@clinic.test, queued", made.stdout)
        rows = self.json("invite", "list")["rows"]
        self.assertEqual([row["state"] for row in rows], ["queued"])
        self.ctl("invite", "create", self.free[0], *LINK, code=6)
        self.sandbox.ask("POST", "/online", {})
        self.until_sent(1)
        shown = self.ctl("invite", "show", rows[0]["id"]).stdout
        self.assertIn("sent", shown)
        self.assertNotIn("maybe", shown)
        self.ctl("invite", "resend", rows[0]["id"])
        until(lambda: len(self.sandbox.ask("GET", "/messages")) == 2, "sent again", self.daemon)
        self.ctl("invite", "cancel", rows[0]["id"])
        until(lambda: self.json("invite", "list", "--state", "cancelled")["rows"], "taken back",
              self.daemon)
        self.ctl("invite", "resend", rows[0]["id"], code=6)

    def test_a_table_is_sent_as_a_whole_or_not_at_all_and_never_twice(self):
        good = [["owner", "Contact", "name"], [self.free[0], "a@clinic.test", "A"],
                [self.free[1], "b@clinic.test", "B"]]
        faulty = self.table(*good, ["no-such", "c@clinic.test", ""], [self.free[2], "nonsense", ""],
                            [self.free[0], "d@clinic.test", ""])
        done = self.ctl("invite", "import", faulty, *LINK, code=1)
        for line in ("table.csv:4:", "table.csv:5:", "table.csv:6:", "nothing was sent"):
            self.assertIn(line, done.stderr)
        self.assertEqual(self.json("invite", "list")["rows"], [])

        whole = self.table(*good)
        checked = self.json("invite", "import", whole, *LINK, "--dry-run")
        self.assertEqual([row["result"] for row in checked["rows"]], ["new", "new"])
        self.assertFalse(checked["sent"])
        self.assertEqual(self.json("invite", "list")["rows"], [])

        self.assertIn("a@clinic.test", self.ctl("invite", "import", whole, *LINK).stdout)
        self.until_sent(2)
        again = self.json("invite", "import", whole, *LINK)
        self.assertEqual([row["result"] for row in again["rows"]], ["known", "known"])
        more = self.table(*good, ["no-such", "", ""], [self.free[2], "c@clinic.test", "C"])
        self.ctl("invite", "import", more, *LINK, "--skip-faulty")
        self.until_sent(3)
        self.assertEqual(len(self.sandbox.ask("GET", "/messages")), 3)

    def test_a_table_may_come_on_the_input(self):
        done = subprocess.run(
            [BIN / "icurectl", "--socket", self.daemon.socket, "invite", "import", "-", "--dry-run",
             *LINK], input=f"owner,contact\n{self.free[0]},x@clinic.test\n",
            capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("can be invited", done.stdout)


if __name__ == "__main__":
    unittest.main()
