#!/usr/bin/env python3
"""Measures logins without a line, and how fast a session is recognised.

Writes its section of docs/performance.md. Run by ./dev bench; `--quick` takes fewer and prints only.
"""
import argparse
import hashlib
import pathlib
import re
import statistics
import tempfile
import threading
import time

from figures import BIN, run_json  # sets up the path
import page
from clinic import Daemon, RpcError, Sandbox

PEOPLE = 8  # who log in at the same time


def log_in(daemon, user, times):
    client = daemon.client()
    answer = None
    for _ in range(times):
        answer = client.call("auth.login", login=user, password="sandbox-" + user)
    client.close()
    return answer


def bare_scrypt(log, times):
    """Milliseconds of one scrypt of the same cost by OpenSSL, called from Python."""
    n, r, p = map(int, re.search(r"scrypt with n (\d+), r (\d+), p (\d+)", log).groups())
    taken = []
    for _ in range(times):
        begun = time.monotonic()
        hashlib.scrypt(b"as long as any", salt=bytes(16), n=n, r=r, p=p, maxmem=2**28, dklen=32)
        taken.append((time.monotonic() - begun) * 1000)
    return statistics.median(taken), 128 * n * r / 2**20


def logins_a_second(daemon, users, times):
    threads = [threading.Thread(target=log_in, args=(daemon, user, times)) for user in users]
    begun = time.monotonic()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return len(users) * times / (time.monotonic() - begun)


def refusals(daemon, user, times):
    """Milliseconds of a wrong password, and of a name that nobody has, in turn."""
    client = daemon.client()
    taken = ([], [])
    for _ in range(times):
        for name, into in zip((user, "nobody@clinic.test"), taken):
            begun = time.monotonic()
            try:
                client.call("auth.login", login=name, password="a wrong guess")
                raise AssertionError("a wrong guess lets in")
            except RpcError as error:
                assert error.word == "login_failed", error
            into.append((time.monotonic() - begun) * 1000)
    client.close()
    return [statistics.median(each) for each in taken]


def load(daemon, keys, seconds, *more):
    return run_json(BIN / "bench-load", "--socket", daemon.socket, "--clients", 1, "--seconds", seconds,
                    "--keys", keys, *more)


def measure(times, rounds, seconds):
    sandbox = Sandbox("--users", 1000, "--hcps", 100)
    daemon = Daemon(sandbox.url, sections="[login]\nmax_failures = 1000")
    try:
        daemon.start().until_complete()
        client = daemon.client()
        rows = client.call("user.list", status="ACTIVE", ownerType="hcp", limit=100)["rows"]
        client.close()
        users = [row["id"] for row in rows if row["id"] != sandbox.facts["userId"]][:PEOPLE]
        for user in users:
            session = log_in(daemon, user, 1)["session"]
        sandbox.ask("POST", "/offline", {"mode": "refuse"})
        assert log_in(daemon, users[0], 1)["mode"] == "offline"
        scrypt, mib = bare_scrypt(daemon.log_text(), 2 * times)
        alone = logins_a_second(daemon, users[:1], times)
        together = logins_a_second(daemon, users, times)
        wrong = refusals(daemon, users[0], times)
        with tempfile.TemporaryDirectory(prefix="icure-bench-") as home:
            sessions, ids = pathlib.Path(home) / "sessions", pathlib.Path(home) / "ids"
            sessions.write_text(session + "\n")
            ids.write_text(users[-1] + "\n")
            turns = [(load(daemon, sessions, seconds, "--method", "auth.current", "--param", "session"),
                      load(daemon, ids, seconds)) for _ in range(rounds)]
    finally:
        daemon.close()
        sandbox.stop()
    return scrypt, mib, alone, together, wrong, turns


def section(scrypt, mib, alone, together, wrong, turns):
    middle = lambda at, key: statistics.median(turn[at][key] for turn in turns)
    return "\n".join([
        f"## People who log in ({len(turns)} rounds)", "",
        f"Without a line a login costs one scrypt of {mib:.0f} MiB, on purpose and one at a time.", "",
        "| | |", "|---|---|",
        f"| bare scrypt of the same cost | {scrypt:.0f} ms |",
        f"| logins without a line, 1 client | {alone:.1f} a second ({alone * scrypt / 1000:.2f} of bare) |",
        f"| the same, {PEOPLE} clients | {together:.1f} a second |",
        f"| refused: a wrong password; a name that nobody has | {wrong[0]:.0f} ms; {wrong[1]:.0f} ms |",
        f"| `auth.current`, 1 client | {middle(0, 'rps'):,.0f} a second, p50 {middle(0, 'p50_us'):.0f} us, "
        f"p99 {middle(0, 'p99_us'):.0f} us |",
        f"| `user.get` of the same user, in turn | {middle(1, 'rps'):,.0f} a second, "
        f"p50 {middle(1, 'p50_us'):.0f} us, p99 {middle(1, 'p99_us'):.0f} us |", ""])


def main():
    parser = argparse.ArgumentParser(description="measure logins without a line, and sessions")
    parser.add_argument("--quick", action="store_true", help="fewer, print only")
    options = parser.parse_args()
    text = section(*(measure(3, 2, 1) if options.quick else measure(20, 7, 3)))
    print(text)
    if not options.quick:
        page.put(text)


if __name__ == "__main__":
    main()
