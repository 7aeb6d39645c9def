#!/usr/bin/env python3
"""What a program does that has no mirror, beside ours: with iCure's own client it pages through all users,
keeps them in memory, and asks the platform for one by id. The client is the one that tests/upstream
installs. Writes its section of docs/performance.md; `--quick` takes few users and prints only.
"""
import argparse
import json
import statistics
import sys

from figures import ROOT, node_version, package_version, run_json, spread  # sets up the path
import page
from fill import far_platform, first_sync

sys.path.insert(0, str(ROOT / "tests/upstream"))
import upstream  # noqa: E402

CLIENT = "@icure/cardinal-sdk"


def program(*source):
    return run_json(*upstream.NODE, ROOT / "tests/bench/peers/users.mjs", *source)


def measure(users, rounds):
    """Rounds of the client, of our first sync and of a program that reads the mirror, in turn."""
    sandbox = far_platform("--cardinal", "--users", users)
    table = []
    try:
        for _ in range(rounds):
            row = {"sdk": program("sdk", upstream.PLACE, json.dumps(sandbox.facts))}
            seconds, daemon = first_sync(sandbox, users)
            try:
                row["sync"] = {"seconds": seconds, "peak_mib": daemon.memory_kib("VmHWM") / 1024}
                daemon.stop()
                daemon.start().sync()  # the run at the start is over
                row["mirror"] = program("mirror", daemon.socket)
                row["daemon_mib"] = daemon.memory_kib("VmHWM") / 1024
            finally:
                daemon.close()
            assert row["sdk"]["rows"] == row["mirror"]["rows"] == users, row
            table.append(row)
    finally:
        sandbox.stop()
    return table


def section(users, table):
    of = lambda who, key: [row[who][key] for row in table]
    ratio = lambda who, key: [row[who][key] / row["sdk"][key] for row in table]
    middle = lambda values: f"{statistics.median(values):,.0f}"
    lines = [
        f"## Against paging with iCure's own client, {users:,} users ({len(table)} rounds)", "",
        f"`{CLIENT}` {package_version(upstream.PLACE, CLIENT)} on Node {node_version(upstream.NODE)}: a program pages "
        "through all users, 1,000 at a time,",
        "and keeps them. What it keeps is as old as that, and gone when it ends; what is true now costs a",
        "request. The same program with our JavaScript client: `user.list` and `user.get` over the socket",
        "of a mirror that is already there. The stand-in platform is on the same two cores, with no line",
        "in between, for which each request of the first would wait.", "",
        "| | users/s | to the first | peak memory (RSS), MiB | to the first |", "|---|---|---|---|---|"]
    for who, name in (("sdk", "iCure's client, into the program"), ("sync", "our first sync, into the mirror"),
                      ("mirror", "our client, into the program")):
        faster = spread([1 / each for each in ratio(who, "seconds")]) if who != "sdk" else ""
        memory = spread(ratio(who, "peak_mib")) if who != "sdk" else ""
        lines.append(f"| {name} | {spread([users / each for each in of(who, 'seconds')], 0)} | {faster} | "
                     f"{middle(of(who, 'peak_mib'))} | {memory} |")
    lines += [f"| the daemon that answers it |  |  | {middle([row['daemon_mib'] for row in table])} |  |", "",
              "| a user by id | p50, us | to the first | p99, us | to the first | the program's processor time, us |",
              "|---|---|---|---|---|---|"]
    for who, name in (("sdk", "a request of iCure's client"), ("mirror", "a read of ours")):
        cells = [cell for key in ("get_p50_us", "get_p99_us")
                 for cell in (middle(of(who, key)), spread(ratio(who, key)) if who != "sdk" else "")]
        lines.append(f"| {name} | {' | '.join(cells)} | {middle(of(who, 'get_cpu_us'))} |")
    return "\n".join([*lines, ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few users, print only")
    options = parser.parse_args()
    users, rounds = (5000, 1) if options.quick else (100_000, 3)
    upstream.install()
    text = section(users, measure(users, rounds))
    print(text)
    if not options.quick:
        page.put(text)


if __name__ == "__main__":
    main()
