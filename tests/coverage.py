#!/usr/bin/env python3
"""What the tests reached in build/coverage, by folder and, of what they reached least, by file."""
import collections
import json
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
LEAST = 15  # files that are named


def measure():
    """Of each file of ours: name, lines, lines reached, branches, branches reached."""
    done = subprocess.run(
        ["gcovr", "--root", ROOT, "--object-directory", ROOT / "build/coverage", "--exclude", "tests/",
         "--exclude", "build/", "--exclude-throw-branches", "--exclude-unreachable-branches",
         "--gcov-ignore-parse-errors", "--json-summary", "-"],
        check=True, stdout=subprocess.PIPE, cwd=ROOT)
    return [(each["filename"], each["line_total"], each["line_covered"], each["branch_total"],
             each["branch_covered"]) for each in json.loads(done.stdout)["files"]]


def share(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else ""


def main():
    files = measure()
    folders = collections.defaultdict(lambda: [0, 0, 0, 0])
    for name, *counts in files:
        parts = name.split("/")
        for folder in {"all", "/".join(parts[:2]) if len(parts) > 2 else parts[0]}:
            folders[folder] = [a + b for a, b in zip(folders[folder], counts)]
    print("| folder | lines | reached | branches | reached |\n|---|---|---|---|---|")
    for folder, (lines, reached, branches, taken) in sorted(folders.items()):
        print(f"| {folder} | {lines:,} | {share(reached, lines)} | {branches:,} | {share(taken, branches)} |")
    print("\nLines that are not reached, most of them in:\n\n| file | lines | not reached |\n|---|---|---|")
    for name, lines, reached, _, _ in sorted(files, key=lambda each: each[2] - each[1])[:LEAST]:
        print(f"| {name} | {lines} | {lines - reached} |")


if __name__ == "__main__":
    main()
