#!/usr/bin/env python3
"""Measures what README claims and writes docs/performance.md. Run by ./dev bench.

Everything is a ratio between things measured in turn within this run: absolute figures of a
shared machine mean little. `--quick` takes fewer rounds and does not write the page.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import tempfile

from figures import BIN, run_json, spread  # sets up the path
import page
from clinic import Sandbox, mirrored, until
from fill import first_sync
from redis_server import Redis

USERS = 100_000
HOT = 2_000  # documents that are asked for again and again


class Echo:
    """bench-echo, which answers what the daemon answers for one of the users."""

    def __init__(self, home, daemon, id):
        client = daemon.client()
        result = client.call("user.get", id=id)
        client.close()
        answer = home / "answer"
        answer.write_text(json.dumps({"jsonrpc": "2.0", "id": 1, "result": result},
                                     separators=(",", ":"), ensure_ascii=False) + "\n")
        self.socket = home / "echo"
        self.process = subprocess.Popen([BIN / "bench-echo", "--socket", self.socket, "--answer", answer])
        until(self.socket.exists, "the echo listens")

    def stop(self):
        self.process.terminate()
        self.process.wait()


def measure_ipc(daemon, ids, home, rounds, seconds):
    """Rounds of redis, of bare libuv and of us in turn, with 1 and 50 clients."""
    hot = ids[:: max(1, len(ids) // HOT)][:HOT]
    keys = home / "keys"
    keys.write_text("\n".join(hot) + "\n")
    redis = Redis(home, daemon, set(hot))
    echo = Echo(home, daemon, hot[0])
    servers = {"redis": (redis.socket, "redis"), "echo": (echo.socket, "json"),
               "ours": (daemon.socket, "json")}
    load = lambda socket, protocol, clients, keys: run_json(
        BIN / "bench-load", "--socket", socket, "--protocol", protocol, "--clients", clients,
        "--seconds", seconds, "--keys", keys)
    try:
        table = {clients: [{name: load(*server, clients, keys) for name, server in servers.items()}
                           for _ in range(rounds)] for clients in (1, 50)}
        every = home / "every"
        every.write_text("\n".join(ids) + "\n")
        cold = [load(*servers["ours"], clients, every) for clients in (1, 50)]
    finally:
        redis.stop()
        echo.stop()
    return table, cold


def section(measured, rounds):
    ipc, (cold_1, cold_50) = measured
    median = statistics.median
    lines = [
        f"## Reading: `user.get` over the socket against redis `GET` ({rounds} rounds)", "",
        "The same load program, the same Unix socket type, values of the same size; one request in",
        "flight a client. Ours looks the user up in the encrypted mirror, checks the caller's",
        f"rights and tells how old the answer is. {HOT:,} users of {USERS:,} are asked for again and",
        "again; what nobody asked for lately is decrypted and unpacked first (below). Bare libuv",
        "answers each line with the same bytes and looks nothing up.", "",
        "| clients | | requests/s | ours to it | p50 ratio | p99 ratio |", "|---|---|---|---|---|---|"]
    names = {"ours": "ours", "redis": "redis", "echo": "bare libuv"}
    for clients, rows in ipc.items():
        for server, name in names.items():
            ratio = lambda key: spread([row["ours"][key] / row[server][key] for row in rows])
            rate = f"{median([row[server]['rps'] for row in rows]):,.0f}"
            ratios = [""] * 3 if server == "ours" else map(ratio, ("rps", "p50_us", "p99_us"))
            lines.append(f"| {clients} | {name} | {rate} | {' | '.join(ratios)} |")
    lines += [
        "", f"Every one of {USERS:,} users in turn, so that hardly any is at hand: 1 client "
        f"{cold_1['rps']:,.0f}", f"requests/s (p50 {cold_1['p50_us']:.0f} us, p99 "
        f"{cold_1['p99_us']:.0f} us), 50 clients {cold_50['rps']:,.0f} requests/s.",
        ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="measure, and write docs/performance.md")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, print only")
    options = parser.parse_args()
    rounds, seconds = (2, 1) if options.quick else (7, 3)
    home = pathlib.Path(tempfile.mkdtemp(prefix="icure-bench-"))
    sandbox = Sandbox("--users", USERS, "--replay")
    daemon = None
    try:
        _, daemon = first_sync(sandbox, USERS)
        text = section(measure_ipc(daemon, list(mirrored(daemon, "user")), home, rounds, seconds), rounds)
        print(text)
        if not options.quick:
            page.put(text)
    finally:
        if daemon:
            daemon.stop()
            daemon.close()
        sandbox.stop()
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
