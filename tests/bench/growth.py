#!/usr/bin/env python3
"""How everything grows with the number of users, from 1,000 to 1,000,000, and what the daemon costs
when nothing happens. Writes its section of docs/performance.md and docs/growth.svg; `--quick` goes to
10,000, prints only, and draws build/growth.svg.
"""
import argparse
import json
import os
import pathlib
import statistics
import tempfile
import time

from figures import BIN, ROOT, run_json, seconds_of  # sets up the path
import chart
import page
from fill import far_platform, first_sync, measure_start

IDLE = 10_000  # users, with whom it is looked at when nothing happens
READ_S = 3


def load(daemon, home, method, param, values):
    keys = home / "keys"
    keys.write_text("\n".join(values) + "\n")
    return run_json(BIN / "bench-load", "--socket", daemon.socket, "--protocol", "json", "--clients", 1,
                    "--seconds", READ_S, "--keys", keys, "--method", method, "--param", param)


def some_users(daemon):
    client = daemon.client()
    users = client.call("user.list", limit=1000)["rows"]
    client.close()
    return users


def beginnings(users):
    """What is typed until a name is found: one to five letters of it."""
    names = [user["name"] for user in users if user.get("name")]
    return [json.dumps({"text": name[:1 + n % 5].strip(), "limit": 50}) for n, name in enumerate(names)]


def switches(process):
    """How often threads of the process went to sleep of their own accord, which each waking-up ends."""
    count = 0
    for status in pathlib.Path(f"/proc/{process.pid}/task").glob("*/status"):
        line = next(line for line in status.read_text().splitlines() if line.startswith("voluntary"))
        count += int(line.split()[1])
    return count


def processor_s(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure_idle(daemon, seconds):
    time.sleep(10)  # what a start leaves to do is over
    before, used = switches(daemon.process), processor_s(daemon.process)
    time.sleep(seconds)
    return {"wake-ups a minute": (switches(daemon.process) - before) * 60 / seconds,
            "processor time, ms a minute": (processor_s(daemon.process) - used) * 60_000 / seconds,
            "memory (RSS), MiB": daemon.memory_kib() / 1024}


def measure(users, home, idle_s):
    sandbox = far_platform("--users", users)
    daemon = None
    figures = {}
    try:
        figures["first sync, s"], daemon = first_sync(sandbox, users)
        figures["peak memory of the first sync, MiB"] = daemon.memory_kib("VmHWM") / 1024
        daemon.sync()  # the stand-in makes its answers
        figures["unchanged sweep, s"] = seconds_of(daemon.sync())
        users_seen = some_users(daemon)
        ids = [user["id"] for user in users_seen]
        figures["`user.get`, p50, us"] = load(daemon, home, "user.get", "id", ids)["p50_us"]
        figures["`user.search`, p95, ms"] = load(daemon, home, "user.search", "",
                                                 beginnings(users_seen))["p95_us"] / 1000
        times, memory, size = measure_start(daemon)
        figures["start to first answer, ms"] = statistics.median(times)
        figures["memory (RSS) after the start, MiB"] = memory
        figures["mirror, MiB"] = size / 2**20
        idle = None
        if users == IDLE:
            daemon.start()
            idle = measure_idle(daemon, idle_s)
    finally:
        if daemon:
            daemon.close()
        sandbox.stop()
    return figures, idle


def section(table, idle, idle_s):
    sizes = list(table)
    lines = ["## Growth with the number of users", "",
             "One run each; slope: of the straight line through the logarithms, 1 grows as the number",
             "does. The stand-in platform runs on the same two cores.", "",
             f"| | {' | '.join(f'{size:,}' for size in sizes)} | slope |",
             "|---" * (len(sizes) + 2) + "|"]
    for name in table[sizes[0]]:
        points = [(size, table[size][name]) for size in sizes]
        cells = " | ".join(f"{value:,.3g}" if value < 100 else f"{value:,.0f}" for _, value in points)
        lines.append(f"| {name} | {cells} | {chart.slope(points):.2f} |")
    lines += ["", "![growth](growth.svg)", "",
              f"When nothing happens, with {IDLE:,} users, over {idle_s} s, with live hints:", "",
              "| | |", "|---|---|", *[f"| {name} | {value:.1f} |" for name, value in idle.items()], ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="up to 10,000, print only")
    options = parser.parse_args()
    sizes = (1000, IDLE) if options.quick else (1000, IDLE, 100_000, 1_000_000)
    idle_s = 10 if options.quick else 120
    table, idle = {}, {}
    for users in sizes:
        with tempfile.TemporaryDirectory(prefix="icure-bench-") as home:
            table[users], seen = measure(users, pathlib.Path(home), idle_s)
        idle = seen or idle
    text = section(table, idle, idle_s)
    print(text)
    picture = (ROOT / "build" if options.quick else page.PAGE.parent) / "growth.svg"
    picture.write_text(chart.draw({name.replace("`", ""): [(size, table[size][name]) for size in sizes]
                                   for name in table[sizes[0]]}, "users"))
    if not options.quick:
        page.put(text)


if __name__ == "__main__":
    main()
