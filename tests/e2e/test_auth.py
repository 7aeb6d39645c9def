"""People log in through the daemon: with and without a line, and whoever was dismissed is out."""
import json
import subprocess
import unittest

from clinic import BIN, Daemon, RpcError, Sandbox, until

ANNA = "anna.vermeulen@clinic.test"


class AuthCase(unittest.TestCase):
    sections = ""

    def setUp(self):
        self.sandbox = Sandbox("--users", 60, "--hcps", 10, "--patients", 40, "--devices", 3)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url, sections=self.sections)
        self.addCleanup(self.daemon.close)
        self.daemon.start().until_complete()
        self.anna = self.daemon.call("user.get", email=ANNA)["user"]
        self.password = "sandbox-" + self.anna["id"]

    def login(self, name=ANNA, password=None, **more):
        return self.daemon.call("auth.login", login=name, password=password or self.password, **more)

    def refused(self, method="auth.login", **params):
        with self.assertRaises(RpcError) as caught:
            self.daemon.call(method, **params)
        return caught.exception

    def word(self, name=ANNA, password=None, **more):
        """How a login ends: in, and its mode; or the word of its refusal."""
        try:
            return "in, " + self.login(name, password, **more)["mode"]
        except RpcError as error:
            return error.word

    def cut_the_line(self):
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})

    def is_in(self, session):
        try:
            return self.daemon.call("auth.current", session=session)["user"]["id"] == self.anna["id"]
        except RpcError as error:
            self.assertEqual(error.word, "login_needed")
            return False


