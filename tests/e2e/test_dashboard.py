"""icurectl dashboard: who gets in, what it passes on, and when it ends. What a person sees is in
test_dashboard_page.py."""
import os
import re
import signal
import subprocess
import time
import unittest
import uuid

from clinic import NOBODY, PATIENCE_S, Daemon, Sandbox, until
from dashboard import Dashboard, become_nobody
from outbox_clinic import OutboxClinic

ALLOWED = {"hello", "daemon.status", "daemon.metrics", "sync.history", "outbox.list", "outbox.hold",
           "outbox.release", "outbox.retry", "outbox.discard", "invite.list", "invite.cancel",
           "invite.resend"}


class Serves:
    """Starts dashboards before a daemon, and looks at their answers."""

    def serve(self, *arguments, **more):
        made = Dashboard(self.daemon, *arguments, **more)
        self.addCleanup(made.close)
        return made

    def opened(self, *arguments, **more):
        made = self.serve(*arguments, **more)
        self.assertEqual(made.open().status, 303)
        return made

    def assert_refused(self, answer, words=""):
        self.assertEqual(answer.status, 403, answer.body)
        self.assertIn(words, answer.body)
        self.assertTrue(answer.body.strip())
        self.assert_careful(answer)

    def assert_careful(self, answer):
        for name, value in (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
                            ("Referrer-Policy", "no-referrer")):
            self.assertEqual(answer.headers[name], value)


