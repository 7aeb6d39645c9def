#!/usr/bin/env python3
"""The first sync, against what the same documents take to go into a bare SQLCipher file and into plain
SQLite: same columns, indexes, search table and pragmas, one thread, as much cache. And the start that
follows. Writes its section of docs/performance.md; `--quick` takes few users and prints only.
"""
import argparse
import json
import os
import pathlib
import sys
import tempfile
import time
import urllib.request

from figures import BIN, run_json, seconds_of, spread  # sets up the path
import clinic
import page
from clinic import Daemon, Sandbox

clinic.PATIENCE_S = 3600
ONLY_USERS = """[mirror]
kinds = ["user"]
[sync]
interval = "24h"
full_interval = "24h"
"""


def far_platform(*population):
    """A stand-in that replays its answers. The real one is elsewhere: this must not take the processor
    from what is measured."""
    sandbox = Sandbox(*population, "--replay", "--no-gzip")
    os.setpriority(os.PRIO_PROCESS, sandbox.process.pid, 10)
    return sandbox


def fetch_documents(sandbox, path):
    """All users as the platform serves them, one a line. This also makes the stand-in's pages."""
    def ask(request):
        with urllib.request.urlopen(request, timeout=600) as reply:
            return json.loads(reply.read())
    login = json.dumps({"username": sandbox.facts["login"], "password": sandbox.facts["password"]})
    token = ask(urllib.request.Request(sandbox.url + "/rest/v2/auth/login", login.encode(),
                                       {"Content-Type": "application/json"}))["token"]
    query = ""
    with open(path, "w") as out:
        while True:
            page_ = ask(urllib.request.Request(
                f"{sandbox.url}/rest/v2/user?skipPatients=false&limit=1000{query}",
                headers={"Authorization": "Bearer " + token}))
            for row in page_["rows"]:
                out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")
            following = page_.get("nextKeyPair")
            if not following:
                return
            query = "&startDocumentId=" + urllib.request.quote(following["startKeyDocId"])
            if following.get("startKey"):
                query += "&startKey=" + urllib.request.quote(following["startKey"])


def first_sync(sandbox, users):
    """Its figures, and the daemon. It begins with the login, as a start begins."""
    daemon = Daemon(sandbox.url, sections=ONLY_USERS).start()
    while not daemon.call("daemon.status")["mirror"]["user"]["complete"]:
        time.sleep(0.25)  # asked more often, the questions would be measured as well
    runs = daemon.call("sync.history", limit=1000)["rows"]
    run = next(run for run in runs if run["kinds"].get("user", {}).get("added", 0) >= users)
    return seconds_of(run), daemon


def measure_start(daemon):
    """Milliseconds from exec to the first answer, the memory then, and the size of the mirror."""
    client = daemon.client()
    id = client.call("user.list", limit=1)["rows"][0]["id"]
    client.close()
    daemon.stop()
    size = sum(file.stat().st_size for file in (daemon.home / "store").glob("mirror.db*"))
    times = []
    for _ in range(7):
        begun = time.monotonic()
        daemon.start()
        daemon.call("user.get", id=id)
        times.append(1000 * (time.monotonic() - begun))
        memory = daemon.memory_kib() / 1024
        daemon.stop()
    return times, memory, size


def measure(users, rounds, home):
    sandbox = far_platform("--users", users)
    documents = home / "documents"
    result = {"ours": [], "bare": [], "plain": [], "peak": []}
    daemon = None
    try:
        fetch_documents(sandbox, documents)
        for _ in range(rounds):
            if daemon:
                daemon.stop()
                daemon.close()
            seconds, daemon = first_sync(sandbox, users)
            result["ours"].append(seconds)
            result["peak"].append(daemon.memory_kib("VmHWM") / 1024)
            for name, options in (("bare", ()), ("plain", ("--plain",))):
                file = home / "bare.db"
                answer = run_json(BIN / "bench-bare-insert", "--documents", documents, "--database",
                                  file, *options)
                result[name].append(answer["seconds"])
                result[name + " bytes"] = answer["bytes"]
                file.unlink()
        result["unchanged"] = seconds_of(daemon.sync())
        result["json"] = documents.stat().st_size
        result["starts"], result["memory"], result["bytes"] = measure_start(daemon)
    finally:
        if daemon:
            daemon.close()
        sandbox.stop()
    return result


def section(tables):
    lines = [
        "## First sync against a bare load", "",
        "Ours: the first run of the sync, with download, validation, compression, lookup keys, search",
        "index and tombstone check, from a stand-in platform on the same two cores that replays pages",
        "made beforehand. Bare: the same documents uncompressed, already parsed, one thread,",
        "transactions of 1,000, 16 MiB of cache as ours has, the same search table, five indexes made",
        "after the load. Plain: the same without encryption.", ""]
    for users, table in tables.items():
        rate = {name: [users / s for s in table[name]] for name in ("ours", "bare", "plain")}
        ratio = {name: [other / own for own, other in zip(table["ours"], table[name])]
                 for name in ("bare", "plain")}
        mib = 2**20
        lines += [
            f"| {users:,} users, {len(table['ours'])} rounds | users/s | ours to it | file, MiB | "
            "ours to it |", "|---|---|---|---|---|",
            f"| ours | {spread(rate['ours'], 0)} |  | {table['bytes'] / mib:.0f} |  |",
            f"| bare SQLCipher | {spread(rate['bare'], 0)} | {spread(ratio['bare'])} | "
            f"{table['bare bytes'] / mib:.0f} | {table['bytes'] / table['bare bytes']:.2f} |",
            f"| plain SQLite | {spread(rate['plain'], 0)} | {spread(ratio['plain'])} | "
            f"{table['plain bytes'] / mib:.0f} | {table['bytes'] / table['plain bytes']:.2f} |",
            f"| the documents as JSON |  |  | {table['json'] / mib:.0f} | "
            f"{table['bytes'] / table['json']:.2f} |", "",
            "| | |", "|---|---|",
            f"| peak memory (RSS) of the first sync | {max(table['peak']):.0f} MiB |",
            f"| unchanged second sweep | {table['unchanged']:.2f} s |",
            f"| start to first answer with that mirror | {spread(table['starts'], 0)} ms |",
            f"| memory (RSS) then | {table['memory']:.0f} MiB |", ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few users, print only")
    options = parser.parse_args()
    sizes = {10_000: 1} if options.quick else {100_000: 5, 1_000_000: 3}
    tables = {}
    for users, rounds in sizes.items():
        print(f"{users:,} users ...", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="icure-bench-") as home:
            tables[users] = measure(users, rounds, pathlib.Path(home))
    text = section(tables)
    print(text)
    if not options.quick:
        page.put(text)


if __name__ == "__main__":
    main()
