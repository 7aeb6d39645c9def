"""Start, stop, keys, configuration, systemd: what a clinic's admin meets first."""
import os
import secrets
import signal
import socket
import subprocess
import time
import unittest

from clinic import CONFINED, DAEMON, Daemon, Sandbox, until


class LifeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox("--users", 200)
        cls.addClassCleanup(cls.sandbox.stop)

    def setUp(self):
        self.daemon = Daemon(self.sandbox.url)
        self.addCleanup(self.daemon.close)

    def end(self, daemon):
        """Starts a daemon that cannot run; returns its code, its words and how long it took."""
        started = time.monotonic()
        daemon.launch()
        code = daemon.process.wait(30)
        return code, daemon.log_text(), time.monotonic() - started

    def test_stops_cleanly_on_sigterm_also_in_the_middle_of_a_sync(self):
        self.sandbox.ask("POST", "/faults", {"match": "GET /rest/v2/user$", "kind": "delay", "ms": 9000})
        self.addCleanup(self.sandbox.ask, "DELETE", "/faults")
        self.daemon.start()
        code, seconds = self.daemon.stop()
        self.assertEqual(code, 0, self.daemon.log_text())
        self.assertLess(seconds, 5)
        self.assertFalse(self.daemon.socket.exists(), "the socket file is gone")
        self.assertNotIn("outlived", self.daemon.log_text())

    def test_a_stop_that_came_before_it_served_is_clean_too(self):
        def stopped_already():
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
            os.kill(os.getpid(), signal.SIGTERM)  # waits: exec() keeps it and the mask

        self.daemon.launch(before=stopped_already)
        self.assertEqual(self.daemon.process.wait(30), 0, self.daemon.log_text())
        self.assertIn("stopping", self.daemon.log_text())

    def test_keeps_its_files_to_itself(self):
        self.daemon.start().until_complete()
        store = self.daemon.home / "store"
        self.assertEqual(store.stat().st_mode & 0o777, 0o700)
        for file in store.iterdir():
            self.assertEqual(file.stat().st_mode & 0o777, 0o600, file)
        self.assertEqual(self.daemon.socket.stat().st_mode & 0o777, 0o660)

    def test_no_file_holds_clear_text(self):
        self.daemon.start().until_complete()
        user = self.daemon.call("user.get", email="anna.vermeulen@clinic.test")["user"]
        self.daemon.kill()  # leaves the write-ahead log behind as well
        planted = [user["id"], user["email"], user["name"], "clinic.test", "SQLite format 3"]
        for file in (self.daemon.home / "store").iterdir():
            content = file.read_bytes()
            for text in planted:
                self.assertNotIn(text.encode(), content, file)

    def test_logs_hold_ids_and_counts_only(self):
        self.daemon.configure(self.sandbox.url, sections='[log]\nlevel = "debug"')
        self.daemon.start().until_complete()
        self.daemon.call("user.get", email="anna.vermeulen@clinic.test", refresh="if_online")
        self.daemon.call("user.search", text="anna vermeulen")
        self.daemon.stop()
        log = self.daemon.log_text().lower()
        for word in ("anna", "vermeulen", "sandbox-password", "eyj", "clinic.test"):
            self.assertNotIn(word, log)

    def test_refuses_another_key_and_touches_nothing(self):
        self.daemon.start().until_complete()
        self.daemon.stop()
        store = self.daemon.home / "store"
        before = {file.name: file.read_bytes() for file in store.iterdir()}
        (self.daemon.home / "key").write_text(secrets.token_hex(32))
        code, words, seconds = self.end(self.daemon)
        self.assertEqual(code, 77, words)
        self.assertLess(seconds, 1)
        self.assertEqual({file.name: file.read_bytes() for file in store.iterdir()}, before)

    def test_refuses_a_missing_or_malformed_key_with_words(self):
        for text in (None, "", "short", "g" * 64):
            path = self.daemon.home / "key"
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text)
            code, words, seconds = self.end(self.daemon)
            self.assertEqual(code, 77, words)
            self.assertLess(seconds, 1)
            self.assertIn("key", words)

    def test_takes_the_key_and_password_from_systemd_credentials(self):
        credentials = self.daemon.home / "credentials"
        credentials.mkdir()
        (self.daemon.home / "key").rename(credentials / "store-key")
        (self.daemon.home / "password").rename(credentials / "platform-password")
        text = self.daemon.config.read_text()
        lines = [l for l in text.splitlines() if not l.startswith(("key_file", "password_file"))]
        self.daemon.config.write_text("\n".join(lines))
        self.daemon.start({"CREDENTIALS_DIRECTORY": str(credentials)}).until_complete()

    def test_refuses_a_second_daemon_on_the_same_store(self):
        self.daemon.start()
        second = subprocess.run([DAEMON, "--config", self.daemon.config],
                                capture_output=True, text=True, timeout=30)
        self.assertNotEqual(second.returncode, 0)
        self.assertIn(str(self.daemon.home / "store"), second.stderr)
        self.daemon.call("daemon.status")

    def test_refuses_another_platform_naming_both(self):
        self.daemon.start().until_complete()
        self.daemon.stop()
        self.daemon.configure("https://other.example")
        code, words, _ = self.end(self.daemon)
        self.assertEqual(code, 78, words)
        self.assertIn("https://other.example", words)
        self.assertIn(self.sandbox.url, words)
        self.assertIn("icurectl store adopt", words)

    def test_a_damaged_mirror_is_set_aside_and_filled_again(self):
        self.daemon.start().until_complete()
        self.daemon.stop()
        mirror = self.daemon.home / "store" / "mirror.db"
        content = bytearray(mirror.read_bytes())
        content[20000:60000] = os.urandom(40000)
        mirror.write_bytes(content)
        self.daemon.start().until_complete()
        names = [file.name for file in mirror.parent.iterdir()]
        self.assertTrue(any(name.startswith("mirror.db.damaged") for name in names), names)
        self.assertTrue(self.daemon.call("daemon.status")["warnings"])

    def test_says_five_faults_in_five_lines(self):
        self.daemon.config.write_text("""
[platform]
url = "http://far.example"
page_size = 0
[sync]
interval = 5
brake_percent = 101
[ipc]
mode = "rw"
[platfrom]
""")
        run = self.daemon.run("--config", self.daemon.config, "--check-config")
        self.assertEqual(run.returncode, 78)
        lines = run.stderr.strip().splitlines()
        for key in ("platform.page_size", "sync.interval", "sync.brake_percent", "ipc.mode",
                    "platfrom", "platform.url", "platform.login"):
            self.assertEqual(sum(key in line for line in lines), 1, (key, lines))

    def test_exit_codes_of_the_program(self):
        self.assertEqual(self.daemon.run("--config", "/nonexistent.toml").returncode, 78)
        self.assertEqual(self.daemon.run("--nonsense").returncode, 64)
        version = self.daemon.run("--version")
        self.assertEqual(version.returncode, 0)
        self.assertRegex(version.stdout, r"\d+\.\d+\.\d+")
        check = self.daemon.run("--config", self.daemon.config, "--check-config")
        self.assertEqual(check.returncode, 0, check.stderr)
        shown = self.daemon.run("--config", self.daemon.config, "--print-config")
        self.assertIn("platform.page_size = 1000", shown.stdout)

    def test_reloads_on_sighup_and_keeps_the_old_settings_when_the_new_are_wrong(self):
        self.daemon.start()
        value = lambda: {v["key"]: v["value"] for v in self.daemon.call("config.show")["values"]}
        good = self.daemon.config.read_text()
        self.daemon.config.write_text(good + '[sync]\ninterval = "soon"\n')
        self.daemon.process.send_signal(1)
        until(lambda: "sync.interval" in self.daemon.log_text(), "fault logged", self.daemon)
        self.assertEqual(value()["sync.interval"], '"5m"')
        self.daemon.config.write_text(good + '[sync]\ninterval = "7m"\n')
        self.daemon.process.send_signal(1)
        until(lambda: value()["sync.interval"] == '"7m"', "new value", self.daemon)

    @unittest.skipUnless(CONFINED, "the daemon is not confined here")
    def test_runs_as_its_unit_lets_it(self):
        self.daemon.start()
        log = self.daemon.log_text()
        if "not confined" in log:
            self.skipTest(log)
        with open(f"/proc/{self.daemon.process.pid}/status") as status:
            facts = dict(line.split(":\t") for line in status.read().splitlines())
        self.assertEqual(facts["Seccomp"].strip(), "2")
        self.assertEqual(int(facts["CapBnd"], 16), 0)
        self.assertEqual(facts["NoNewPrivs"].strip(), "1")

    def test_tells_systemd_that_it_is_ready_alive_and_stopping(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            path = self.daemon.home / "notify"
            manager.bind(str(path))
            manager.settimeout(30)
            self.daemon.start({"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "400000"})
            heard = ""
            while "READY=1" not in heard or heard.count("WATCHDOG=1") < 3:
                heard += manager.recv(4096).decode() + "\n"
            self.daemon.stop()
            while "STOPPING=1" not in heard:
                heard += manager.recv(4096).decode() + "\n"
            self.assertIn("STATUS=", heard)

    def test_serves_a_socket_that_systemd_passes(self):
        listener = socket.socket(socket.AF_UNIX)
        path = self.daemon.home / "passed.sock"
        listener.bind(str(path))
        listener.listen()
        script = ('exec 3<&$1; export LISTEN_PID=$$ LISTEN_FDS=1; '
                  'exec "$2" --config "$3"')
        os.set_inheritable(listener.fileno(), True)
        with open(self.daemon.log, "ab") as log:
            self.daemon.process = subprocess.Popen(
                ["bash", "-c", script, "bash", str(listener.fileno()), str(DAEMON),
                 str(self.daemon.config)], stderr=log, pass_fds=[listener.fileno()])
        listener.close()
        self.daemon.socket = path
        until(self.daemon.answers, "answers", self.daemon)
        self.daemon.call("daemon.status")
        code, _ = self.daemon.stop()
        self.assertEqual(code, 0)
        self.assertTrue(path.exists(), "the file stays systemd's")

    def test_serves_within_a_second_of_its_start(self):
        self.daemon.start().until_complete()
        self.daemon.stop()
        started = time.monotonic()
        self.daemon.start()
        self.daemon.call("user.get", email="anna.vermeulen@clinic.test")
        self.assertLess(time.monotonic() - started, 1)


if __name__ == "__main__":
    unittest.main()
