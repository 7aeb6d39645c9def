#!/usr/bin/env python3
"""Measures what README claims and writes docs/performance.md. Run by ./dev bench.

Everything is a ratio between things measured in turn within this run: absolute figures of a
shared machine mean little. `--quick` takes fewer rounds and does not write the page.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "build/release/bin"
os.environ["ICURE_BIN"] = str(BIN)
sys.path.insert(0, str(ROOT / "tests/e2e"))
import page  # noqa: E402
from clinic import Daemon, Sandbox, until  # noqa: E402
from redis_server import Redis  # noqa: E402

USERS = 100_000
HOT = 2_000  # documents that the IPC benchmark asks for


def run_json(*command):
    return json.loads(subprocess.run([str(part) for part in command], check=True,
                                     capture_output=True, text=True).stdout)


def fetch_documents(sandbox, path):
    """All users as the platform serves them, one a line."""
    def ask(request):
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.loads(reply.read())
    login = json.dumps({"username": sandbox.facts["login"], "password": sandbox.facts["password"]})
    token = ask(urllib.request.Request(sandbox.url + "/rest/v2/auth/login", login.encode(),
                                       {"Content-Type": "application/json"}))["token"]
    ids = []
    with open(path, "w") as out:
        query = ""
        while True:
            page = ask(urllib.request.Request(
                f"{sandbox.url}/rest/v2/user?skipPatients=false&limit=1000{query}",
                headers={"Authorization": "Bearer " + token}))
            for row in page["rows"]:
                out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
                ids.append(row["id"])
            following = page.get("nextKeyPair")
            if not following:
                return ids
            query = "&startDocumentId=" + urllib.request.quote(following["startKeyDocId"])
            if following.get("startKey"):
                query += "&startKey=" + urllib.request.quote(following["startKey"])


def seconds_of(run):
    parse = lambda text: time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + float(text[19:23])
    return parse(run["finished"]) - parse(run["started"])


def new_daemon(sandbox):
    return Daemon(sandbox.url, sections='[mirror]\nkinds = ["user"]\n[sync]\ninterval = "24h"\n'
                                        'full_interval = "24h"')


def first_sync(sandbox):
    """Seconds of a first sync, the daemon that made it, and its memory."""
    daemon = new_daemon(sandbox).start()
    until(lambda: "full sync of user" in daemon.log_text(), "first sync", daemon)
    # A second run, unchanged; the history of both is in the answer's times.
    first = daemon.log_text()
    stamp = lambda line: time.mktime(time.strptime(line[:19], "%Y-%m-%dT%H:%M:%S")) + float(line[19:23])
    lines = first.splitlines()
    started = stamp(next(line for line in lines if "serving" in line))
    finished = stamp(next(line for line in lines if "full sync of user" in line))
    return finished - started, daemon


def measure_sync(sandbox, home, rounds):
    documents = home / "documents"
    ids = fetch_documents(sandbox, documents)
    syncs, bares, peaks, daemon = [], [], [], None
    for _ in range(rounds):
        if daemon:
            daemon.stop()
            daemon.close()
        seconds, daemon = first_sync(sandbox)
        syncs.append(seconds)
        peaks.append(daemon.memory_kib("VmHWM") / 1024)
        bare = home / "bare.db"
        result = run_json(BIN / "bench-bare-insert", "--documents", documents, "--database", bare)
        bares.append(result["seconds"])
        bare_bytes = result["bytes"]
        bare.unlink()
    unchanged = seconds_of(daemon.call("sync.run", full=True, wait=True)["run"])
    return {
        "ids": ids, "daemon": daemon, "documents": documents,
        "sync_s": syncs, "bare_s": bares,
        "ratios": [bare / sync for sync, bare in zip(syncs, bares)],
        "peak_mib": max(peaks), "unchanged_s": unchanged, "bare_bytes": bare_bytes,
        "document_bytes": documents.stat().st_size,
    }


def measure_start(daemon, id):
    daemon.stop()
    size = sum(f.stat().st_size for f in (daemon.home / "store").glob("mirror.db*"))
    times = []
    for _ in range(5):
        begun = time.monotonic()
        daemon.start()
        daemon.call("user.get", id=id)
        times.append(time.monotonic() - begun)
        idle = daemon.memory_kib() / 1024
        daemon.stop()
    daemon.start()
    return times, size, idle


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


def median(values):
    return statistics.median(values)


def spread(values, digits=2):
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def text_of(sync, start, measured, rounds):
    ipc, (cold_1, cold_50) = measured
    times, size, idle = start
    rate = [USERS / s for s in sync["sync_s"]]
    bare = [USERS / s for s in sync["bare_s"]]
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
        "", f"## First sync of {USERS:,} users against a bare SQLCipher load ({len(rate)} rounds)", "",
        "Ours: from the daemon's start to the finished sync, with login, download, validation,",
        "compression, lookup keys, search index and tombstone check, from a stand-in platform on the",
        "same two cores that replays pages made beforehand. Bare: the same documents uncompressed,",
        "already in memory, in transactions of 1,000 with a 64 MiB cache, five indexes made after",
        "the load, no search index.", "",
        "| | rows/s | file, MiB |", "|---|---|---|",
        f"| ours | {spread(rate, 0)} | {size / 2**20:.0f} |",
        f"| bare SQLCipher | {spread(bare, 0)} | {sync['bare_bytes'] / 2**20:.0f} |",
        f"| ratio | {spread(sync['ratios'])} | {size / sync['bare_bytes']:.2f} |", "",
        "| | |", "|---|---|",
        f"| documents as JSON | {sync['document_bytes'] / 2**20:.0f} MiB |",
        f"| unchanged second sweep | {sync['unchanged_s']:.2f} s |",
        f"| peak memory (RSS) of the first sync | {sync['peak_mib']:.0f} MiB |",
        f"| memory (RSS) after a start with that mirror | {idle:.0f} MiB |",
        f"| start to first answer with that mirror | {spread([t * 1000 for t in times], 0)} ms |", ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="measure, and write docs/performance.md")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, print only")
    options = parser.parse_args()
    rounds, syncs, seconds = (2, 1, 1) if options.quick else (7, 5, 3)
    home = pathlib.Path(tempfile.mkdtemp(prefix="icure-bench-"))
    sandbox = Sandbox("--users", USERS, "--replay")
    daemon = None
    try:
        print("first sync ...", file=sys.stderr)
        sync = measure_sync(sandbox, home, syncs)
        daemon = sync["daemon"]
        print("start ...", file=sys.stderr)
        start = measure_start(daemon, sync["ids"][0])
        print("reads ...", file=sys.stderr)
        ipc = measure_ipc(daemon, sync["ids"], sync["documents"], home, rounds, seconds)
        text = text_of(sync, start, ipc, rounds)
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
