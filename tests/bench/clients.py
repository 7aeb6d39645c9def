#!/usr/bin/env python3
"""What programs see of the socket: reads, lists and searches by 1, 50 and 200 clients with and without
entries in the audit log, what an idle client costs, and what a flood by another one does.

Run by ./dev bench. `--quick` takes fewer rounds and does not write the page.
"""
import argparse
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

import audit  # sets up the path
import page
from clinic import Daemon, Sandbox, mirrored, until

USERS = 100_000
HOT = 2_000
CLIENTS = (1, 50, 200)
IDLE = 200
PAGE = 50  # rows


def load(daemon, method, params, clients, seconds):
    # The clients before are gone when their last answers are made: the daemon takes 256 at once.
    files = pathlib.Path(f"/proc/{daemon.process.pid}/fd")
    until(lambda: len(list(files.iterdir())) < 100, "the clients before are gone", daemon)
    return json.loads(subprocess.run(
        [audit.BIN / "bench-load", "--socket", daemon.socket, "--clients", str(clients), "--seconds",
         str(seconds), "--keys", params, "--method", method, "--param", ""], check=True,
        capture_output=True, text=True).stdout)


def pages(daemon):
    """The params of every page of all users."""
    client, params = daemon.client(), {"limit": PAGE}
    while True:
        yield params
        answer = client.call("user.list", **params)
        if "next" not in answer:
            return client.close()
        params = {"limit": PAGE, "cursor": answer["next"]}


def beginnings(users, count):
    """What people type: the first letters of a name, or of two."""
    chance = random.Random(17)
    named = [user["name"].split() for user in users.values() if " " in (user.get("name") or "")]
    for words in chance.choices(named, k=count):
        text = words[0][:4] if chance.random() < 0.5 else f"{words[0][:3]} {words[-1][:3]}"
        yield {"text": text, "limit": PAGE}


def questions(daemon, home):
    users = mirrored(daemon, "user")
    ids = sorted(users)
    files = {}
    for method, params in (("user.get", ({"id": id} for id in ids[::len(ids) // HOT][:HOT])),
                           ("user.list", pages(daemon)), ("user.search", beginnings(users, HOT))):
        files[method] = home / method
        files[method].write_text("".join(json.dumps(each) + "\n" for each in params))
    return files


def measure_reads(daemon, files, rounds, seconds):
    audited = audit.Audited(daemon)
    table = {}
    for method, params in files.items():
        for clients in CLIENTS:
            load(daemon, method, params, clients, seconds)  # warms it up
            for _ in range(rounds):
                for section in (audit.WITHOUT, audit.WITH):
                    audited.switch(section)
                    table.setdefault((method, clients), []).append(
                        load(daemon, method, params, clients, seconds))
    return table


def measure_idle(daemon):
    """KiB of the daemon's memory that each of many idle clients costs."""
    before = daemon.memory_kib()
    idle = [daemon.client() for _ in range(IDLE)]
    for client in idle:
        client.call("hello", client="idle", protocol=1)
    cost = (daemon.memory_kib() - before) / IDLE
    for client in idle:
        client.close()
    return cost


def measure_flood(daemon, params, rounds, seconds):
    """Rounds of one client alone, and beside one that floods."""
    id = json.loads(params.read_text().splitlines()[0])["id"]
    rows = []
    for _ in range(rounds):
        alone = load(daemon, "user.get", params, 1, seconds)
        flood = subprocess.Popen([sys.executable, pathlib.Path(__file__).parent / "flood.py",
                                  daemon.socket, id])
        try:
            rows.append((alone, load(daemon, "user.get", params, 1, seconds)))
        finally:
            flood.kill()
            flood.wait()
    return rows


def measure(rounds, seconds):
    sandbox = Sandbox("--users", USERS, "--replay")
    daemon = Daemon(sandbox.url, sections='[mirror]\nkinds = ["user"]\n[sync]\ninterval = "24h"\n'
                                          'full_interval = "24h"\n' + audit.WITH)
    try:
        daemon.start().until_complete(["user"])
        daemon.stop()
        daemon.start()  # what the first sync freed would hide what clients take
        idle = measure_idle(daemon)
        with tempfile.TemporaryDirectory(prefix="icure-bench-") as home:
            files = questions(daemon, pathlib.Path(home))
            table = measure_reads(daemon, files, rounds, seconds)
            flood = measure_flood(daemon, files["user.get"], rounds, seconds)
        return table, idle, flood
    finally:
        daemon.close()
        sandbox.stop()


def section(table, idle, flood):
    rounds = len(flood)
    lines = [f"## Reads by many clients ({rounds} rounds)", "",
             f"{USERS:,} users; one request in flight a client. `user.list` and `user.search` answer with",
             f"pages of {PAGE}; what is searched are the first letters of a name or of two. With: reads",
             "are entries of the audit log, in the same run.", "",
             "| method | clients | requests/s | p50, ms | p99, ms | with audit: requests/s | ratio |",
             "|---|---|---|---|---|---|---|"]
    for (method, clients), rows in table.items():
        off, on = rows[0::2], rows[1::2]
        middle = lambda rows, key: statistics.median(row[key] for row in rows)
        ratios = sorted(b["rps"] / a["rps"] for a, b in zip(off, on))
        lines.append(f"| `{method}` | {clients} | {middle(off, 'rps'):,.0f} | "
                     f"{middle(off, 'p50_us') / 1000:.3f} | {middle(off, 'p99_us') / 1000:.3f} | "
                     f"{middle(on, 'rps'):,.0f} | {statistics.median(ratios):.2f} |")
    ratio = lambda key: sorted(beside[key] / alone[key] for alone, beside in flood)
    shown = lambda values: f"{statistics.median(values):.2f} ({values[0]:.2f} to {values[-1]:.2f})"
    lines += ["", f"An idle client costs {idle:.1f} KiB of the daemon's memory. Beside one that floods (requests",
              "without end on one connection), another client's `user.get` takes "
              f"{shown(ratio('p50_us'))} times as long in the", f"middle and {shown(ratio('p99_us'))} "
              "times at p99; the program that floods has one of the two cores.", ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="measure reads by many clients")
    parser.add_argument("--quick", action="store_true", help="fewer, print only")
    options = parser.parse_args()
    text = section(*(measure(1, 1) if options.quick else measure(5, 2)))
    print(text)
    if not options.quick:
        page.put(text)


if __name__ == "__main__":
    main()