class AuthTest(AuthCase):
    def test_logs_in_by_every_name_and_says_who_that_is(self):
        names = [self.anna["id"], self.anna["login"], self.anna["email"]]
        if self.anna.get("mobilePhone"):
            names.append(self.anna["mobilePhone"])
        for name in names:
            answer = self.login(name)
            self.assertEqual(answer["mode"], "online")
            self.assertEqual(answer["user"], self.anna)
            self.assertNotIn("passwordHash", answer["user"])
            self.assertEqual(answer["owner"]["type"], "hcp")
            self.assertEqual(answer["owner"]["dataOwner"]["id"], self.anna["healthcarePartyId"])
            current = self.daemon.call("auth.current", session=answer["session"])
            self.assertEqual(current["user"], self.anna)
            self.assertEqual(current["owner"], answer["owner"])
            self.assertEqual((current["mode"], current["roles_fresh"]), ("online", True))
        self.assertEqual(self.daemon.call("auth.logout", session=answer["session"]), {})
        self.assertFalse(self.is_in(answer["session"]))
        self.assertEqual(self.refused("auth.current", session="nonsense").word, "login_needed")

    def test_a_session_says_for_whom_a_connection_acts(self):
        session = self.login()["session"]
        client = self.daemon.client()
        self.addCleanup(client.close)
        hello = lambda **more: client.call("hello", client="ward", protocol=1, **more)
        self.assertEqual(hello(session=session)["actor"], self.anna["id"])
        self.assertEqual(hello(session=session, actor=self.anna["id"])["actor"], self.anna["id"])
        self.assertNotIn("actor", hello(actor="somebody"), "said, not shown")
        for more, word in ((dict(session=session, actor="somebody"), "invalid"),
                           (dict(session="nonsense"), "login_needed")):
            with self.assertRaises(RpcError) as caught:
                hello(**more)
            self.assertEqual(caught.exception.word, word)

    def test_the_daemons_own_login_is_another_matter(self):
        before = self.sandbox.received("POST /rest/v2/auth/login")
        self.login()
        self.assertEqual(self.sandbox.received("POST /rest/v2/auth/login"), before + 1)
        self.daemon.sync()
        self.assertEqual(self.sandbox.received("POST /rest/v2/auth/login"), before + 1)

    def test_the_same_login_works_without_a_line_and_over_a_restart(self):
        session = self.login()["session"]
        self.cut_the_line()
        answer = self.login()
        self.assertEqual(answer["mode"], "offline")
        self.assertEqual(answer["user"], self.anna)
        self.daemon.stop()
        self.daemon.start()
        self.assertTrue(self.is_in(session))
        self.assertEqual(self.word(self.anna["id"]), "in, offline")
        self.daemon.kill()
        self.daemon.start()
        self.assertTrue(self.is_in(answer["session"]))
        wrong = self.refused(login=ANNA, password="not hers at all")
        unknown = self.refused(login="nobody@clinic.test", password="not hers at all")
        self.assertEqual((wrong.word, unknown.word), ("login_failed", "login_failed"))
        self.assertEqual(str(wrong), str(unknown))
        ben = next(user for user in self.daemon.call("user.list", status="ACTIVE")["rows"]
                   if user["id"] != self.anna["id"] and user.get("login"))
        # An active user who never logged in here: nothing can be said of the password.
        self.assertEqual(self.word(ben["id"], "sandbox-" + ben["id"]), "offline")

    def test_a_hanging_platform_is_waited_for_no_longer_than_it_takes(self):
        self.login()
        self.sandbox.ask("POST", "/faults", {"match": "POST /rest/v2/auth/login", "kind": "delay",
                                             "ms": 60000})
        self.assertEqual(self.word(), "in, offline")

    def test_one_time_codes_needed_wrong_and_too_many(self):
        self.sandbox.ask("POST", "/auth", {"user": self.anna["id"], "otp": "123456"})
        self.assertEqual(self.word(), "otp_needed")
        wrong = self.refused(login=ANNA, password=self.password, otp="654321")
        self.assertEqual(wrong.word, "login_failed")
        self.assertIn("one-time code", str(wrong))
        self.assertEqual(self.word(otp="123456"), "in, online")
        for _ in range(5):
            self.assertEqual(self.word(otp="654321"), "login_failed")
        locked = self.refused(login=ANNA, password=self.password, otp="123456")
        self.assertEqual(locked.word, "login_locked")
        self.assertGreater(locked.data["retry_after_ms"], 0)
        self.cut_the_line()
        # Locked or not: what a code protects is not opened without one.
        self.assertIn(self.word(otp="123456"), ("login_locked", "offline"))

    def test_a_lock_holds_over_a_restart(self):
        for _ in range(5):
            self.assertEqual(self.word(password="a wrong guess"), "login_failed")
        self.daemon.kill()
        self.daemon.start()
        locked = self.refused(login=ANNA, password=self.password)
        self.assertEqual(locked.word, "login_locked")
        self.assertGreater(locked.data["retry_after_ms"], 10 * 60 * 1000)
        self.assertEqual(self.refused(login=self.anna["id"], password=self.password).word,
                         "login_locked", "the same user by another name")

    def test_a_strangers_typo_ends_nothing(self):
        session = self.login()["session"]
        self.assertEqual(self.word(password="a wrong guess"), "login_failed")
        self.assertEqual(self.word(ANNA.upper(), self.password), "login_failed")
        self.assertTrue(self.is_in(session))
        self.cut_the_line()
        self.assertEqual(self.word(password="another wrong guess"), "login_failed")
        self.assertEqual(self.word(), "in, offline")

    def test_a_dismissed_employee_is_out_at_once(self):
        session = self.login()["session"]
        self.sandbox.ask("POST", "/change", {"kind": "user", "id": self.anna["id"],
                                             "patch": {"status": "DISABLED"}})
        self.daemon.sync()
        self.assertFalse(self.is_in(session))
        until(lambda: self.daemon.call("auth.sessions")["rows"] == [], "no session", self.daemon)
        self.cut_the_line()
        self.assertEqual(self.word(), "login_failed")

    def test_a_local_disabling_counts_before_it_has_reached_the_platform(self):
        session = self.login()["session"]
        self.cut_the_line()
        self.daemon.call("user.disable", key="dismissed", id=self.anna["id"])
        self.assertFalse(self.is_in(session))
        self.assertEqual(self.word(), "login_failed")

    def test_a_changed_password_ends_what_the_old_one_opened(self):
        session = self.login()["session"]
        self.sandbox.ask("POST", "/auth", {"user": self.anna["id"], "password": "another-password"})
        self.assertEqual(self.word(), "login_failed")
        self.assertFalse(self.is_in(session))
        self.cut_the_line()
        self.assertIn(self.word(), ("login_failed", "offline"))
        self.assertEqual(self.word(password="another-password"), "offline")

    def test_an_admin_sees_and_ends_sessions(self):
        first, second = self.login()["session"], self.login()["session"]
        rows = self.daemon.call("auth.sessions")["rows"]
        self.assertEqual([row["user"] for row in rows], [self.anna["id"]] * 2)
        self.assertNotIn(first, str(rows))
        self.assertEqual(self.daemon.call("auth.revoke", id=rows[0]["id"]), {})
        self.assertEqual([self.is_in(first), self.is_in(second)].count(True), 1)
        self.assertEqual(self.refused("auth.revoke", id=rows[0]["id"]).word, "not_found")
        self.daemon.call("auth.revoke", user=self.anna["id"])
        self.assertEqual((self.is_in(first), self.is_in(second)), (False, False))
        self.cut_the_line()
        self.assertEqual(self.word(), "offline", "shut out: the next login is one at the platform")

    def test_the_command_line_takes_passwords_from_the_input_only(self):
        def ctl(*words, typed=""):
            return subprocess.run([BIN / "icurectl", "--socket", self.daemon.socket, *words],
                                  input=typed, capture_output=True, text=True)
        shown = ctl("login", ANNA, typed=self.password + "\n")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn(self.anna["id"], shown.stdout)
        answer = ctl("--json", "auth", "login", ANNA, typed=self.password + "\n")
        session = json.loads(answer.stdout)["session"]
        self.assertEqual(ctl("auth", "current", typed=session).returncode, 0)
        listed = ctl("auth", "sessions")
        self.assertIn(self.anna["id"], listed.stdout)
        self.assertNotIn(session, listed.stdout)
        self.assertEqual(ctl("auth", "logout", typed=session).returncode, 0)
        self.assertEqual(ctl("auth", "current", typed=session).returncode, 9)
        self.assertEqual(ctl("auth", "revoke", "--user", self.anna["id"]).returncode, 0)
        self.assertEqual(ctl("login", ANNA, typed="wrong guess\n").returncode, 9)
        self.sandbox.ask("POST", "/auth", {"user": self.anna["id"], "otp": "123456"})
        self.assertEqual(ctl("login", ANNA, typed=self.password + "\n").returncode, 9)
        self.assertEqual(ctl("login", ANNA, typed=self.password + "\n123456\n").returncode, 0)

    def test_no_password_and_no_session_is_left_in_log_files_or_memory(self):
        planted = "Plnt-Passw0rd-7c1f9e"
        self.sandbox.ask("POST", "/auth", {"user": self.anna["id"], "password": planted})
        guess = "Plnt-Wr0ng-5d2a77"
        session = self.login(password=planted)["session"]
        self.assertEqual(self.word(password=guess), "login_failed")
        self.cut_the_line()
        self.assertEqual(self.word(password=planted), "in, offline")
        self.assertEqual(self.word("Plnt-Nam3-90ab", guess), "login_failed")
        for _ in range(20):  # others use the same buffers
            self.daemon.call("user.get", email=ANNA)
        secrets = [planted, guess, session, "Plnt-Nam3-90ab"]
        log = self.daemon.log_text()
        for secret in secrets:
            self.assertNotIn(secret, log)
        for path in (self.daemon.home / "store").rglob("*"):
            data = path.read_bytes() if path.is_file() else b""
            for secret in secrets:
                self.assertNotIn(secret.encode(), data, path)
        memory = self.daemon.memory()
        if memory is None:
            self.skipTest("the daemon's memory cannot be searched here")
        self.assertIn(b"icure-syncd", memory, "the search finds what is there")
        for secret in (planted, guess):
            self.assertEqual(memory.count(secret.encode()), 0, "a password is left in memory")


