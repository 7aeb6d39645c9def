"""daemon.metrics: valid to a strict reader, and true."""
import json
import os
import pathlib
import re
import time
import unittest

import openmetrics
from clinic import NOBODY, Daemon, RpcError, Sandbox, until

MONITORING = pathlib.Path(__file__).resolve().parents[2] / "docs" / "monitoring"


class MetricsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox("--users", 60, "--hcps", 10, "--patients", 40, "--devices", 3)
        cls.addClassCleanup(cls.sandbox.stop)
        cls.daemon = Daemon(cls.sandbox.url, sections=f"""
[[access]]
user = {NOBODY}
role = "reader"
kinds = ["user"]
""")
        cls.addClassCleanup(cls.daemon.close)
        cls.began = time.time()
        cls.daemon.start().until_complete()

    def families(self):
        return openmetrics.parse(self.daemon.call("daemon.metrics")["text"])

    def value(self, family, suffix="", **labels):
        """Of the one sample with these labels."""
        values = [value for name, of, value in self.families()[family]["samples"]
                  if name == family + suffix and of == labels]
        self.assertEqual(len(values), 1, (family, labels))
        return values[0]

    def test_is_valid_and_named_by_the_conventions(self):
        families = self.families()
        self.assertGreater(len(families), 15)
        for name, family in families.items():
            self.assertTrue(name.startswith("icure_syncd_"), name)
            self.assertTrue(family["help"].endswith("."), name)

    def test_tells_of_the_mirror_the_line_and_the_process(self):
        self.assertEqual(self.value("icure_syncd_mirror_rows", kind="user"), 60)
        self.assertEqual(self.value("icure_syncd_mirror_complete", kind="patient"), 1)
        self.assertLess(self.value("icure_syncd_mirror_age_seconds", kind="device"), 600)
        self.assertEqual(self.value("icure_syncd_online"), 1)
        self.assertGreater(self.value("icure_syncd_platform_requests", "_total"), 3)
        self.assertEqual(self.value("icure_syncd_braked_batches", kind="user"), 0)
        self.assertGreater(self.value("icure_syncd_store_file_bytes", file="mirror.db"), 8000)
        self.assertEqual(self.value("icure_syncd_outbox_oldest_age_seconds"), 0)
        resident = self.value("icure_syncd_process_resident_memory_bytes")
        self.assertAlmostEqual(resident / 1024, self.daemon.memory_kib(), delta=20000)
        fds = len(os.listdir(f"/proc/{self.daemon.process.pid}/fd"))
        self.assertAlmostEqual(self.value("icure_syncd_process_open_fds"), fds, delta=2)
        started = self.value("icure_syncd_process_start_time_seconds")
        self.assertAlmostEqual(started, self.began, delta=5)
        version = self.families()["icure_syncd_build"]["samples"][0][1]["version"]
        self.assertIn(version, self.daemon.run("--version").stdout)

    def test_counts_calls_by_method_and_outcome(self):
        user = self.sandbox.facts["userId"]
        client = self.daemon.client()
        self.addCleanup(client.close)
        for _ in range(5):
            client.call("user.get", id=user)
        for method, params in (("user.get", {"id": "nobody"}), ("user.get", {}), ("no.such", {})):
            with self.assertRaises(RpcError):
                client.call(method, **params)
        count = lambda method, outcome: self.value("icure_syncd_requests", "_total", method=method,
                                                   outcome=outcome)
        self.assertEqual(count("user.get", "ok"), 5)
        self.assertEqual(count("user.get", "not_found"), 1)
        self.assertEqual(count("user.get", "invalid_params"), 1)
        self.assertEqual(count("unknown", "no_method"), 1)
        took = "icure_syncd_request_duration_seconds"
        self.assertEqual(self.value(took, "_count", method="user.get"), 7)
        self.assertEqual(self.value(took, "_bucket", method="user.get", le="10.0"), 7)

    def test_counts_what_waits_in_the_outbox(self):
        self.sandbox.ask("POST", "/offline", {"mode": "refuse"})
        self.addCleanup(until, lambda: self.value("icure_syncd_online") == 1 and
                        self.value("icure_syncd_outbox_oldest_age_seconds") == 0, "all is through")
        self.addCleanup(self.sandbox.ask, "POST", "/online", {})
        user = self.daemon.call("user.list", limit=1)["rows"][0]["id"]
        self.daemon.call("user.modify", key="k1", id=user, patch={"name": "Anna V."})
        items = {of["state"]: value for _, of, value in
                 self.families()["icure_syncd_outbox_items"]["samples"]}
        self.assertEqual(sum(items.values()), 1, items)
        self.assertGreaterEqual(self.value("icure_syncd_outbox_oldest_age_seconds"), 0)

    def test_alarms_and_dashboard_ask_for_figures_that_there_are(self):
        self.daemon.call("user.list", limit=1)  # so that calls were counted
        samples = {name for family in self.families().values() for name, _, _ in family["samples"]}
        for page in ("alerts.yml", "dashboard.json"):
            asked = set(re.findall(r"icure_syncd_[a-z_]+", (MONITORING / page).read_text()))
            self.assertGreater(len(asked), 8)
            self.assertLessEqual(asked, samples, page)
        json.loads((MONITORING / "dashboard.json").read_text())

    def test_each_alarm_is_explained(self):
        alarms = re.findall(r"- alert: (\w+)", (MONITORING / "alerts.yml").read_text())
        self.assertGreater(len(alarms), 8)
        explained = (MONITORING.parent / "operate.md").read_text().split("## Alarms")[1]
        self.assertEqual(alarms, re.findall(r"^\| `(Icure\w+)` \|", explained, re.M))

    def test_icurectl_prints_it(self):
        done = self.daemon.ctl("metrics")
        self.assertEqual(done.returncode, 0, done.stderr)
        openmetrics.parse(done.stdout)

    @unittest.skipUnless(os.geteuid() == 0, "needs root to become somebody else")
    def test_shows_only_the_kinds_that_the_caller_may_see(self):
        text = self.daemon.as_nobody(("daemon.metrics", {}))[0]["text"]
        openmetrics.parse(text)
        self.assertIn('kind="user"', text)
        self.assertNotIn('kind="patient"', text)


