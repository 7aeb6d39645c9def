#!/usr/bin/env python3
"""What the audit log costs `user.get`: the same daemon with and without it, in turn.

Run by ./dev bench. `--quick` takes fewer rounds and does not write the page.
"""
import argparse
import pathlib
import signal
import statistics
import tempfile

from figures import BIN, run_json, spread  # sets up the path
import page
from clinic import Daemon, Sandbox, mirrored, until

USERS = 20_000
HOT = 2_000
WITH, WITHOUT = "[audit]\nreads = true", "[audit]\nreads = false"


def load(daemon, keys, clients, seconds):
    return run_json(BIN / "bench-load", "--socket", daemon.socket, "--protocol", "json", "--clients",
                    clients, "--seconds", seconds, "--keys", keys)


class Audited:
    """Switches the reads of the log on and off, while the daemon runs."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.config = daemon.config.read_text()

    def switch(self, section):
        before = self.daemon.log_text().count("configuration read again")
        self.daemon.config.write_text(self.config.replace(WITH, section))
        self.daemon.process.send_signal(signal.SIGHUP)
        until(lambda: self.daemon.log_text().count("configuration read again") > before, "reload")


def lost(daemon):
    return sum(row["count"] for row in every_entry(daemon) if row["method"] == "audit.lost")


def every_entry(daemon):
    client, since = daemon.client(), 0
    while True:
        answer = client.call("audit.list", since=since, limit=1000)
        yield from answer["rows"]
        if "next" not in answer:
            return client.close()
        since = answer["next"]


def measure(rounds, seconds):
    sandbox = Sandbox("--users", USERS, "--replay")
    daemon = Daemon(sandbox.url, sections='[mirror]\nkinds = ["user"]\n[sync]\ninterval = "24h"\n'
                                          'full_interval = "24h"\n' + WITH)
    try:
        daemon.start().until_complete(["user"])
        ids = sorted(mirrored(daemon, "user"))
        audited = Audited(daemon)
        table = {}
        with tempfile.TemporaryDirectory(prefix="icure-bench-") as home:
            hot, every = pathlib.Path(home) / "hot", pathlib.Path(home) / "every"
            hot.write_text("\n".join(ids[::len(ids) // HOT][:HOT]) + "\n")
            every.write_text("\n".join(ids) + "\n")
            for what, keys, clients in (("the same 2,000", hot, 1), ("the same 2,000", hot, 50),
                                        (f"all {USERS:,}", every, 50)):
                load(daemon, keys, clients, seconds)  # warms it up
                rows = []
                for _ in range(rounds):
                    audited.switch(WITHOUT)
                    without = load(daemon, keys, clients, seconds)
                    audited.switch(WITH)
                    rows.append((without, load(daemon, keys, clients, seconds)))
                table[what, clients] = rows
        assert daemon.call("audit.verify")["ok"]
        return table, lost(daemon), sum(1 for _ in every_entry(daemon))
    finally:
        daemon.close()
        sandbox.stop()


def section(table, calls_lost, entries):
    rounds = len(next(iter(table.values())))
    lines = [f"## The audit log beside `user.get` ({rounds} rounds)", "",
             "The same daemon with and without entries for reads, in turn; the second column is the",
             "number of clients.", "",
             "| users | clients | without, requests/s | with, requests/s | ratio | p99 ratio |",
             "|---|---|---|---|---|---|"]
    for (what, clients), rows in table.items():
        middle = lambda at: statistics.median(row[at]["rps"] for row in rows)
        ratio = lambda key: spread([on[key] / off[key] for off, on in rows])
        lines.append(f"| {what} | {clients} | {middle(0):,.0f} | {middle(1):,.0f} | "
                     f"{ratio('rps')} | {ratio('p99_us')} |")
    return "\n".join(lines + ["", f"{entries:,} entries were written; {calls_lost:,} calls were "
                                  "counted without an entry of their own.", ""])


def main():
    parser = argparse.ArgumentParser(description="measure what the audit log costs")
    parser.add_argument("--quick", action="store_true", help="fewer, print only")
    options = parser.parse_args()
    text = section(*(measure(2, 1) if options.quick else measure(7, 3)))
    print(text)
    if not options.quick:
        page.put(text)


if __name__ == "__main__":
    main()
