#!/usr/bin/env python3
"""Measures what imported keys cost: patients made readable, a second and core, for each format, and
how long a new key takes with a large mirror.

Writes its section of docs/performance.md. Run by ./dev bench; `--quick` takes little of each and
prints only.
"""
import argparse
import json
import os
import statistics
import subprocess

from figures import BIN, ROOT, spread
import page

VECTORS = ROOT / "tests/data/decrypt_vectors.json"


def lines_of(program, *arguments):
    done = subprocess.run([BIN / program, "--vectors", VECTORS, *map(str, arguments)], check=True,
                          capture_output=True, text=True,
                          env={**os.environ, "TMPDIR": str(ROOT / "build")})
    return [json.loads(line) for line in done.stdout.splitlines()]


def section(rounds, opened):
    out = [
        f"## What is encrypted end to end, made readable ({len(rounds)} rounds)", "",
        "One core. Bare: OpenSSL's calls for the same ciphertexts and nothing else, no JSON, no base64,",
        "no check of what came out.", "",
        "| format | patients/s | bare, patients/s | ratio |", "|---|---|---|---|"]
    for rows in zip(*rounds):
        ours, bare = (statistics.median(row[name] for row in rows)
                      for name in ("patients_per_s" if "patients_per_s" in rows[0] else "per_s", "bare_per_s"))
        out.append(f"| {rows[0]['format']} | {ours:,.0f} | {bare:,.0f} | "
                   f"{spread([row['ratio'] for row in rows])} |")
    out += ["", f"A key comes to a mirror of {opened['patients']:,} patients that it opens: all are readable after "
            f"{opened['wall_s']:.1f} s", f"({opened['processor_s']:.1f} s of one core, "
            f"{opened['patients_per_processor_s']:,.0f} a second, stored and made findable). Its removal erases",
            f"all that it opened in {opened['erase_wall_s']:.1f} s."]
    return "\n".join([*out, ""])


def main():
    parser = argparse.ArgumentParser(description="measure what imported keys open")
    parser.add_argument("--quick", action="store_true", help="little of each, print only")
    options = parser.parse_args()
    seconds, count, patients = (0.2, 1, 2000) if options.quick else (1, 5, 200_000)
    rounds = [lines_of("bench-decrypt", "--seconds", seconds) for _ in range(count)]
    text = section(rounds, lines_of("bench-readable", "--patients", patients)[0])
    print(text)
    if not options.quick:
        page.put(text)


if __name__ == "__main__":
    main()
