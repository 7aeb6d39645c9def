#!/usr/bin/env python3
"""clang-tidy over the sources named on stdin, but for those that were clean already and did not change.

A source did not change if neither it, nor a header of ours that its object was built from, nor its
command line, nor the checks, nor clang-tidy itself did. What was clean is kept in build/PRESET/tidy/.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
CLEAN = BUILD / "tidy"


def output_of(*command: str) -> str:
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


def headers_of_objects() -> dict[str, list[str]]:
    """Object -> the files that it was compiled from, as the compiler told ninja."""
    objects, current = {}, []
    for line in output_of("ninja", "-C", str(BUILD), "-t", "deps").splitlines():
        if line.startswith("    "):
            current.append(line.strip())
        elif ": #deps" in line:
            current = objects.setdefault(line.partition(": #deps")[0], [])
    return objects


def fingerprints(sources: list[str]) -> dict[str, str]:
    """Source -> hash of all that decides what clang-tidy says about it; "" where that is not known."""
    shared = output_of("clang-tidy", "--version") + (ROOT / ".clang-tidy").read_text()
    objects = headers_of_objects()
    content: dict[str, str] = {}

    def hash_of(path: pathlib.Path) -> str:
        if str(path) not in content:
            content[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
        return content[str(path)]

    found = dict.fromkeys(sources, "")
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["file"])
        source = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else ""
        command = shlex.split(entry["command"])
        built = objects.get(command[command.index("-o") + 1], [])
        files = [(BUILD / file).resolve() for file in built]
        if source not in found or not files:
            continue
        ours = sorted({path, *(file for file in files if file.is_relative_to(ROOT))})
        text = "\n".join([shared, entry["command"], *(f"{file} {hash_of(file)}" for file in ours)])
        found[source] = hashlib.sha256(text.encode()).hexdigest()
    return found


def is_clean(source: str, fingerprint: str) -> bool:
    mark = CLEAN / fingerprint
    if fingerprint and mark.exists():
        return True
    run = subprocess.run(["clang-tidy", "--quiet", "-p", str(BUILD), source], cwd=ROOT, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if run.returncode == 0 and fingerprint:
        mark.touch()
    if run.returncode != 0:
        print(f"{source}\n{run.stdout}", flush=True)
    return run.returncode == 0


def main() -> int:
    CLEAN.mkdir(exist_ok=True)
    marks = fingerprints(sys.stdin.read().split())
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        clean = list(pool.map(is_clean, marks.keys(), marks.values()))
    print(f"clang-tidy: {clean.count(True)} of {len(clean)} sources are clean")
    return 0 if all(clean) else 1


if __name__ == "__main__":
    sys.exit(main())
