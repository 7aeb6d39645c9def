#!/usr/bin/env python3
"""docs/methods.md and docs/openrpc.json, made from what the daemon says of itself: reference.py writes
them."""
import collections
import json
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "methods.md"
SCHEMA = ROOT / "docs" / "openrpc.json"
COMMON = 4  # a param that so many methods take alike is explained once, but for an id

HEAD = """# Methods

Made by `tests/e2e/reference.py` from what `rpc.discover` answers, which is made from the table that the
daemon decodes by. [api.md](api.md) tells how they are used. A `?` marks what may be absent; a role may
call what the roles before it may: reader, operator, admin. The two lines at the end of each are `params`
and `result` of an example; a test makes each of those calls.
"""


def shape(schema):
    """A JSON Schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        return f"list of {shape(schema['items'])}"
    if kind == "integer" and "minimum" in schema:
        return f"integer, {schema['minimum']} to {schema['maximum']}"
    if kind == "string" and "maxLength" in schema:
        return f"string, {schema['minLength']} to {schema['maxLength']} characters"
    if kind == "string" and schema.get("format") == "date-time":
        return "time"
    if kind == "object" and "properties" in schema:
        return "{" + ", ".join(member(name, each, schema) for name, each in
                               schema["properties"].items()) + "}"
    if kind == "object" and "additionalProperties" in schema:
        return f"object of {shape(schema['additionalProperties'])}"
    return kind


def member(name, schema, owner):
    mark = "" if name in owner.get("required", ()) else "?"
    about = f" ({schema['description']})" if "description" in schema else ""
    return f"`{name}`{mark}: {shape(schema)}{about}"


def members(schema):
    lines = [f"- {member(name, each, schema)}" for name, each in schema.get("properties", {}).items()]
    if "additionalProperties" in schema:
        lines.append(f"- any other: {shape(schema['additionalProperties'])}")
    return lines


def param(each):
    mark = "" if each["required"] else "?"
    return f"- `{each['name']}`{mark}: {shape(each['schema'])}; {each['summary']}"


def result(schema):
    if "$ref" in schema:
        return [f"Answers {shape(schema)}."]
    lines = members(schema)
    return ["Answers", "", *lines] if lines else ["Answers an object."]


def example(method):
    """A call in two lines: what goes there, and what comes back."""
    shown = method["examples"][0]
    params = {each["name"]: each["value"] for each in shown["params"]}
    lines = (f"--> {json.dumps(params, ensure_ascii=False)}",
             f"<-- {json.dumps(shown['result']['value'], ensure_ascii=False)}")
    return ["", *(f"    {line}" for line in lines)]


def page(document):
    def alike(each):
        return param(each).replace("?:", ":")

    counts = collections.Counter(alike(each) for method in document["methods"]
                                 for each in method["params"])
    common = [text for text, count in counts.items()
              if count >= COMMON and not text.startswith("- `id`")]
    lines = [HEAD, "Many methods take these:", "", *common]
    for method in document["methods"]:
        lines += ["", f"## {method['name']}", "", f"{method['summary']}. Role: {method['x-role']}."]
        own = [param(each) for each in method["params"] if alike(each) not in common]
        shared = [f"`{each['name']}`{'' if each['required'] else '?'}" for each in method["params"]
                  if alike(each) in common]
        if method["params"]:
            lines += ["", "Takes", "", *own, *([f"- {', '.join(shared)}: as above"] if shared else [])]
        lines += ["", *result(method["result"]["schema"]), *example(method)]
    lines += ["", "# Shapes"]
    for name, schema in document["components"]["schemas"].items():
        lines += ["", f"## {name}", ""]
        if "description" in schema:
            lines += [f"{schema['description'][0].upper()}{schema['description'][1:]}.", ""]
        lines += members(schema)
    return "\n".join(lines) + "\n"


def schema(document):
    """The document for programs that make clients; of no one build."""
    document["info"]["version"] = "1"  # of the protocol, as in hello
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def main():
    os.environ.setdefault("ICURE_BIN", str(ROOT / "build" / "release" / "bin"))
    from clinic import Daemon, Sandbox
    sandbox = Sandbox("--users", 10, "--hcps", 5, "--patients", 5, "--devices", 1)
    daemon = Daemon(sandbox.url)
    try:
        document = daemon.start().call("rpc.discover")
        PAGE.write_text(page(document))
        SCHEMA.write_text(schema(document))
    finally:
        daemon.close()
        sandbox.stop()


if __name__ == "__main__":
    main()
