"""icurectl doctor: one thing is broken at a time, and exactly that check fails and says what to do."""
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

from clinic import BIN, NOBODY, PATIENCE_S, Daemon, Sandbox, until
from reference import ROOT

OF_MACHINE = ["config", "libraries", "rights", "key", "disk"]
OF_LINE = ["dns", "clock", "tls", "platform", "login", "gateway"]
OF_SOCKET = ["access", "daemon", "versions"]


class DoctorClinic(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox("--users", 20, "--hcps", 5, "--patients", 5, "--devices", 1)
        self.addCleanup(self.sandbox.stop)
        self.daemon = Daemon(self.sandbox.url)
        self.addCleanup(self.daemon.close)
        self.home = self.daemon.home
        self.configure()
        for secret in ("key", "password"):
            (self.home / secret).chmod(0o600)

    def configure(self, url=None, extra="", sections=""):
        gateway = f'[gateway]\nurl = "{self.sandbox.facts["gateway"]}"\nspec_id = "spec"\n'
        self.daemon.configure(url or self.sandbox.url, extra, gateway + sections)

    def with_a_store(self):
        self.daemon.start().until_complete()
        self.assertEqual(self.daemon.stop()[0], 0)

    def json(self, *arguments, run=None):
        """What it prints as JSON, by the name of the check."""
        done = (run or self.daemon.ctl)("--json", "doctor", "--config", self.daemon.config, *arguments)
        found = json.loads(done.stdout)
        self.assertEqual(set(found), {"schema", "ok", "checks"})
        self.assertEqual((found["schema"], done.stderr), (1, ""))
        checks = {check["name"]: check for check in found["checks"]}
        self.failed = {name for name, check in checks.items() if check["state"] == "failed"}
        self.assertEqual((found["ok"], done.returncode), (not self.failed, 1 if self.failed else 0))
        for check in checks.values():
            self.assertLessEqual(set(check), {"name", "state", "result", "remedy", "faults"})
            self.assertIn(check["state"], ("ok", "warning", "failed", "skipped"))
            self.assertTrue(check["result"])
            if check["state"] == "failed":
                self.assertTrue(check["remedy"])
        return checks

    def only_fails(self, name, result, remedy, *arguments, **more):
        checks = self.json(*arguments, **more)
        self.assertEqual(self.failed, {name}, checks)
        self.assertIn(result, checks[name]["result"])
        self.assertIn(remedy, checks[name]["remedy"])
        return checks


class DoctorTest(DoctorClinic):
    def test_all_is_well_beside_a_daemon_that_runs_and_no_secret_is_told(self):
        self.daemon.start().until_complete()
        checks = self.json()
        self.assertEqual(list(checks), OF_MACHINE + OF_LINE + OF_SOCKET)
        states = {name: check["state"] for name, check in checks.items()}
        self.assertIn(states.pop("clock"), ("ok", "warning"))  # whether this machine's is synchronised
        self.assertEqual({name for name, state in states.items() if state != "ok"}, {"dns", "tls"})
        self.assertEqual(checks["access"]["result"], "your role is admin")
        done = self.daemon.ctl("doctor", "--config", self.daemon.config)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for name in checks:
            self.assertIn(f" {name} ", done.stdout)
        said = done.stdout + json.dumps(checks)
        for secret in ((self.home / "key").read_text().strip(), "sandbox-password", "clinic.test", "\033"):
            self.assertNotIn(secret, said)

    def test_all_is_well_while_the_daemon_is_stopped(self):
        checks = self.json()
        self.assertEqual(checks["daemon"]["state"], "warning")
        self.assertIn("systemctl start", checks["daemon"]["remedy"])
        self.assertIn("no store yet", checks["key"]["result"])
        self.with_a_store()
        self.assertEqual(self.json()["key"]["result"], "the store key opens the store")

    def test_the_page_explains_every_check(self):
        page = (ROOT / "docs" / "operate.md").read_text().split("| Check | Is well if |")[1]
        rows = re.findall(r"^\| `(\w+)` \|", page.split("\n\n")[0], re.M)
        self.assertEqual(set(rows), set(OF_MACHINE + OF_LINE + OF_SOCKET))

    def test_offline_leaves_the_network_out(self):
        checks = self.json("--offline")
        self.assertEqual(list(checks), OF_MACHINE + OF_LINE + OF_SOCKET)
        for name in set(OF_LINE) - {"clock"}:
            self.assertEqual(checks[name]["state"], "skipped")
        self.assertEqual(self.sandbox.received("."), 0)

    def test_changes_nothing(self):
        self.with_a_store()

        def files():
            return {path.name: (path.stat().st_mode, path.read_bytes())
                    for path in (self.home / "store").iterdir()}
        before = files()
        self.json()
        self.assertEqual(files(), before)

    # --- this machine

    def test_a_faulty_configuration_is_the_one_failure_and_lists_every_fault(self):
        self.configure(extra="page_size = 0\nloign = 'x'")
        checks = self.only_fails("config", "2 faults", "config.example.toml")
        text = " ".join(fault["text"] for fault in checks["config"]["faults"])
        self.assertIn("platform.page_size", text)
        self.assertIn("loign", text)
        self.assertEqual(checks["login"]["state"], "skipped")

    def test_a_configuration_that_is_not_there(self):
        self.daemon.config.unlink()
        self.only_fails("config", str(self.daemon.config), "")

    def test_a_wrong_mode_is_told_with_its_command(self):
        self.with_a_store()
        for name, wrong, right in (("key", 0o644, 0o600), ("password", 0o640 | 0o004, 0o600),
                                   ("store", 0o755, 0o700), ("config.toml", 0o666, 0o644)):
            path = self.home / name
            path.chmod(wrong)
            checks = self.only_fails("rights", str(path), f" {path}")
            self.assertTrue(checks["rights"]["remedy"].startswith("chmod "))
            done = subprocess.run(checks["rights"]["remedy"].split(), check=True)
            self.assertEqual(done.returncode, 0)
            self.json()
            self.assertEqual(self.failed, set(), "the remedy helps")
            path.chmod(right)

    def test_a_wrong_key(self):
        self.with_a_store()
        (self.home / "key").write_text(secrets.token_hex(32))
        self.only_fails("key", "does not open the store", "was made with")

    def test_a_key_that_is_missing_or_none(self):
        (self.home / "key").write_text("not a key")
        checks = self.only_fails("key", "64 hex digits", "64 hex digits")
        self.assertNotIn("not a key", json.dumps(checks))
        (self.home / "key").unlink()
        self.only_fails("key", "cannot be read", "key_file")

    def test_secrets_that_systemd_hands_over_are_looked_at_as_well(self):
        text = self.daemon.config.read_text()
        self.daemon.config.write_text(re.sub(r"^(key_file|password_file) = .*$", "", text, flags=re.M))
        for name, credential in (("key", "store-key"), ("password", "platform-password")):
            (self.home / name).rename(self.home / credential)
        handed = {"CREDENTIALS_DIRECTORY": str(self.home)}

        def run(*words):
            return self.daemon.ctl(*words, environment=handed)
        checks = self.json(run=run)
        self.assertEqual((self.failed, checks["login"]["state"]), (set(), "ok"))
        (self.home / "store-key").chmod(0o604)
        self.only_fails("rights", "store-key", "chmod 0600", run=run)
        (self.home / "store-key").chmod(0o600)
        (self.home / "platform-password").unlink()
        self.only_fails("login", "platform-password", "credential", run=run)

    @unittest.skipUnless(os.geteuid() == 0, "needs root for a disk of its own")
    def test_a_full_disk(self):
        disk = self.home / "store"
        disk.mkdir(mode=0o700)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tmpfs", disk],
                                 capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest("no disk can be mounted here: " + mounted.stderr)
        self.addCleanup(lambda: subprocess.run(["umount", "-l", disk], check=True))
        self.only_fails("disk", "8.0 MiB free", "free some space")

    # --- the line

    def test_a_name_that_nobody_knows(self):
        self.configure("https://-.test")
        checks = self.only_fails("dns", "-.test", "/etc/resolv.conf")
        for name in ("tls", "platform", "login"):
            self.assertEqual(checks[name]["state"], "skipped")

    def test_a_platform_that_is_down(self):
        self.sandbox.ask("POST", "/offline", {"mode": "refuse", "server": "platform"})
        checks = self.only_fails("platform", "refuses or drops", "firewall")
        self.assertEqual(checks["login"]["state"], "skipped")

    def test_a_platform_that_is_down_is_no_second_failure_of_the_daemon(self):
        self.sandbox.ask("POST", "/offline", {"mode": "refuse", "server": "platform"})
        self.daemon.start()
        until(lambda: self.daemon.call("daemon.status")["state"] == "offline", "offline", self.daemon)
        checks = self.only_fails("platform", "refuses or drops", "firewall")
        self.assertEqual(checks["daemon"]["state"], "warning")
        self.assertIn("offline (connect)", checks["daemon"]["result"])
        self.assertTrue(checks["daemon"]["faults"][0]["remedy"])

    def test_a_platform_with_a_fault(self):
        self.sandbox.ask("POST", "/faults", {"match": "icure/ok", "kind": "status", "status": 503})
        self.only_fails("platform", "has a fault", "by itself")

    def test_a_wrong_password_is_tried_once(self):
        (self.home / "password").write_text("wrong\n")
        self.only_fails("login", "refuses the login", "[platform] login and its password")
        self.assertEqual(self.sandbox.received("POST /rest/v2/auth/login"), 1)

    def test_a_password_that_is_not_there(self):
        (self.home / "password").unlink()
        self.only_fails("login", str(self.home / "password"), "password_file")
        self.assertEqual(self.sandbox.received("auth/login"), 0)

    def test_a_clock_that_is_off(self):
        self.sandbox.ask("POST", "/faults", {
            "match": "icure/ok", "kind": "status", "status": 200, "body": "true",
            "headers": {"Date": "Thu, 01 Jan 2026 00:00:00 GMT"}})
        self.only_fails("clock", "ahead of the platform's", "timedatectl set-ntp true")

    def test_a_gateway_that_is_down_or_has_a_fault(self):
        self.sandbox.ask("POST", "/offline", {"mode": "refuse", "server": "gateway"})
        self.only_fails("gateway", "cannot be reached (connect)", "[gateway] url")
        self.sandbox.ask("POST", "/online", {})
        self.sandbox.ask("POST", "/faults", {"match": "/challenge", "kind": "status", "status": 500})
        self.only_fails("gateway", "answers 500", "support")
        self.assertEqual(self.sandbox.ask("GET", "/messages"), [])

    def test_no_gateway_is_no_fault(self):
        self.daemon.configure(self.sandbox.url)
        self.assertEqual(self.json()["gateway"]["state"], "skipped")
        self.assertEqual(self.failed, set())

    # --- certificates

    def secure(self, name, days):
        """A platform whose certificate, its own issuer, is made out to `name` for so long."""
        made = {kind: self.home / f"tls.{kind}" for kind in ("key", "csr", "crt", "ext")}
        made["ext"].write_text(f"subjectAltName={name}\n")
        for command in (["req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=sandbox",
                         "-keyout", made["key"], "-out", made["csr"]],
                        ["x509", "-req", "-in", made["csr"], "-signkey", made["key"], "-days", days,
                         "-extfile", made["ext"], "-out", made["crt"]]):
            subprocess.run(["openssl", *map(str, command)], check=True, capture_output=True)
        platform = Sandbox("--tls-cert", made["crt"], "--tls-key", made["key"])
        self.addCleanup(platform.stop)
        return platform.url, f'ca_file = "{made["crt"]}"'

    def tls(self, url, trust, *words):
        self.daemon.configure(url, trust)
        checks = self.only_fails("tls", *words)
        self.assertEqual((checks["platform"]["state"], checks["login"]["state"]), ("skipped", "skipped"))

    def test_a_certificate_is_trusted_or_it_is_said_why_not(self):
        url, trust = self.secure("IP:127.0.0.1", 2)
        self.daemon.configure(url, trust)
        self.assertEqual(self.json()["tls"]["state"], "ok")
        self.assertEqual(self.failed, set())
        self.tls(url, "", "issued by somebody", "ca-certificates")
        self.tls(url, f'ca_file = "{self.home}/key"', "holds no certificate", "PEM")

    def test_a_certificate_of_another_name(self):
        self.tls(*self.secure("DNS:other.test", 2), "made out to another name", "host")

    def test_a_certificate_that_has_expired(self):
        self.tls(*self.secure("IP:127.0.0.1", -1), "has expired", "`date`")

    def test_a_platform_that_speaks_no_tls(self):
        self.tls(self.sandbox.url.replace("http:", "https:"), "", "no secure connection", "https")


@unittest.skipUnless(os.geteuid() == 0, "needs root to become another user")
class OrdinaryUserTest(DoctorClinic):
    def setUp(self):
        super().setUp()
        self.home.chmod(0o755)
        self.daemon.config.chmod(0o644)

    def as_nobody(self, *arguments):
        return subprocess.run([BIN / "icurectl", "--socket", self.daemon.socket, *map(str, arguments)],
                              user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True,
                              text=True, timeout=PATIENCE_S)

    def test_what_a_user_may_not_see_is_skipped_with_the_reason(self):
        self.configure(sections=f'[[access]]\nuser = {NOBODY}\nrole = "reader"\n')
        self.daemon.start().until_complete()
        self.daemon.socket.chmod(0o666)
        checks = self.json(run=self.as_nobody)
        self.assertEqual(self.failed, set())
        for name in ("rights", "key"):
            self.assertEqual(checks[name]["state"], "skipped")
            self.assertIn("root", checks[name]["remedy"])
        self.assertEqual(checks["login"]["state"], "skipped")
        self.assertIn(str(self.home / "password"), checks["login"]["result"])
        self.assertEqual(checks["access"]["result"], "your role is reader")
        for name in ("config", "disk", "platform", "daemon"):
            self.assertEqual(checks[name]["state"], "ok")

    def test_a_user_without_a_rule(self):
        self.daemon.start().until_complete()
        self.only_fails("access", "Permission denied", "group", run=self.as_nobody)
        self.daemon.socket.chmod(0o666)
        self.only_fails("access", "no rule", "[[access]]", run=self.as_nobody)

    def test_a_hidden_configuration_hides_the_rest(self):
        self.daemon.config.chmod(0o600)
        checks = self.json(run=self.as_nobody)
        self.assertEqual(self.failed, set())
        for name in set(OF_MACHINE + OF_LINE) - {"libraries"}:
            self.assertEqual(checks[name]["state"], "skipped", checks[name])


class ProgramsTest(DoctorClinic):
    def serve(self, hello):
        """In the daemon's place, whose answer to everything is `hello`; None: no answer."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.daemon.socket))
        listener.listen()
        clients = []

        def talk(client):
            clients.append(client)
            with client, client.makefile("rwb") as lines:
                for line in lines:
                    if hello is not None:
                        answer = {"jsonrpc": "2.0", "id": json.loads(line)["id"], "result": hello}
                        lines.write(json.dumps(answer).encode() + b"\n")
                        lines.flush()

        def accept():
            while True:
                try:
                    talk(listener.accept()[0])
                except OSError:
                    return
        thread = threading.Thread(target=accept)
        thread.start()

        def stop():
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE_S)
            listener.close()
        self.addCleanup(stop)

    def test_a_daemon_of_another_version_still_serves(self):
        self.serve({"server": "icure-syncd", "version": "9.9.9", "protocol": 1, "role": "admin",
                    "state": "online", "warnings": []})
        self.only_fails("versions", "the daemon that serves is 9.9.9", "systemctl restart", "--offline")

    def test_a_daemon_that_does_not_answer(self):
        self.serve(None)
        self.only_fails("daemon", "did not answer", "journalctl", "--offline", "--timeout", "0.2")

    def test_no_daemon_is_installed(self):
        with tempfile.TemporaryDirectory() as folder:
            alone = shutil.copy(BIN / "icurectl", folder)
            self.only_fails("program", "icure-syncd", "installed", run=lambda *words: subprocess.run(
                [alone, "--socket", self.daemon.socket, *map(str, words)], capture_output=True,
                text=True, timeout=PATIENCE_S, env={**os.environ, "PATH": folder}))

    def test_the_daemons_program_ends_as_its_findings_are(self):
        done = self.daemon.run("--config", self.daemon.config, "--doctor", "--offline")
        self.assertEqual(done.returncode, 0)
        self.assertEqual([check["name"] for check in json.loads(done.stdout)["checks"]],
                         OF_MACHINE + OF_LINE)
        (self.home / "key").chmod(0o644)
        self.assertEqual(self.daemon.run("--config", self.daemon.config, "--doctor", "--offline").returncode, 1)
        self.assertEqual(self.daemon.run("--offline").returncode, 64)


if __name__ == "__main__":
    unittest.main()
