#!/usr/bin/env python3
"""Runs every libFuzzer target for some seconds, and tells what came of it: fuzz.py [SECONDS] [TARGET...]

As many at once as there are processors. What a target learns is kept in build/fuzz/corpus/ for the
next run; what stops it in build/fuzz/findings/, and then the exit code is 1.
"""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build" / "fuzz"
NOT_JSON = {"config", "keys", "templates", "tables"}
ROW = "{:<12} {:>10} {:>8} {:>8} {:>9}"


def options_of(target: str) -> list[str]:
    options = ["-print_final_stats=1", "-rss_limit_mb=2048", "-timeout=60", "-max_len=8192", "-reload=0",
               f"-artifact_prefix={BUILD}/findings/{target}-"]
    dictionary = HERE / f"{target}.dict"
    if not dictionary.exists():
        dictionary = HERE / "json.dict"
    if target not in NOT_JSON:
        options.append(f"-dict={dictionary}")
    if target == "methods":
        options.append("-detect_leaks=0")  # its daemon runs on; the replay of ./dev test looks for them
    return options


def findings_of(target: str) -> set[pathlib.Path]:
    return set((BUILD / "findings").glob(f"{target}-*"))


def run(target: str, seconds: int) -> tuple[list[str], bool]:
    """The row of the table, and whether all is well."""
    learned = BUILD / "corpus" / target
    learned.mkdir(parents=True, exist_ok=True)
    seeds = [folder for folder in (HERE / "corpus" / target, BUILD / "tests" / "fuzz" / "seeds" / target)
             if folder.is_dir()]
    before = findings_of(target)
    log = BUILD / "findings" / f"{target}.log"
    with log.open("w") as out:
        # The daemon of `methods` keeps its store there; nothing else is about a disk either.
        done = subprocess.run([BUILD / "bin" / f"fuzz-{target}", f"-max_total_time={seconds}",
                               *options_of(target), learned, *seeds],
                              stdout=out, stderr=subprocess.STDOUT, check=False,
                              env={**os.environ, "TMPDIR": "/dev/shm"})
    text = log.read_text(errors="replace")
    states = re.findall(r"^#(\d+)\s.*\bcov: (\d+) .*\bcorp: (\d+)/", text, re.MULTILINE)
    runs, edges, corpus = states[-1] if states else ("-", "-", "-")
    executed = re.search(r"number_of_executed_units: (\d+)", text)
    found = findings_of(target) - before
    row = [target, executed.group(1) if executed else runs, edges, corpus, str(len(found))]
    return row, done.returncode == 0 and not found


def main() -> int:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    targets = sys.argv[2:] or sorted(path.name.removeprefix("fuzz-") for path in (BUILD / "bin").glob("fuzz-*"))
    (BUILD / "findings").mkdir(exist_ok=True)
    print(ROW.format("target", "runs", "edges", "corpus", "findings"), flush=True)
    failed = []
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        jobs = [pool.submit(run, target, seconds) for target in targets]
        for job in concurrent.futures.as_completed(jobs):
            row, well = job.result()
            print(ROW.format(*row), flush=True)
            if not well:
                failed.append(row[0])
    for target in failed:
        print(f"{target}: see build/fuzz/findings/{target}.log and the input {target}-* beside it")
    return 1 if failed or not targets else 0


if __name__ == "__main__":
    sys.exit(main())
