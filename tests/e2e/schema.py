"""Whether JSON is what a JSON Schema of rpc.discover says. Knows the words that are used there."""
import re

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float),
         "boolean": bool, "null": type(None)}
OPEN = ("User", "DataOwner")  # the platform's own JSON, whose members are not ours to list
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def is_of(value, name):
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])


def faults(value, schema, components, at="$"):
    """What is wrong with it, each with its place; a member that no schema names is a fault too."""
    closed = True
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        closed = name not in OPEN
        schema = components[name]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is none of {schema['enum']}"]
    types = schema.get("type", list(TYPES))
    if not any(is_of(value, name) for name in ([types] if isinstance(types, str) else types)):
        return [f"{at}: {value!r} is no {types}"]
    found = []
    if isinstance(value, str) and schema.get("format") == "date-time" and not TIME.fullmatch(value):
        found.append(f"{at}: {value!r} is no time")
    if isinstance(value, list) and "items" in schema:
        for number, each in enumerate(value):
            found += faults(each, schema["items"], components, f"{at}[{number}]")
    if isinstance(value, dict):
        found += [f"{at}: lacks {name}" for name in schema.get("required", ()) if name not in value]
        properties, rest = schema.get("properties", {}), schema.get("additionalProperties")
        for name, each in value.items():
            if name in properties or rest is not None:
                found += faults(each, properties.get(name, rest), components, f"{at}.{name}")
            elif properties and closed:
                found.append(f"{at}: {name} is not in the schema")
    return found
