"""What the scripts share: where the programs are, how they are asked, how figures are written."""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "build/release/bin"
os.environ["ICURE_BIN"] = str(BIN)
sys.path.insert(0, str(ROOT / "tests/e2e"))


def run_json(*command):
    """The one JSON line that a program prints."""
    return json.loads(subprocess.run([str(part) for part in command], check=True,
                                     stdout=subprocess.PIPE, text=True).stdout)


def node_version(node=("node",)):
    return subprocess.run([*node, "--version"], check=True, capture_output=True, text=True).stdout.strip()


def package_version(folder, name):
    """Of an npm package that is installed there."""
    return json.loads((folder / "node_modules" / name / "package.json").read_text())["version"]


def spread(values, digits=2):
    """Median (smallest to largest)."""
    return (f"{statistics.median(values):,.{digits}f} "
            f"({min(values):,.{digits}f} to {max(values):,.{digits}f})")


def seconds_of(run):
    """How long a run of `sync.history` took."""
    def parse(text):
        return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + float(text[19:23])
    return parse(run["finished"]) - parse(run["started"])