class DashboardTest(Serves, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox("--users", 30, "--hcps", 6, "--patients", 20, "--devices", 2)
        cls.addClassCleanup(cls.sandbox.stop)
        cls.daemon = Daemon(cls.sandbox.url)
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start().until_complete()

    # --- who gets in

    def test_the_link_works_once(self):
        dashboard = self.serve()
        self.assert_refused(dashboard.request("GET", "/?token=" + "0" * 64), "works once")
        self.assert_refused(dashboard.request("GET", "/?token=" + dashboard.address.query[6:-1]))
        first = dashboard.open()
        self.assertEqual(first.status, 303, "a wrong token does not use up the right one")
        self.assert_careful(first)
        name, *attributes = first.headers["Set-Cookie"].split("; ")
        self.assertRegex(name, f"^icure-dashboard-{dashboard.address.port}=[0-9a-f]{{64}}$")
        self.assertEqual(set(attributes), {"Path=/", "HttpOnly", "SameSite=Strict"})
        self.assertRegex(first.headers["Location"], "^/#[0-9a-f]{64}$")
        cookie = dashboard.cookie
        self.assert_refused(dashboard.open(), "works once")
        self.assertEqual(dashboard.request("GET", "/", Cookie=cookie).status, 200)

    def test_the_page_is_whole_and_runs_nothing_else(self):
        dashboard = self.opened()
        page = dashboard.request("GET", "/", Cookie=dashboard.cookie)
        self.assert_careful(page)
        policy = dict(part.partition(" ")[::2] for part in page.headers["Content-Security-Policy"].split("; "))
        nonce, = set(re.findall(r'nonce="([0-9a-f]{32})"', page.body))
        self.assertEqual(policy, {
            "default-src": "'none'", "script-src": f"'nonce-{nonce}'", "style-src": f"'nonce-{nonce}'",
            "img-src": "data:", "connect-src": "'self'", "base-uri": "'none'", "form-action": "'none'",
            "frame-ancestors": "'none'", "require-trusted-types-for": "'script'"})
        again = dashboard.request("GET", "/", Cookie=dashboard.cookie)
        self.assertNotIn(nonce, again.body)
        links = set(re.findall(r"https?://[^\s'\"]+", page.body))
        self.assertEqual(links, {"http://www.w3.org/2000/svg"}, "which is a name, and not asked for")
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            self.assertNotIn(way, page.body)

    def test_nobody_gets_in_without_the_session(self):
        dashboard = self.opened()
        cookie, key, origin = dashboard.cookie, dashboard.key, dashboard.origin
        body = '{"method": "daemon.status"}'
        self.assertEqual(dashboard.post(body).status, 200)
        other = cookie[:-1] + ("0" if cookie[-1] != "0" else "1")
        self.assert_refused(dashboard.request("GET", "/"), "no session")
        self.assert_refused(dashboard.request("GET", "/", Cookie=other), "no session")
        self.assert_refused(dashboard.request("GET", "/", Cookie=cookie, Host="clinic.test"), "no other name")
        self.assert_refused(dashboard.request("GET", "/", Cookie=cookie, Host="127.0.0.1"), "no other name")
        self.assert_refused(dashboard.request("GET", "/", Cookie=cookie, Sec_Fetch_Dest="iframe"))
        self.assert_refused(dashboard.request("GET", f"/events?key={key}"))
        self.assert_refused(dashboard.request("GET", "/events", Cookie=cookie))
        self.assert_refused(dashboard.request("GET", f"/events?key={key[:-1]}", Cookie=cookie))
        self.assert_refused(dashboard.request("GET", f"/events?key={key}", Cookie=cookie, Sec_Fetch_Site="cross-site"))
        for wrong in ({"Cookie": None}, {"Cookie": other}, {"X_Dashboard_Key": None},
                      {"X_Dashboard_Key": key[::-1]}, {"Origin": None}, {"Origin": "null"},
                      {"Origin": "http://evil.test"}, {"Origin": "http://127.0.0.1:1"},
                      {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"},
                      {"Host": "evil.test", "Origin": "http://evil.test"}):
            self.assert_refused(dashboard.post(body, **wrong))
        named = {"Cookie": cookie, "X_Dashboard_Key": key, "Origin": origin}
        for method, path in (("GET", "/call"), ("POST", "/"), ("POST", "/events"), ("OPTIONS", "/call"),
                             ("PUT", "/call"), ("DELETE", "/"), ("HEAD", "/call"), ("GET", "/../call"),
                             ("GET", "/favicon.ico"), ("TRACE", "/")):
            answer = dashboard.request(method, path, **named)
            self.assertEqual(answer.status, 403, (method, path))
        self.assert_refused(dashboard.post("{" + " " * 70000 + "}"))
        self.assertEqual(dashboard.post(body).status, 200, "it serves on")

    def test_listens_on_loopback_only(self):
        port = self.serve().address.port
        with open("/proc/net/tcp") as table:
            listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
        self.assertEqual([at for at in listening if at.endswith(f":{port:04X}")], [f"0100007F:{port:04X}"])
        with open("/proc/net/tcp6") as table:
            self.assertNotIn(f":{port:04X} ", table.read())

    # --- what it passes on

    def test_passes_on_what_the_page_needs_and_nothing_else(self):
        dashboard = self.opened()
        for method in (each["name"] for each in self.daemon.call("rpc.discover")["methods"]):
            answer = dashboard.call(method)
            self.assertEqual(answer.status, 200 if method in ALLOWED else 403, method)
        for nonsense in ("", "[]", "{}", '{"method": 7}', '{"method": "daemon.status", "params": []}',
                         '{"method": "no.such"}', '{"method": "daemon.status\\u0000"}'):
            self.assert_refused(dashboard.post(nonsense))
        asked = set(re.findall(r'requests_total\{method="([^"]+)"', dashboard.result("daemon.metrics")["text"]))
        self.assertEqual(asked & {"auth.sessions", "key.list", "config.show", "store.verify"}, set())

    # --- when it ends

    def test_ends_when_interrupted_also_while_somebody_listens(self):
        dashboard = self.opened()
        events = dashboard.events()
        self.addCleanup(events.close)
        events.next()
        dashboard.process.send_signal(signal.SIGINT)
        self.assertEqual(dashboard.process.wait(PATIENCE_S), 0)
        self.assertEqual((dashboard.process.stdout.read(), dashboard.process.stderr.read()), ("", ""))

    def test_ends_by_itself_when_nobody_looks(self):
        dashboard = self.opened("--idle", "1s")
        events = dashboard.events()
        events.next()
        longer = time.monotonic() + 2
        until(lambda: time.monotonic() > longer or dashboard.process.poll() is not None, "time passes")
        self.assertIsNone(dashboard.process.poll(), "somebody listens")
        events.close()
        self.assertEqual(dashboard.process.wait(PATIENCE_S), 0)

    def test_says_what_is_wrong(self):
        port = self.serve().address.port
        taken = self.daemon.ctl("dashboard", "--port", port)
        self.assertEqual((taken.returncode, taken.stdout), (1, ""))
        self.assertIn(str(port), taken.stderr)
        self.assertEqual(self.daemon.ctl("dashboard", "--port", "70000").returncode, 2)
        self.assertEqual(self.daemon.ctl("dashboard", "--idle", "0").returncode, 2)
        nobody_serves = Daemon(self.sandbox.url)
        self.addCleanup(nobody_serves.close)
        self.assertEqual(nobody_serves.ctl("dashboard").returncode, 3)

    def test_takes_the_port_that_is_named_and_tells_people(self):
        first = self.serve()
        first.close()
        process = subprocess.Popen(
            [first.process.args[0], "--socket", self.daemon.socket, "dashboard", "--port",
             str(first.address.port)], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        text = "".join(process.stdout.readline() for _ in range(5))
        self.assertRegex(text, rf"http://127\.0\.0\.1:{first.address.port}/\?token=[0-9a-f]{{64}}\n")


class DashboardOutboxTest(Serves, OutboxClinic):
    sections = f'[[access]]\nuser = {NOBODY}\nrole = "reader"\n'

    def before_start(self):
        self.patient_id = self.patient("known@clinic.test", known=False)

    def test_rows_have_names_and_actions_work(self):
        self.offline()
        self.until_noticed()
        anna = self.call("user.get", email="anna.vermeulen@clinic.test")["user"]
        item = self.write("user.modify", id=anna["id"], patch={"name": "Anna Ø"})["item"]["id"]
        invited = self.invite_person(self.patient_id, contact="p@clinic.test")
        dashboard = self.opened()
        row, = [each for each in dashboard.result("outbox.list", state="queued")["rows"] if each["id"] == item]
        self.assertEqual(row["who"], "Anna Ø")
        row, = dashboard.result("invite.list")["rows"]
        self.assertEqual((row["who"], row["contact"]), ("O'Neil & <Sons>, Inès", "p@clinic.test"))
        self.assertEqual(dashboard.result("outbox.hold", id=item)["item"]["state"], "held")
        self.assertEqual(dashboard.result("outbox.release", id=item)["item"]["state"], "queued")
        refused = dashboard.call("outbox.retry", id=item).json()
        self.assertEqual((refused["error"]["data"]["code"], refused["maybe"]), ("conflict", False))
        self.assertIn("reason", dashboard.call("outbox.discard", id=item).json()["error"]["message"])
        done = dashboard.result("outbox.discard", id=item, reason="wrong person")["item"]
        self.assertEqual((done["state"], done["steps"][-1]["note"]), ("cancelled", "wrong person"))
        key = str(uuid.uuid4())
        for _ in range(2):
            taken = dashboard.result("invite.cancel", id=invited["id"], key=key)["invitation"]
            self.assertEqual(taken["state"], "cancelled")

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_has_the_rights_of_who_runs_it(self):
        self.daemon.home.chmod(0o755)
        self.daemon.socket.chmod(0o666)
        dashboard = self.opened(before=become_nobody)
        self.assertEqual(dashboard.result("hello", client="x", protocol=1)["role"], "reader")
        self.assertEqual(dashboard.result("daemon.status")["state"], "online")
        self.assertEqual(dashboard.call("outbox.list").json()["error"]["data"]["code"], "forbidden")

    # --- as it changes

    def test_tells_events_and_survives_the_daemon(self):
        dashboard = self.opened()
        events = dashboard.events()
        self.addCleanup(events.close)
        self.assertEqual(events.next()[0], "up")
        anna = self.call("user.get", email="anna.vermeulen@clinic.test")["user"]
        item = self.write("user.modify", id=anna["id"], patch={"name": "Anna X"})["item"]["id"]
        told = events.until(lambda name, data: data.get("topic") == "outbox" and data["change"] == "done")
        self.assertEqual(told["id"], item)
        self.daemon.stop()
        down = events.until(lambda name, _: name == "down")
        self.assertTrue(down["message"])
        failed = dashboard.call("daemon.status").json()
        self.assertEqual((failed["error"]["data"]["code"], failed["maybe"]), ("unavailable", False))
        self.daemon.start()
        events.until(lambda name, _: name == "up")
        self.assertIn("state", dashboard.result("daemon.status"))


if __name__ == "__main__":
    unittest.main()
