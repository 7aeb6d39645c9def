"""icurectl support-bundle: all that helps, and nothing of anybody's."""
import json
import os
import subprocess
import sys
import unittest

from clinic import BIN, NOBODY, Daemon, Sandbox

PARTS = ("doctor", "status", "config", "metrics", "runs", "outbox", "invitations", "journal", "machine")
PLANTED = ("Quillfeather", "planted.person@mail.test", "+32477001122", "https://planted.test/in",
           "a planted reason")


class SupportTest(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 30, "--hcps", 6, "--patients", 20, "--devices", 2)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url, sections=f"""
[[access]]
user = {NOBODY}
role = "reader"
""")
        self.addCleanup(self.daemon.close)
        self.daemon.start().until_complete()
        self.file = self.daemon.home / "bundle.json"

    def bundle(self, *words, code=0):
        done = self.daemon.ctl("support-bundle", self.file, "--config", self.daemon.config, *words)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(self.file.read_text())

    def plant(self):
        """People, contacts, changes and logins of which nothing may be found."""
        anna = self.daemon.call("user.get", email="anna.vermeulen@clinic.test")["user"]
        self.daemon.call("auth.login", login=anna["id"], password="sandbox-" + anna["id"])
        patient = next(id for id in self.sandbox.revs("patient")
                       if not self.daemon.call("user.of", owner=id)["rows"])
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        self.daemon.call("sync.run", wait=True)
        self.daemon.call("user.modify", key="Quillfeather", id=anna["id"],
                         patch={"name": "Quillfeather", "mobilePhone": "+32477001122"})
        self.daemon.call("invite.create", key="k", owner=patient, contact="planted.person@mail.test",
                         link="https://planted.test/in", solution="Quillfeather")
        held = self.daemon.call("user.disable", key="k2", id=self.sandbox.facts["userId"])["item"]
        self.daemon.call("outbox.discard", id=held["id"], reason="a planted reason")
        return anna

    def test_holds_what_helps_and_nothing_of_anybody(self):
        anna = self.plant()
        bundle = self.bundle("--offline")
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(set(bundle), {"schema", "icurectl", *PARTS})
        self.assertEqual(bundle["status"]["state"], "offline")
        self.assertEqual(len(bundle["outbox"]), 3)
        self.assertEqual(len(bundle["invitations"]), 1)
        self.assertTrue(any(check["name"] == "key" for check in bundle["doctor"]["checks"]))
        self.assertIn("# EOF", bundle["metrics"]["text"])
        self.assertTrue(any(value["key"] == "platform.url" for value in bundle["config"]["values"]))
        text = self.file.read_text()
        names = [user.get(member) for user in self.sandbox.truth("user").values()
                 for member in ("name", "email", "login", "mobilePhone")]
        names += [person.get("lastName") for person in self.sandbox.truth("patient").values()]
        secrets = ["sandbox-password", "sandbox-" + anna["id"], "daemon@clinic.test",
                   (self.daemon.home / "key").read_text().strip()]
        for planted in [*PLANTED, *names, *secrets]:
            if planted and len(planted) > 3:
                self.assertNotIn(planted, text)

    def test_replaces_no_file(self):
        self.file.write_text("mine")
        done = self.daemon.ctl("support-bundle", self.file, "--offline")
        self.assertEqual(done.returncode, 1)
        self.assertIn("new file", done.stderr)
        self.assertEqual(self.file.read_text(), "mine")

    def test_tells_what_it_can_without_a_daemon(self):
        self.daemon.stop()
        bundle = self.bundle("--offline")
        self.assertEqual(bundle["status"], {"refused": "unavailable"})
        self.assertTrue(bundle["doctor"]["checks"])

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_whoever_may_see_little_gets_little(self):
        self.daemon.home.chmod(0o777)
        self.daemon.socket.chmod(0o666)
        script = ("import os, sys; os.setgroups([]); os.setgid(%d); os.setuid(%d); "
                  "os.execv(sys.argv[1], sys.argv[1:])" % (NOBODY, NOBODY))
        subprocess.run([sys.executable, "-c", script, BIN / "icurectl", "--socket", self.daemon.socket,
                        "support-bundle", self.file, "--offline"], check=True, capture_output=True)
        bundle = json.loads(self.file.read_text())
        self.assertEqual(bundle["config"], {"refused": "forbidden"})
        self.assertEqual(bundle["outbox"], {"refused": "forbidden"})
        self.assertIn("state", bundle["status"])


if __name__ == "__main__":
    unittest.main()
