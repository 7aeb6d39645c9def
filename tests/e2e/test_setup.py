"""icurectl setup: from nothing to a daemon that serves; and the way back when its key is lost."""
import json
import os
import pty
import re
import secrets
import shutil
import stat
import subprocess
import unittest

from clinic import BIN, PATIENCE_S, Daemon, Sandbox

RECOVERY_KEY = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-){8}[0-9A-HJKMNP-TV-Z]{4}\b")


class SetupTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox("--users", 40)
        cls.addClassCleanup(cls.sandbox.stop)

    def setUp(self):
        self.daemon = Daemon(self.sandbox.url)
        self.addCleanup(self.daemon.close)
        self.home = self.daemon.home
        for name in ("password", "key", "config.toml"):
            (self.home / name).unlink()
        self.config = self.home / "etc" / "config.toml"
        self.daemon.config = self.config
        self.written = self.home / "etc" / "conf.d" / "setup.toml"
        self.key = self.home / "etc" / "credentials" / "store-key"
        # What a test may not leave to the defaults: they are the machine's.
        self.places = {"ICURE_SYNCD_STORE_DIRECTORY": str(self.home / "store"),
                       "ICURE_SYNCD_IPC_SOCKET": str(self.daemon.socket)}

    def setup_(self, *flags, typed="", code=0):
        done = subprocess.run(
            [BIN / "icurectl", "setup", "--config", self.config, *map(str, flags)],
            input=typed, capture_output=True, text=True, timeout=PATIENCE_S,
            env={**os.environ, **self.places})
        self.assertEqual(done.returncode, code, (flags, done.stdout, done.stderr))
        return done

    def first(self, *more):
        return self.setup_("--url", self.sandbox.url, "--login", self.sandbox.facts["login"], *more,
                           typed=self.sandbox.facts["password"] + "\n")

    def ctl(self, *arguments, typed="", code=0):
        done = subprocess.run([BIN / "icurectl", *map(str, arguments), "--config", self.config],
                              input=typed, capture_output=True, text=True, timeout=PATIENCE_S,
                              env={**os.environ, **self.places})
        self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        return done

    def serves(self):
        self.daemon.start(self.places).until_complete()
        code, _ = self.daemon.stop()
        self.assertEqual(code, 0)

    def test_from_nothing_to_a_daemon_that_serves(self):
        done = self.first("--group", "daemon", "--role", "operator")
        self.assertRegex(done.stdout, RECOVERY_KEY)
        self.assertIn("the platform takes the daemon's login", done.stderr)
        self.assertEqual(stat.S_IMODE(self.key.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(self.key.parent.stat().st_mode), 0o700)
        self.assertEqual(stat.S_IMODE(self.written.stat().st_mode), 0o644)
        for file in self.home.rglob("*"):
            if file.is_file() and file.parent != self.key.parent:
                self.assertNotIn(self.sandbox.facts["password"].encode(), file.read_bytes(), file)
        self.serves()
        rule = self.ctl("config", "check").stdout
        self.assertIn("valid", rule)
        self.assertIn('group = "daemon"', self.written.read_text().replace("'", '"'))

    def test_writes_nothing_that_does_not_work(self):
        wrong = self.setup_("--url", self.sandbox.url, "--login", "nobody@clinic.test",
                            typed="guess\n", code=1)
        self.assertIn("nothing was written", wrong.stderr)
        self.assertIn("refuses the login", wrong.stderr)
        self.assertFalse(self.config.exists())
        self.assertFalse(self.written.exists())
        self.assertFalse(self.key.exists())

    def test_says_what_is_missing(self):
        for flags, words in ((("--login", "x"), "--url"), (("--url", self.sandbox.url), "--login"),
                             (("--url", self.sandbox.url, "--login", "x"), "password"),
                             (("--url", self.sandbox.url, "--login", "x", "--gateway-url",
                               "https://gateway.test"), "spec id"),
                             (("--url", self.sandbox.url, "--login", "x", "--group", "no-such"),
                              "groupadd")):
            self.assertIn(words, self.setup_(*flags, code=2).stderr)

    def test_may_be_run_again(self):
        self.first()
        key = self.key.read_text()
        self.serves()
        again = self.setup_("--gateway-url", self.sandbox.facts["gateway"],
                            "--gateway-spec-id", "clinic")
        self.assertNotRegex(again.stdout, RECOVERY_KEY)
        self.assertEqual(self.key.read_text(), key)
        self.assertIn("spec_id", self.written.read_text())
        self.assertIn(self.sandbox.facts["login"], self.written.read_text())
        self.serves()

    def test_touches_no_line_that_a_person_wrote(self):
        self.config.parent.mkdir()
        mine = "# mine\n[sync]\ninterval = \"7m\"\n"
        self.config.write_text(mine)
        self.first()
        self.assertEqual(self.config.read_text(), mine)
        self.serves()

    def test_asks_a_person(self):
        leader, follower = pty.openpty()
        person = subprocess.Popen([BIN / "icurectl", "setup", "--config", self.config],
                                  stdin=follower, stdout=follower, stderr=follower,
                                  env={**os.environ, **self.places, "NO_COLOR": "1"})
        os.close(follower)
        shown = ""

        def until_asked(words):
            nonlocal shown
            while words not in shown:
                shown += os.read(leader, 4096).decode()

        password = self.sandbox.facts["password"]
        for question, answer in (("Address of the platform", self.sandbox.url),
                                 ("this daemon is", self.sandbox.facts["login"]),
                                 ("message gateway", ""), ("programs may ask", ""),
                                 ("Its password:", password)):
            until_asked(question)
            os.write(leader, (answer + "\n").encode())
        until_asked("Now:")
        self.assertEqual(person.wait(PATIENCE_S), 0)
        os.close(leader)
        self.assertNotIn(password, shown)
        self.assertRegex(shown, RECOVERY_KEY)
        self.serves()

    def test_a_lost_store_key_is_replaced_by_the_recovery_key(self):
        recovery = json.loads(self.first("--json").stdout)["recovery_key"]
        self.serves()
        self.key.write_text(secrets.token_hex(32) + "\n")
        self.daemon.launch(self.places)
        self.assertEqual(self.daemon.process.wait(PATIENCE_S), 77)
        typo = recovery.replace(recovery[0], "Z" if recovery[0] != "Z" else "Y", 1)
        self.assertIn("a letter or digit is wrong", self.ctl("store", "recover", typed=typo, code=1).stderr)
        self.ctl("store", "recover", typed=recovery.lower().replace("-", " ") + "\n")
        self.serves()

    def test_a_new_recovery_key_replaces_the_one_before(self):
        old = json.loads(self.first("--json").stdout)["recovery_key"]
        new = RECOVERY_KEY.search(self.ctl("store", "recovery-key").stdout).group()
        self.assertNotEqual(old, new)
        refused = self.ctl("store", "recover", typed=old, code=1)
        self.assertIn("made last", refused.stderr)
        self.ctl("store", "recover", typed=new)
        self.daemon.start(self.places)
        self.assertIn("open", self.ctl("store", "recovery-key", code=6).stderr)

    def test_a_backup_opens_on_a_machine_with_another_store_key(self):
        recovery = json.loads(self.first("--json").stdout)["recovery_key"]
        backup = self.home / "backup"
        self.daemon.start(self.places).until_complete()
        self.daemon.call("store.backup", path=str(backup))
        self.daemon.stop()
        shutil.rmtree(self.home / "store")
        self.key.write_text(secrets.token_hex(32) + "\n")
        self.ctl("backup", "restore", backup, code=1)
        self.ctl("backup", "restore", backup, "--recovery", typed=recovery + "\n")
        self.serves()

    @unittest.skipUnless(os.geteuid() == 0, "only root acts as others")
    def test_root_touches_the_store_as_its_owner(self):
        self.first()
        store = self.home / "store"
        for path in (self.home, store, *store.iterdir()):
            os.chown(path, 65534, 65534)
        self.ctl("store", "recovery-key")
        owners = {file.name: file.stat().st_uid for file in store.iterdir()}
        self.assertEqual(set(owners.values()), {65534}, owners)


if __name__ == "__main__":
    unittest.main()
