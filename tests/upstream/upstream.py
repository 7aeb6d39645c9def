#!/usr/bin/env python3
"""Does the stand-in platform speak what the official client expects? Run by ./dev upstream.

Installs the client into build/upstream/, which needs the network, and drives the stand-in with it.
One line for each kind of call; exit code 1 if one of them is not as expected.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
os.environ.setdefault("ICURE_BIN", str(ROOT / "build/release/bin"))
sys.path.insert(0, str(ROOT / "tests/e2e"))
from clinic import Sandbox  # noqa: E402

PLACE = ROOT / "build/upstream"
NODE = os.environ.get("ICURE_NODE", "node").split()


def install():
    """A copy beside the client, since Node.js looks for packages beside the program."""
    PLACE.mkdir(parents=True, exist_ok=True)
    same = all((PLACE / name).exists() and (PLACE / name).read_bytes() == (HERE / name).read_bytes()
               for name in ("package.json", "package-lock.json"))
    for file in [*HERE.glob("*.mjs"), *HERE.glob("package*.json")]:
        shutil.copy(file, PLACE)
    if same and (PLACE / "node_modules/.package-lock.json").exists():
        return
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=PLACE, check=True)


def main():
    install()
    box = Sandbox("--cardinal", "--users", 120, "--hcps", 12, "--patients", 120, "--devices", 12, "--ping-seconds", 1)
    try:
        with tempfile.TemporaryDirectory(prefix="icure-upstream-") as keys:
            return subprocess.run([*NODE, PLACE / "main.mjs", keys, json.dumps(box.facts)], timeout=1800).returncode
    finally:
        box.stop()


if __name__ == "__main__":
    sys.exit(main())
