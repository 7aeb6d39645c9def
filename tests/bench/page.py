"""docs/performance.md, section by section: each script replaces its own and leaves the others."""
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/performance.md"
HEAD = """# Performance

Made by `./dev bench`; each script in `tests/bench/` writes its part. Ratios are between things
measured in turn within one run, as medians (smallest to largest): absolute figures of a shared
machine mean little."""
PACKAGES = {"g++": "g++", "SQLCipher": "libsqlcipher-dev", "libuv": "libuv1-dev", "libcurl": "libcurl4-openssl-dev",
            "simdjson": "libsimdjson-dev", "zstd": "libzstd-dev", "redis": "redis-server"}


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=PAGE.parent).stdout.strip()


def commit():
    """What was measured; this page itself is written meanwhile."""
    changed = output_of("git", "status", "--porcelain", "--untracked-files=no", "--", ":/", ":/!docs")
    return output_of("git", "rev-parse", "--short", "HEAD") + (" with changes" if changed else "")


def machine():
    model = re.search(r"^model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (f"{os.cpu_count()} cores{f' ({model[1]})' if model else ''}, {memory:.0f} GiB, {platform.machine()}, "
            f"{platform.system()} {platform.release().split('-')[0]}; {time.strftime('%Y-%m-%d')}")


def versions():
    """As upstream numbers them, without Debian's epoch and revision."""
    full = {name: output_of("dpkg-query", "-W", "-f", "${Version}", package) for name, package in PACKAGES.items()}
    return ", ".join(f"{name} {re.sub(r'^[0-9]+:|[-+~].*', '', version)}" for name, version in full.items())


def head(known):
    """With who wrote which section, as its last line says."""
    lines = [HEAD, "", f"Versions at the newest of them: {versions()}.", "", "| section | written by |", "|---|---|"]
    for title, section in known.items():
        script = re.search(r"^Measured by (`.*?`)", section, re.M)
        lines.append(f"| {title} | {script[1] if script else 'hand'} |")
    return "\n".join(lines)


def sections(text):
    """By the words of the heading before any parenthesis, in the order of the page."""
    parts = re.split(r"^(?=## )", text, flags=re.M)
    return {re.match(r"## ([^(\n]*)", part)[1].strip(): part.rstrip() for part in parts
            if part.startswith("## ")}


def put(text):
    """Replaces or adds the sections of `text`, and says by what, of what and where they were measured."""
    known = sections(PAGE.read_text() if PAGE.exists() else "")
    by = f"Measured by `{pathlib.Path(sys.argv[0]).name}` at {commit()} on {machine()}."
    known |= {title: f"{section}\n\n{by}" for title, section in sections(text).items()}
    PAGE.write_text("\n\n".join([head(known), *known.values()]) + "\n")
