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

from figures import BIN, run_json, spread  # sets up the path
import audit
import page
from clinic import Daemon, Sandbox, mirrored, until
from redis_server import Redis

USERS, MANY_USERS = 100_000, 1_000_000
HOT = 2_000
CLIENTS = (1, 50, 200)
IDLE = 200
PAGE = 50  # rows


def load_redis(redis, keys, clients, seconds):
    return run_json(BIN / "bench-load", "--socket", redis.socket, "--protocol", "redis", "--clients",
                    clients, "--seconds", seconds, "--keys", keys)


def load(daemon, method, params, clients, seconds):
    # The clients before are gone when their last answers are made: the daemon takes 256 at once.
    files = pathlib.Path(f"/proc/{daemon.process.pid}/fd")
    until(lambda: len(list(files.iterdir())) < 100, "the clients before are gone", daemon)
    return run_json(BIN / "bench-load", "--socket", daemon.socket, "--clients", clients, "--seconds",
                    seconds, "--keys", params, "--method", method, "--param", "")


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
    hot = [json.loads(line)["id"] for line in files["user.get"].read_text().splitlines()]
    files["redis"] = home / "redis"
    files["redis"].write_text("".join(id + "\n" for id in hot))
    return files, hot


def measure_reads(daemon, redis, files, rounds, seconds):
    """Rounds of: without the audit log, with it, and redis where it can do the same."""
    audited = audit.Audited(daemon)
    table = {}
    for method in ("user.get", "user.list", "user.search"):
        for clients in CLIENTS:
            load(daemon, method, files[method], clients, seconds)  # warms it up
            for _ in range(rounds):
                row = []
                for section in (audit.WITHOUT, audit.WITH):
                    audited.switch(section)
                    row.append(load(daemon, method, files[method], clients, seconds))
                if method == "user.get":
                    row.append(load_redis(redis, files["redis"], clients, seconds))
                table.setdefault((method, clients), []).append(row)
    return table


def measure_idle(daemon):
    """KiB of the daemon's memory that each of many idle clients costs."""
    daemon.call("daemon.status")  # from here on it serves, and takes who comes
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


def measure(users, rounds, seconds):
    sandbox = Sandbox("--users", users, "--replay")
    daemon = Daemon(sandbox.url, sections='[mirror]\nkinds = ["user"]\n[sync]\ninterval = "24h"\n'
                                          'full_interval = "24h"\n' + audit.WITH)
    try:
        daemon.start().until_complete(["user"])
        daemon.stop()
        daemon.start()  # what the first sync freed would hide what clients take
        idle = measure_idle(daemon)
        with tempfile.TemporaryDirectory(prefix="icure-bench-") as home:
            files, hot = questions(daemon, pathlib.Path(home))
            redis = Redis(pathlib.Path(home), daemon, hot)
            try:
                table = measure_reads(daemon, redis, files, rounds, seconds)
            finally:
                redis.stop()
            flood = measure_flood(daemon, files["user.get"], rounds, seconds)
        return table, idle, flood
    finally:
        daemon.close()
        sandbox.stop()


def rows_of(table):
    lines = ["| method | clients | requests/s | p50, ms | p95, ms | p99, ms | with audit: requests/s | ratio "
             "| of redis `GET`, with audit |", "|---|---|---|---|---|---|---|---|---|"]
    for (method, clients), rounds in table.items():
        middle = lambda at, key: statistics.median(row[at][key] for row in rounds)
        ratio = lambda at, to: statistics.median(row[at]["rps"] / row[to]["rps"] for row in rounds)
        beside = f"{ratio(1, 2):.2f}" if method == "user.get" else ""
        lines.append(f"| `{method}` | {clients} | {middle(0, 'rps'):,.0f} | "
                     f"{middle(0, 'p50_us') / 1000:.3f} | {middle(0, 'p95_us') / 1000:.3f} | "
                     f"{middle(0, 'p99_us') / 1000:.3f} | "
                     f"{middle(1, 'rps'):,.0f} | {ratio(1, 0):.2f} | {beside} |")
    return lines


def many(table):
    return "\n".join([f"## Reads by many clients of {MANY_USERS:,} users ({len(table['user.get', 1])} rounds)",
                      "", "The same, with ten times as many users.", "", *rows_of(table), ""])


def section(users, table, idle, flood):
    rounds = len(flood)
    lines = [f"## Reads by many clients ({rounds} rounds)", "",
             f"{users:,} users; one request in flight a client. `user.list` and `user.search` answer with",
             f"pages of {PAGE}; what is searched are the first letters of a name or of two. With: reads",
             "are entries of the audit log, in the same run.", "", *rows_of(table)]
    ratio = lambda key: spread([beside[key] / alone[key] for alone, beside in flood])
    lines += ["", f"An idle client costs {idle:.1f} KiB of the daemon's memory. Beside one that floods (requests",
              "without end on one connection), another client's `user.get` takes "
              f"{ratio('p50_us')} times as long in the", f"middle and {ratio('p99_us')} "
              "times at p99; the program that floods has one of the two cores.", ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="measure reads by many clients")
    parser.add_argument("--quick", action="store_true", help="fewer, print only")
    parser.add_argument("--many", action="store_true", help="only the section of many users")
    options = parser.parse_args()
    if options.many:
        return page.put(many(measure(MANY_USERS, 3, 1)[0]))
    if options.quick:
        return print(section(USERS // 10, *measure(USERS // 10, 1, 1)))
    text = section(USERS, *measure(USERS, 5, 2)) + "\n" + many(measure(MANY_USERS, 3, 1)[0])
    print(text)
    page.put(text)


if __name__ == "__main__":
    main()
