"""A strict reader of OpenMetrics 1.0 text, for tests: what the specification forbids is a failure.

Only what our daemon writes is known: gauges, counters, histograms and infos, without timestamps
and exemplars.
"""
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"')
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?Inf")
SUFFIXES = {"gauge": [""], "counter": ["_total"], "info": ["_info"],
            "histogram": ["_bucket", "_sum", "_count"]}


class Invalid(Exception):
    pass


def need(true, why, line=""):
    if not true:
        raise Invalid(f"{why}: {line}")


def labels_of(text, line):
    found, at = {}, 0
    while at < len(text):
        label = LABEL.match(text, at)
        need(label, "a label is malformed", line)
        need(label[1] not in found, "a label stands twice", line)
        found[label[1]] = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], label[2])
        at = label.end()
        if at < len(text):
            need(text[at] == ",", "labels are separated by commas", line)
            at += 1
            need(at < len(text), "a comma ends the labels", line)
    return found


def parse(text):
    """{family: {"type", "help", "unit", "samples": [(name, labels, value)]}}, or Invalid."""
    need(text.endswith("# EOF\n"), "it does not end with # EOF")
    need("\r" not in text, "a carriage return")
    lines = text[:-len("# EOF\n")].split("\n")
    need(lines.pop() == "", "the last line has no end")
    families, current, seen = {}, None, set()
    for line in lines:
        need(line, "an empty line")
        if line.startswith("#"):
            described = re.fullmatch(rf"# (TYPE|HELP|UNIT) ({NAME}) (.*)", line)
            need(described, "a comment that is no description", line)
            what, name, value = described.groups()
            if not current or current["name"] != name:
                need(name not in families, "a family's lines are apart", line)
                current = families[name] = {"name": name, "samples": []}
            need(not current["samples"], "a description behind samples", line)
            need(what.lower() not in current, "a description stands twice", line)
            current[what.lower()] = value
            continue
        sample = SAMPLE.fullmatch(line)
        need(sample, "no sample", line)
        name, labels, value = sample[1], labels_of(sample[2] or "", line), sample[3]
        need(current and "type" in current and "help" in current, "a sample without TYPE and HELP", line)
        need(current["type"] in SUFFIXES, "an unknown type", line)
        allowed = [current["name"] + suffix for suffix in SUFFIXES[current["type"]]]
        need(name in allowed, f"a sample of another family than {current['name']}", line)
        need(NUMBER.fullmatch(value), "no number", line)
        series = (name, tuple(sorted(labels.items())))
        need(series not in seen, "a series stands twice", line)
        seen.add(series)
        current["samples"].append((name, labels, float(value)))
    for family in families.values():
        check(family)
    return families


def check(family):
    name, kind, unit = family["name"], family.get("type"), family.get("unit")
    need(kind and family.get("help"), "a family without TYPE or HELP", name)
    need(not unit or name.endswith("_" + unit), "the name does not end with its unit", name)
    for suffix in ("_seconds", "_bytes"):
        need(not name.endswith(suffix) or unit == suffix[1:], "a unit that is not declared", name)
    need(not name.endswith(("_total", "_count", "_sum", "_bucket", "_info")), "a reserved suffix", name)
    for sample, labels, value in family["samples"]:
        need(("le" in labels) == sample.endswith("_bucket"), "le is for buckets", sample)
        need(kind == "gauge" or value >= 0, "below zero", sample)
        need(kind != "info" or value == 1, "an info is 1", sample)
    if kind == "histogram":
        check_histogram(family)


def check_histogram(family):
    groups = {}
    for sample, labels, value in family["samples"]:
        bound = labels.get("le")
        group = tuple(sorted((k, v) for k, v in labels.items() if k != "le"))
        what = groups.setdefault(group, {"buckets": []})
        if bound is None:
            what[sample.rsplit("_", 1)[1]] = value
        else:
            need(bound == "+Inf" or str(float(bound)) == bound, "a bound that is not canonical", bound)
            what["buckets"].append((float(bound), value))
    for group, what in groups.items():
        bounds = [bound for bound, _ in what["buckets"]]
        counts = [count for _, count in what["buckets"]]
        need(bounds == sorted(set(bounds)), "bounds do not rise", group)
        need(counts == sorted(counts), "buckets are not cumulative", group)
        need(bounds and bounds[-1] == float("inf"), "no bucket +Inf", group)
        need(what.get("count") == counts[-1], "the count is not that of +Inf", group)
        need("sum" in what, "no sum", group)
