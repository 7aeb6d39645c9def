#!/usr/bin/env python3
"""Measures what it costs to take writes in durably, and how fast a queue is carried out when the
line returns.

Writes its section of docs/performance.md. Run by ./dev bench; `--quick` takes little of each and
prints only.
"""
import argparse
import statistics
import tempfile
import time

from figures import BIN, ROOT, run_json, spread  # sets up the path
import clinic
import page
from clinic import Daemon, Sandbox, until

clinic.PATIENCE_S = 3600


def measure_enqueue(seconds, rounds, queue):
    """By bench-enqueue, on the disk that this tree is on."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as home:
        return run_json(BIN / "bench-enqueue", "--directory", home, "--seconds", seconds, "--rounds",
                        rounds, "--queue", queue)


def measure_drain(count):
    """Invitations queued while the line is away: seconds until the first and the last are out."""
    sandbox = Sandbox("--users", 3, "--hcps", 3, "--patients", 1, "--devices", 0)
    daemon = Daemon(sandbox.url, sections=f"""
[sync]
interval = "24h"
full_interval = "24h"
[invite]
per_day = 1000000
[gateway]
url = "{sandbox.facts["gateway"]}"
spec_id = "clinic"
""")
    try:
        owners = []
        for number in range(count):
            doc = {"firstName": "P", "lastName": str(number), "addresses": [{
                "addressType": "home", "telecoms": [
                    {"telecomType": "email", "telecomNumber": f"p{number}@mail.test"}]}]}
            id = sandbox.ask("POST", "/create", {"kind": "patient", "doc": doc})["id"]
            sandbox.ask("POST", "/share", {"id": id})
            owners.append(id)
        daemon.start().until_complete()
        sandbox.ask("POST", "/offline", {"mode": "refuse"})
        client = daemon.client()
        client.call("sync.run", wait=True)
        for number, owner in enumerate(owners):
            client.call("invite.create", key=f"k{number}", owner=owner, solution="the portal",
                        link="https://portal.clinic.test/")
        assert not sandbox.ask("GET", "/messages")
        sandbox.ask("POST", "/online", {})
        returned = time.monotonic()
        until(lambda: client.call("daemon.status")["state"] == "online", "the line is seen", daemon)
        seen = time.monotonic()
        until(lambda: client.call("invite.list", state="sent", limit=1)["rows"], "one is out", daemon)
        first = time.monotonic()
        until(lambda: client.call("outbox.list", state="done", limit=1)["rows"]
              and "oldest" not in client.call("daemon.status")["outbox"], "all are out", daemon)
        last = time.monotonic()
        assert len(sandbox.ask("GET", "/messages")) == count
        client.close()
    finally:
        daemon.close()
        sandbox.stop()
    return {"count": count, "line_s": seen - returned, "first_s": first - seen,
            "per_s": count / (last - seen)}


def section(enqueue, drains):
    lines = [f"## Taking writes in, and carrying them out ({len(enqueue['rounds']) // 2} rounds)",
             "", "Each write is on the disk when it is answered. Limit: the same tables, indexes and rows,",
             "written by one thread that does nothing else, so many a commit as there are writers. Bare:",
             "the same bytes into one table with a unique key, as many a commit. Each commit is synced;",
             "in turn, in SQLCipher files on the same disk. p99 of those two is of a commit.", "",
             "| writers | | writes/s | ours to it | p99, ms | ours to it |", "|---|---|---|---|---|---|"]
    for writers in sorted({row["writers"] for row in enqueue["rounds"]}):
        rows = [row for row in enqueue["rounds"] if row["writers"] == writers]
        for who in ("ours", "limit", "bare"):
            middle = lambda key: statistics.median(row[who][key] for row in rows)
            ratio = lambda key: ("" if who == "ours" else
                                 spread([row["ours"][key] / row[who][key] for row in rows]))
            lines.append(f"| {writers} | {who} | {middle('per_s'):,.0f} | {ratio('per_s')} | "
                         f"{middle('p99_us') / 1000:.1f} | {ratio('p99_us')} |")
    long = enqueue["long_queue"]
    reads = enqueue["reads"]
    lines += [
        "", "A long queue, 64 writers:", "", "| | at its beginning | at its end |", "|---|---|---|",
        f"| taken in, writes/s | {long['enqueue_per_s'][0]:,.0f} | {long['enqueue_per_s'][1]:,.0f} |",
        f"| a page of 100 listed, us | {long['list_us'][0]:.0f} | {long['list_us'][-1]:.0f} |",
        f"| ended, items/s | {long['finish_per_s'][0]:,.0f} | {long['finish_per_s'][1]:,.0f} |",
        "", f"Reading a user by id costs {reads['mirror_alone_ns']:.0f} ns in the store, "
        f"{reads['nothing_queued_ns']:.0f} ns with an empty outbox laid over it, "
        f"{reads['another_queued_ns']:.0f} ns while something else is queued.",
        "", "Invitations that were queued while the line was away, over the socket and against the",
        "stand-in platform and gateway on the same cores. A line that returns without the machine's",
        "network changing is seen by the next question, which comes each few seconds at first.", "",
        "| queued | line seen after, s | first message out after that, s | invitations/s |",
        "|---|---|---|---|"]
    for drain in drains:
        lines.append(f"| {drain['count']:,} | {drain['line_s']:.1f} | {drain['first_s']:.1f} | {drain['per_s']:.0f} |")
    return "\n".join([*lines, ""])


def main():
    parser = argparse.ArgumentParser(description="measure the outbox")
    parser.add_argument("--quick", action="store_true", help="little of each, print only")
    options = parser.parse_args()
    enqueue = measure_enqueue(0.5 if options.quick else 3, 2 if options.quick else 5,
                              2000 if options.quick else 100_000)
    drains = [measure_drain(count) for count in ((100,) if options.quick else (1000, 10_000))]
    text = section(enqueue, drains)
    print(text)
    if not options.quick:
        page.put(text)


if __name__ == "__main__":
    main()