class AgeTest(AuthCase):
    sections = '[login]\nsession_idle = "3s"\noffline_max_age = "6s"\nprivilege_max_age = "1s"\n'

    def test_roles_sessions_and_verifiers_grow_old(self):
        session = self.login()["session"]
        self.cut_the_line()
        until(lambda: not self.daemon.call("auth.current", session=session)["roles_fresh"],
              "roles grow old", self.daemon)
        idle = self.login()["session"]
        until(lambda: not self.is_in(session), "a session that is used is over as well", self.daemon)
        self.assertEqual(self.refused("auth.current", session=idle).word, "login_needed")
        self.assertEqual(self.word(), "offline", "the last login online is too long ago")
        self.assertEqual(self.word(password="a wrong guess"), "login_failed")


class BrakeTest(AuthCase):
    sections = "[sync]\nlive = false\n"  # else hints tell of one user after the other

    def test_the_brake_keeps_nobody_in(self):
        session = self.login()["session"]
        for id, user in self.sandbox.truth("user").items():
            if id != self.sandbox.facts["userId"] and user["status"] == "ACTIVE":
                self.sandbox.ask("POST", "/change", {"kind": "user", "id": id,
                                                     "patch": {"status": "DISABLED"}})
        run = self.daemon.sync()
        self.assertGreater(run["kinds"]["user"]["held"], 0)
        self.assertEqual(self.daemon.call("user.get", id=self.anna["id"])["user"]["status"], "ACTIVE")
        self.assertFalse(self.is_in(session))
        self.cut_the_line()
        self.assertEqual(self.word(), "login_failed")


if __name__ == "__main__":
    unittest.main()
