#!/usr/bin/env python3
"""Measures how soon a change on the platform is readable here, and how often a platform that is
away is asked.

Writes its section of docs/performance.md. Run by ./dev bench; `--quick` takes a few changes and
prints only.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile
import time

from figures import BIN  # sets up the path
import page
from clinic import Daemon, Sandbox, until

KINDS = ("user", "hcp", "patient", "device")
TICK_S = 2
LIVE = '[sync]\ninterval = "24h"\nfull_interval = "24h"'
TICKS = f'[sync]\ninterval = "{TICK_S}s"\nfull_interval = "24h"\nlive = false'


def measure(sections, changes, kinds):
    """Milliseconds from the platform's answer to a change until a read here shows it, sorted."""
    sandbox = Sandbox("--users", 2000, "--hcps", 100, "--patients", 2000, "--devices", 40)
    daemon = Daemon(sandbox.url, sections=sections)
    took = []
    try:
        daemon.start().until_complete()
        live = "live = false" not in sections
        until(lambda: not live or set(daemon.call("daemon.status")["live"].values()) == {"open"},
              "all hints are open", daemon)
        daemon.sync()
        ids = {kind: sorted(sandbox.revs(kind)) for kind in KINDS}
        client = daemon.client()
        for i in range(changes):
            kind = kinds[i % len(kinds)]
            id = ids[kind][i % len(ids[kind])]
            change = {"tags": [{"id": f"t|{i}|1"}], "modified": int(time.time() * 1000)}
            rev = sandbox.ask("POST", "/change", {"kind": kind, "id": id, "patch": change})["rev"]
            began = time.monotonic()
            method, member = ("user.get", "user") if kind == "user" else ("owner.get", "dataOwner")
            while client.call(method, id=id)[member]["rev"] != rev:
                time.sleep(0.001)
            took.append((time.monotonic() - began) * 1000)
        client.close()
    finally:
        daemon.close()
        sandbox.stop()
    return sorted(took)


def attempts_a_day(test):
    """How often the connection asks in a simulated week of this trouble, a day."""
    with tempfile.TemporaryDirectory(prefix="icure-bench-") as home:
        out = pathlib.Path(home) / "out.json"
        subprocess.run([BIN / "sync_test", f"--gtest_filter=ConnectionTest.{test}",
                        f"--gtest_output=json:{out}"], check=True, capture_output=True)
        case = json.loads(out.read_text())["testsuites"][0]["testsuite"][0]
    return int(case["attempts"]) / 7


def percentile(values, share):
    return values[int(share * (len(values) - 1))]


def main():
    parser = argparse.ArgumentParser(description="measure how soon a change is readable")
    parser.add_argument("--quick", action="store_true", help="few changes, print only")
    options = parser.parse_args()
    live = measure(LIVE, 20 if options.quick else 200, KINDS)
    # A tick brings modified patients; what is modified otherwise waits for a full sweep.
    ticks = measure(TICKS, 3 if options.quick else 30, ("patient",))
    lines = ["## From a change to a read, and a platform that is away", "",
             "Milliseconds from the platform's answer to a change until a read here shows it:",
             "", "| | p50 | p95 | longest |", "|---|---|---|---|"]
    for title, took in ((f"live hints, {len(live)} changes of all kinds", live),
                        (f"quick ticks each {TICK_S} s, {len(ticks)} patients", ticks)):
        lines.append(f"| {title} | {percentile(took, 0.5):.0f} | {percentile(took, 0.95):.0f} | "
                     f"{took[-1]:.0f} |")
    lines += ["", "How often the platform is asked in a simulated week, a day:", "", "| | |",
              "|---|---|",
              f"| no answer | {attempts_a_day('IsBoundedOverAWeekOfOutage'):,.0f} |",
              "| login refused | "
              f"{attempts_a_day('IsBoundedOverAWeekOfARefusedLogin'):,.0f} |", ""]
    text = "\n".join(lines)
    print(text)
    if not options.quick:
        page.put(text)


if __name__ == "__main__":
    main()
