#!/usr/bin/env python3
"""Breaks the sources of a layer in one place after the other, and looks whether that layer's own tests
notice. The places and what is done to them are drawn by a seed, so that nobody chooses what is easy.

    tests/mutate.py --seed 1 --count 40 [--folder store --folder sync]

works in a worktree of HEAD of its own (build/mutants, or --tree), prints what survived, and exits with 1 if more
than a tenth did. What does not compile is not counted, and another place is drawn.
"""
import argparse
import dataclasses
import os
import pathlib
import random
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONGEST_S = 300  # of a layer's tests; a mutant that turns in circles was noticed
MOST_SURVIVE = 0.1
LAYERS = ("store", "sync", "ipc")
# The tests of a folder: the longest name that fits a source.
TESTS = {
    "store": ["store_test"],
    "sync": ["sync_test", "sync_store_test"],
    "sync/decrypt": ["decrypt_test"],
    "sync/keys": ["sync_keys_test", "keys_store_test"],
    "sync/login": ["login_test", "login_store_test"],
    "sync/outbox": ["outbox_test", "outbox_store_test", "invite_store_test"],
    "sync/platform": ["sync_platform_test"],
    "sync/write": ["write_rules_test"],
    "ipc": ["ipc_test"],
    "ipc/client": ["client_test"],
    "ipc/client/dashboard": ["dashboard_test"],
}
CHANGES = [  # what is looked for in a line, and what stands there then
    (r" == ", " != "), (r" != ", " == "), (r" < ", " >= "), (r" > ", " <= "), (r" <= ", " < "),
    (r" >= ", " > "), (r" && ", " || "), (r" \|\| ", " && "), (r" \+ 1\b", ""), (r" - 1\b", ""),
    (r"\breturn true;", "return false;"), (r"\breturn false;", "return true;"),
    (r" = true;", " = false;"), (r" = false;", " = true;"), (r"\bif \(!", "if ("),
    (r"\bif \((?=[\w.:*>()\[\]-]+\) )", "if (!"),
    (r"^\s+(?!return|co_return|throw|break|continue|using|delete)[a-z_][\w.>-]*\([^;{}]*\);$", ""),
    (r" \+= ", " -= "),
]
# What is logged, and room that is made ahead, change no answer.
NOT_BROKEN = re.compile(r"^\s*(//|#|static_assert|constexpr|template)|\blog::|\btemplate <|\.reserve\(")


@dataclasses.dataclass
class Mutant:
    source: str
    line: int
    before: str
    after: str

    def __str__(self):
        return (f"{self.source}:{self.line}\n  - {self.before.strip()}\n"
                f"  + {self.after.strip() or '(nothing)'}")


def run(*command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


def must(*command):
    done = run(*command)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout[-3000:]}")


def tests_of(source):
    return TESTS[max((folder for folder in TESTS if source.startswith(folder + "/")), key=len)]


def make_tree(tree, folders):
    if not tree.exists():
        must("git", "-C", ROOT, "worktree", "add", "--detach", tree, "HEAD")
    must("git", "-C", tree, "checkout", "--quiet", "--force", "--detach",
         run("git", "-C", ROOT, "rev-parse", "HEAD").stdout.strip())
    build = tree / "build" / "release"
    must("cmake", "-S", tree, "-B", build, "--preset", "release")
    must("ninja", "-C", build, *sorted({test for source, _, _ in lines_of(tree, folders)
                                        for test in tests_of(source)}))
    return build


def lines_of(tree, folders):
    """Source, number and text of every line that may be broken."""
    lines = []
    for folder in folders:
        for path in sorted((tree / folder).rglob("*.cpp")):
            source = str(path.relative_to(tree))
            for number, text in enumerate(path.read_text().splitlines(), 1):
                if not NOT_BROKEN.search(text):
                    lines.append((source, number, text))
    return lines


def draw(lines, chance):
    """A place and a change, all lines of code being equally likely."""
    while True:
        source, number, text = chance.choice(lines)
        found = [(match, after) for before, after in CHANGES for match in re.finditer(before, text)]
        if found:
            match, after = chance.choice(found)
            yield Mutant(source, number, text, text[:match.start()] + after + text[match.end():])


def is_noticed(mutant, tree, build):
    """Whether a test failed; None if it does not compile."""
    path = tree / mutant.source
    whole = path.read_text()
    lines = whole.split("\n")
    lines[mutant.line - 1] = mutant.after
    path.write_text("\n".join(lines))
    try:
        tests = tests_of(mutant.source)
        if run("ninja", "-C", build, *tests).returncode != 0:
            return None
        environment = {**os.environ, "TMPDIR": "/dev/shm"}
        for test in tests:
            if run(build / "bin" / test, "--gtest_fail_fast", timeout=LONGEST_S, env=environment,
                   cwd=build).returncode != 0:
                return True
        return False
    except subprocess.TimeoutExpired:
        return True
    finally:
        path.write_text(whole)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--folder", action="append", metavar="FOLDER",
                        help=f"break only what is in it; may be repeated (all of {', '.join(LAYERS)})")
    parser.add_argument("--tree", type=pathlib.Path, default=ROOT / "build" / "mutants")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    folders = [folder.rstrip("/") for folder in options.folder or LAYERS]
    if unknown := [folder for folder in folders if folder.split("/")[0] not in LAYERS]:
        parser.error(f"no tests are known of {', '.join(unknown)}")
    build = make_tree(options.tree, folders)
    survived, seen = [], 0
    for mutant in draw(lines_of(options.tree, folders), random.Random(options.seed)):
        noticed = is_noticed(mutant, options.tree, build)
        if noticed is None:
            continue
        seen += 1
        if not noticed:
            survived.append(mutant)
            print(f"survived: {mutant}", flush=True)
        print(f"{seen} tried, {seen - len(survived)} noticed; the last: {mutant.source}:{mutant.line}",
              flush=True)
        if seen == options.count:
            break
    print(f"{seen - len(survived)} of {seen} were noticed")
    sys.exit(len(survived) > MOST_SURVIVE * seen)


if __name__ == "__main__":
    main()
