"""docs/performance.md, section by section: each script replaces its own and leaves the others."""
import os
import pathlib
import platform
import re
import time

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/performance.md"
HEAD = """# Performance

Made by `./dev bench`; the scripts are in `tests/bench/`. Ratios are between things measured in
turn within one run, as medians (smallest to largest): absolute figures of a shared machine mean
little."""


def machine():
    return (f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()} "
            f"{platform.release().split('-')[0]}; {time.strftime('%Y-%m-%d')}")


def sections(text):
    """By the words of the heading before any parenthesis, in the order of the page."""
    parts = re.split(r"^(?=## )", text, flags=re.M)
    return {re.match(r"## ([^(\n]*)", part)[1].strip(): part.rstrip() for part in parts
            if part.startswith("## ")}


def put(text):
    """Replaces or adds the sections of `text`, and says what machine they were measured on."""
    known = sections(PAGE.read_text() if PAGE.exists() else "")
    for title, section in sections(text).items():
        known[title] = f"{section}\n\nMeasured on {machine()}."
    PAGE.write_text("\n\n".join([HEAD, *known.values()]) + "\n")
