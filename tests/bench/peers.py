#!/usr/bin/env python3
"""The first sync and reads by id against PouchDB, which is what a program of a clinic would replicate
into instead: the same documents into its own store, installed from the npm registry into build/peers.
PouchDB gets them parsed, without a download, and keeps them in the clear. Writes its section of
docs/performance.md; `--quick` takes few users and prints only.
"""
import argparse
import pathlib
import shutil
import statistics
import subprocess
import tempfile

from figures import BIN, ROOT, node_version, package_version, run_json, spread  # sets up the path
import clinic
import page
from fill import far_platform, fetch_documents, first_sync, measure_start

HERE = pathlib.Path(__file__).resolve().parent / "peers"
FOLDER = ROOT / "build/peers"
READ_S = 3


def install():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "pouchdb.cjs"):
        shutil.copy(HERE / name, FOLDER)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"],
                   cwd=FOLDER, check=True)


def measure(users, rounds, home):
    sandbox = far_platform("--users", users)
    documents, store = home / "documents", home / "pouchdb"
    table = {"ours": [], "pouchdb": []}
    daemon = None
    try:
        fetch_documents(sandbox, documents)
        for _ in range(rounds):
            if daemon:
                daemon.close()
            seconds, daemon = first_sync(sandbox, users)
            ids = [row["id"] for row in daemon.call("user.list", limit=1000)["rows"]]
            keys = home / "keys"
            keys.write_text("\n".join(ids) + "\n")
            reads = run_json(BIN / "bench-load", "--socket", daemon.socket, "--protocol", "json",
                             "--clients", 1, "--seconds", READ_S, "--keys", keys)
            table["ours"].append({"seconds": seconds, "peak_mib": daemon.memory_kib("VmHWM") / 1024,
                                  "get_p50_us": reads["p50_us"], "get_p99_us": reads["p99_us"]})
            table["pouchdb"].append(run_json("node", FOLDER / "pouchdb.cjs", documents, store))
            shutil.rmtree(store)
        _, _, size = measure_start(daemon)
        for row in table["ours"]:
            row["bytes"] = size
    finally:
        if daemon:
            daemon.close()
        sandbox.stop()
    return table


def section(users, table):
    rows = {"first sync, users/s": lambda row: users / row["seconds"],
            "its peak memory (RSS), MiB": lambda row: row["peak_mib"],
            "on the disk, MiB": lambda row: row["bytes"] / 2**20,
            "a user by id, p50, us": lambda row: row["get_p50_us"],
            "a user by id, p99, us": lambda row: row["get_p99_us"]}
    lines = [f"## Against PouchDB, {users:,} users ({len(table['ours'])} rounds)", "",
             f"PouchDB {package_version(FOLDER, 'pouchdb')} with its LevelDB store on Node {node_version()}. "
             "It gets the documents parsed and without a",
             "download, keeps them in the clear and finds them by id only. Ours: whole first syncs; reads",
             "over the socket, where PouchDB's are calls within the process.", "",
             "| | ours | PouchDB | ratio |", "|---|---|---|---|"]
    for name, of in rows.items():
        ours, theirs = ([of(row) for row in table[who]] for who in ("ours", "pouchdb"))
        lines.append(f"| {name} | {statistics.median(ours):,.0f} | {statistics.median(theirs):,.0f} | "
                     f"{spread([a / b for a, b in zip(ours, theirs)])} |")
    return "\n".join([*lines, ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few users, print only")
    options = parser.parse_args()
    clinic.PATIENCE_S = 3600
    users, rounds = (5000, 1) if options.quick else (100_000, 3)
    install()
    with tempfile.TemporaryDirectory(prefix="icure-bench-") as home:
        text = section(users, measure(users, rounds, pathlib.Path(home)))
    print(text)
    if not options.quick:
        page.put(text)


if __name__ == "__main__":
    main()
