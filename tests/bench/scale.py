#!/usr/bin/env python3
"""Measures what a sweep costs by size, and how reads and the loop fare under a large one.

Writes its section of docs/performance.md. Run by ./dev bench; `--quick`
takes a hundredth of the size and prints only.
"""
import argparse
import pathlib
import re
import sys
import tempfile
import threading
import time

from figures import BIN, run_json, seconds_of  # sets up the path
import clinic
import page
from clinic import Daemon, Sandbox
from fill import far_platform

clinic.PATIENCE_S = 3600
CHANGES = 50
READ_S = 10  # at least so long are reads measured, idle and under a sweep
SEARCHES = ("anna", "jean", "van d", "garc", "clinic")
CALM = '[sync]\ninterval = "24h"\nfull_interval = "24h"'  # no run but those asked for


def full_run(daemon):
    client = daemon.client()
    run = client.call("sync.run", full=True, wait=True)["run"]
    client.close()
    assert run["state"] == "done", run
    return run


def first_run(daemon):
    daemon.start().until_complete()
    client = daemon.client()
    run = client.call("sync.history", limit=1000)["rows"][-1]
    client.close()
    return run


def measure_size(entities):
    """What a full sweep of so many entities costs: unchanged, and after 50 changes of all sorts."""
    sandbox = Sandbox("--users", entities // 2, "--patients", entities * 45 // 100, "--hcps",
                      entities * 4 // 100, "--devices", entities // 100, "--replay", "--no-gzip")
    daemon = Daemon(sandbox.url, sections=CALM)
    try:
        daemon.start().until_complete()
        full_run(daemon)  # the stand-in makes its answers
        unchanged = full_run(daemon)
        sandbox.ask("POST", "/mutate", {"seed": 1, "count": CHANGES})
        changed = full_run(daemon)
    finally:
        daemon.close()
        sandbox.stop()
    return unchanged, changed


def percentile(values, share):
    return sorted(values)[int(share * (len(values) - 1))]


class Searching(threading.Thread):
    """Searches one after the other until told to stop; milliseconds of each."""

    def __init__(self, daemon):
        super().__init__()
        self.client = daemon.client()
        self.ending = threading.Event()
        self.times = []

    def run(self):
        n = 0
        while not self.ending.is_set():
            text = SEARCHES[n % len(SEARCHES)]
            begun = time.monotonic()
            self.client.call("user.search", text=text, limit=20)
            self.times.append((time.monotonic() - begun) * 1000)
            n += 1

    def end(self):
        self.ending.set()
        self.join()
        self.client.close()
        return percentile(self.times, 0.99)


def point_reads(daemon, keys):
    """p50 and p99 in microseconds, one client."""
    answer = run_json(BIN / "bench-load", "--socket", daemon.socket, "--protocol", "json",
                      "--clients", 1, "--seconds", READ_S, "--keys", keys)
    return answer["p50_us"], answer["p99_us"]


class Sweeping(threading.Thread):
    """Full sweeps one after the other until told to stop."""

    def __init__(self, daemon):
        super().__init__()
        self.daemon_ = daemon
        self.ending = threading.Event()
        self.runs = []

    def run(self):
        while not self.ending.is_set():
            self.runs.append(full_run(self.daemon_))

    def end(self):
        self.ending.set()
        self.join()


def searches(daemon):
    searching = Searching(daemon)
    searching.start()
    time.sleep(READ_S)
    return searching.end()


def measure_large(users, patients, home):
    sandbox = far_platform("--users", users, "--patients", patients)
    daemon = Daemon(sandbox.url, sections=CALM)
    result = {"users": users, "patients": patients}
    try:
        begun = first_run(daemon)
        result["first_s"] = seconds_of(begun)
        result["entities"] = sum(kind["seen"] for kind in begun["kinds"].values())
        result["first_mib"] = begun["bytes"] / 2**20
        result["peak_mib"] = daemon.memory_kib("VmHWM") / 1024
        full_run(daemon)
        result["unchanged"] = full_run(daemon)
        keys = home / "keys"
        keys.write_text("\n".join(sorted(sandbox.revs("user"))[:: max(1, users // 2000)]) + "\n")
        for situation in ("idle", "sweep"):
            sweeping = Sweeping(daemon) if situation == "sweep" else None
            if sweeping:
                sweeping.start()
            result[situation] = (*point_reads(daemon, keys), searches(daemon))
            if sweeping:
                sweeping.end()
                result["sweeps"] = len(sweeping.runs)
        result["after_mib"] = daemon.memory_kib("VmHWM") / 1024
        daemon.stop()
        line = re.search(r"(\d+) turns of the loop; processor time p50 (\d+) us, p99.9 (\d+) us, "
                         r"longest (\d+) us", daemon.log_text())
        result["turns"] = [int(number) for number in line.groups()]
    finally:
        daemon.close()
        sandbox.stop()
    return result


def section(sizes, large):
    lines = [
        "## Sweeps by size, and a large mirror", "",
        "A full sweep by how many entities there are (half users,",
        "45 % patients, 4 % professionals, 1 % devices), when nothing has changed and after",
        f"{CHANGES} changes of all sorts; bytes as the platform sends them uncompressed.", "",
        "| entities | unchanged: requests | MiB | s | 50 changes: requests | MiB | s |",
        "|---|---|---|---|---|---|---|"]
    for entities, runs in sizes.items():
        cells = [f"{run['requests']} | {run['bytes'] / 2**20:.1f} | {seconds_of(run):.2f}"
                 for run in runs]
        lines.append(f"| {entities:,} | {' | '.join(cells)} |")
    idle, sweep = large["idle"], large["sweep"]
    count, p50, p999, longest = large["turns"]
    lines += [
        "", f"With {large['users']:,} users and {large['patients']:,} patients, the stand-in "
        "platform on the same two cores:", "", "| | |", "|---|---|",
        f"| first sync | {large['entities'] / large['first_s']:,.0f} entities/s, "
        f"{large['first_s']:.0f} s, {large['first_mib']:,.0f} MiB received |",
        f"| peak memory (RSS) of it | {large['peak_mib']:.0f} MiB |",
        f"| unchanged full sweep | {large['unchanged']['requests']:,} requests, "
        f"{large['unchanged']['bytes'] / 2**20:,.0f} MiB, {seconds_of(large['unchanged']):.1f} s |",
        f"| peak memory (RSS) over all | {large['after_mib']:.0f} MiB |",
        f"| `user.get`, 1 client, idle | p50 {idle[0]:.0f} us, p99 {idle[1]:.0f} us |",
        f"| the same while full sweeps run | p50 {sweep[0]:.0f} us, p99 {sweep[1]:.0f} us "
        f"({sweep[1] / idle[1]:.1f} times) |",
        f"| `user.search`, 1 client, idle | p99 {idle[2]:.1f} ms |",
        f"| the same while full sweeps run | p99 {sweep[2]:.1f} ms ({sweep[2] / idle[2]:.1f} times) |",
        f"| processor time of a turn of the loop, {count:,} turns | p50 {p50} us, p99.9 {p999} us, "
        f"longest {longest} us |", ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="measure sweeps by size, and a large mirror")
    parser.add_argument("--quick", action="store_true", help="a hundredth of the size, print only")
    options = parser.parse_args()
    part = 100 if options.quick else 1
    sizes = {}
    for entities in (1000, 20_000, 200_000 // part if options.quick else 200_000):
        print(f"{entities:,} entities ...", file=sys.stderr)
        sizes[entities] = measure_size(entities)
    print("a large mirror ...", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="icure-bench-") as home:
        large = measure_large(1_000_000 // part, 200_000 // part, pathlib.Path(home))
    text = section(sizes, large)
    print(text)
    if not options.quick:
        page.put(text)


if __name__ == "__main__":
    main()
