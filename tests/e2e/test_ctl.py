"""icurectl: tables for people, JSON for scripts, exit codes that both can trust."""
import json
import unittest

from clinic import Daemon, Sandbox, until


class CtlTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox("--users", 250)
        cls.addClassCleanup(cls.sandbox.stop)
        cls.daemon = Daemon(cls.sandbox.url)
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start().until_complete()

    def ctl(self, *arguments, code=0, **more):
        done = self.daemon.ctl(*arguments, **more)
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done

    def json(self, *arguments, code=0):
        return json.loads(self.ctl("--json", *arguments, code=code).stdout)

    def test_status_for_people_and_for_scripts(self):
        text = self.ctl("status").stdout
        for word in ("online", "user", "250", "yes"):
            self.assertIn(word, text)
        self.assertNotIn("\033", text, "no colours into a file")
        self.assertEqual(self.json("status")["state"], "online")

    def test_looks_up_and_lists(self):
        anna = self.json("user", "get", "--email", "anna.vermeulen@clinic.test")["user"]
        self.assertEqual(self.json("user", "get", anna["id"])["user"], anna)
        self.assertIn("Anna Vermeulen", self.ctl("user", "search", "vermeulen").stdout)
        self.assertEqual(len(self.json("user", "list", "--limit", "10")["rows"]), 10)
        everything = self.json("user", "list", "--all", "--limit", "100")["rows"]
        self.assertEqual({row["id"] for row in everything}, set(self.sandbox.revs("user")))
        self.assertEqual(self.json("owner", "get", anna["healthcarePartyId"])["type"], "hcp")
        self.assertTrue(self.json("owner", "access", anna["healthcarePartyId"])["access"])
        self.assertIn(anna["id"], self.ctl("user", "of", anna["healthcarePartyId"]).stdout)

    def test_syncs_and_shows_settings(self):
        self.assertEqual(self.json("sync", "run", "--full", "--wait")["run"]["state"], "done")
        self.assertIn("platform.page_size", self.ctl("config", "show").stdout)
        self.assertIn("request", self.ctl("sync", "history", "--limit", "1").stdout)
        self.assertIn("paused", self.ctl("sync", "pause", "--for", "1h").stdout)
        self.ctl("sync", "run", code=75)
        self.assertIn("goes on", self.ctl("sync", "resume").stdout)

    def test_checks_a_configuration_without_a_daemon_that_serves(self):
        other = Daemon(self.sandbox.url)
        self.addCleanup(other.close)
        check = ("config", "check", "--config", other.config)
        self.assertIn("is valid", other.ctl(*check).stdout)
        self.assertEqual(json.loads(other.ctl("--json", *check).stdout),
                         {"schema": 1, "valid": True, "faults": []})
        other.configure(self.sandbox.url, extra="page_size = 0\nloign = 'x'")
        done = other.ctl(*check)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        done_json = other.ctl("--json", *check)
        self.assertEqual((done_json.returncode, done_json.stderr), (1, ""))
        faults = json.loads(done_json.stdout)["faults"]
        self.assertEqual(faults, done.stderr.splitlines())
        for key in ("platform.page_size", "loign"):
            self.assertTrue([fault for fault in faults if key in fault], faults)

    def test_calls_any_method(self):
        reply = self.json("call", "user.list", '{"limit": 1}')
        self.assertEqual(len(reply["rows"]), 1)
        self.ctl("call", "user.list", "{nonsense", code=2)

    def test_exit_codes(self):
        self.ctl("user", "get", "nobody", code=5)
        self.ctl("user", "get", "nobody", "--max-age", "0", code=5)
        self.ctl("user", "get", self.sandbox.facts["userId"], "--max-age", "0", code=8)
        self.ctl("user", "get", code=2)
        self.ctl("usr", "get", code=2)
        self.ctl("call", "no.such", code=2)

    def test_errors_say_what_to_do_and_are_json_under_json(self):
        done = self.ctl("user", "get", "nobody", code=5)
        self.assertEqual(done.stdout, "")
        self.assertIn("no such user", done.stderr)
        error = json.loads(self.ctl("--json", "user", "get", "nobody", code=5).stderr)
        self.assertEqual(error["error"]["data"]["code"], "not_found")
        self.assertIn("user", self.ctl("usre", "get", code=2).stderr)

    def test_says_when_the_daemon_is_not_there(self):
        other = Daemon(self.sandbox.url)
        self.addCleanup(other.close)
        for arguments in (["status"], ["user", "get", "x"]):
            done = other.ctl(*arguments)
            self.assertEqual(done.returncode, 3)
            self.assertIn(str(other.socket), done.stderr)

    def test_status_is_degraded_when_the_platform_is_away(self):
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        try:
            self.assertEqual(self.json("sync", "run", "--wait", code=7)["run"]["state"], "failed")
            self.ctl("status", code=1)
        finally:
            self.sandbox.ask("POST", "/online", {})
        until(lambda: self.daemon.ctl("status").returncode == 0, "online", self.daemon)


if __name__ == "__main__":
    unittest.main()
