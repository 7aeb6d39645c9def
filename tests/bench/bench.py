#!/usr/bin/env python3
"""Measures what README claims and writes docs/performance.md. Run by ./dev bench.

Everything is a ratio between things measured in turn within this run: absolute figures of a
shared machine mean little. `--quick` takes fewer rounds and does not write the page.
"""
import argparse
import pathlib
import shutil
import statistics
import tempfile

from figures import BIN, run_json, spread  # sets up the path
import page
from clinic import Sandbox
from fill import fetch_documents, first_sync
from redis_server import Redis

USERS = 100_000
HOT = 2_000  # documents that are asked for again and again


def ids_of(daemon):
    client, cursor, ids = daemon.client(), {}, []
    while True:
        page_ = client.call("user.list", limit=1000, **cursor)
        ids += [user["id"] for user in page_["rows"]]
        if "next" not in page_:
            client.close()
            return ids
        cursor = {"cursor": page_["next"]}


def measure_ipc(daemon, ids, documents, home, rounds, seconds):
    """Rounds of redis and of us in turn, with 1 and 50 clients."""
    hot = ids[:: max(1, len(ids) // HOT)][:HOT]
    keys = home / "keys"
    keys.write_text("\n".join(hot) + "\n")
    redis = Redis(home, daemon, set(hot))
    table = {}
    try:
        for clients in (1, 50):
            rows = []
            for _ in range(rounds):
                load = lambda socket, protocol: run_json(
                    BIN / "bench-load", "--socket", socket, "--protocol", protocol, "--clients",
                    clients, "--seconds", seconds, "--keys", keys)
                rows.append((load(redis.socket, "redis"), load(daemon.socket, "json")))
            table[clients] = rows
        every = home / "every"
        every.write_text("\n".join(ids) + "\n")
        cold = [run_json(BIN / "bench-load", "--socket", daemon.socket, "--protocol", "json",
                         "--clients", clients, "--seconds", seconds, "--keys", every)
                for clients in (1, 50)]
    finally:
        redis.stop()
    return table, cold


def section(measured, rounds):
    ipc, (cold_1, cold_50) = measured
    median = statistics.median
    lines = [
        f"## Reading: `user.get` over the socket against redis `GET` ({rounds} rounds)", "",
        "The same load program, the same Unix socket type, values of the same size; one request in",
        "flight a client. Ours looks the user up in the encrypted mirror, checks the caller's",
        f"rights and tells how old the answer is. {HOT:,} users of {USERS:,} are asked for again and",
        "again; what nobody asked for lately is decrypted and unpacked first (below).", "",
        "| clients | ours, requests/s | redis, requests/s | throughput ratio | p50 ratio | p99 ratio |",
        "|---|---|---|---|---|---|"]
    for clients, rows in ipc.items():
        ratio = lambda key: [ours[key] / redis[key] for redis, ours in rows]
        lines.append(f"| {clients} | {median([o['rps'] for _, o in rows]):,.0f} | "
                     f"{median([r['rps'] for r, _ in rows]):,.0f} | {spread(ratio('rps'))} | "
                     f"{spread(ratio('p50_us'))} | {spread(ratio('p99_us'))} |")
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
        documents = home / "documents"
        fetch_documents(sandbox, documents)
        _, daemon = first_sync(sandbox, USERS)
        text = section(measure_ipc(daemon, ids_of(daemon), documents, home, rounds, seconds), rounds)
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