class ReaderTest(unittest.TestCase):
    """The reader itself: a test with it must be able to fail."""

    GOOD = ("# TYPE a_seconds histogram\n# UNIT a_seconds seconds\n# HELP a_seconds x\n"
            'a_seconds_bucket{le="0.5"} 1\na_seconds_bucket{le="+Inf"} 2\n'
            "a_seconds_sum 3\na_seconds_count 2\n# EOF\n")

    def test_takes_what_is_good(self):
        self.assertEqual(len(openmetrics.parse(self.GOOD)["a_seconds"]["samples"]), 4)

    def test_refuses_what_is_not(self):
        for good, bad in (("# EOF\n", ""), ("# EOF\n", "# EOF"), ("# HELP a_seconds x\n", ""),
                          ("# UNIT a_seconds seconds\n", ""), ('le="0.5"} 1', 'le="0.5"} 3'),
                          ('le="+Inf"', 'le="9.0"'), ("_count 2", "_count 3"),
                          ("a_seconds_sum 3\n", ""), ("a_seconds_sum 3\n", "a_seconds_sum 3\n" * 2),
                          ("a_seconds_sum 3", "b_sum 3"), ('le="0.5"', 'le="0.50"'),
                          ("a_seconds_sum 3", "a_seconds_sum three"), ("_sum 3\n", "_sum 3\n\n")):
            with self.assertRaises(openmetrics.Invalid, msg=(good, bad)):
                openmetrics.parse(self.GOOD.replace(good, bad))


if __name__ == "__main__":
    unittest.main()
