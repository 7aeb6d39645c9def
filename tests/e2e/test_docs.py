"""The pages for developers: their examples run, and their reference is what the daemon says."""
import copy
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import reference
from clinic import PATIENCE_S, Daemon, Sandbox
from test_clients import CLIENTS, need

DOCS = reference.ROOT / "docs"
SOCKET = "/run/icure-syncd/api.sock"


def examples(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", (DOCS / page).read_text(), re.M | re.S)


class DocsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox("--users", 150, "--hcps", 10, "--patients", 30, "--devices", 5)
        cls.addClassCleanup(cls.sandbox.stop)
        cls.daemon = Daemon(cls.sandbox.url)
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start().until_complete()
        cls.document = cls.daemon.call("rpc.discover")

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="icure-docs-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def put(self, name, text):
        """A file of the example's folder, with the test's socket for the usual one."""
        (self.folder / name).write_text(text.replace(SOCKET, str(self.daemon.socket)))
        return name

    def run_example(self, *command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True,
                              timeout=PATIENCE_S)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    # --- examples

    def test_python_examples(self):
        self.put("icure_syncd.py", (CLIENTS / "python" / "icure_syncd.py").read_text())
        blocking, asynchronous = examples("clients.md", "python")
        said = self.run_example(sys.executable, self.put("blocking.py", blocking)).split("\n")
        active = [user for user in self.sandbox.truth("user").values() if user["status"] == "ACTIVE"]
        self.assertEqual(said[0], f"Anna Vermeulen {len(active)}")
        self.assertRegex(said[1], r"^(queued|sending|done) [0-9a-f-]{36}$")
        said = self.run_example(sys.executable, self.put("asynchronous.py", asynchronous))
        self.assertEqual(said, "changed True\n")
        bare, = examples("api.md", "python")
        self.assertEqual(self.run_example(sys.executable, self.put("bare.py", bare)), "Anna Vermeulen\n")

    def test_javascript_example(self):
        need("node", "nodejs")
        self.put("icure-syncd.mjs", (CLIENTS / "javascript" / "icure-syncd.mjs").read_text())
        example, = examples("clients.md", "javascript")
        name, *disabled = self.run_example("node", self.put("example.mjs", example)).split()
        self.assertEqual(name, "Anna")
        self.assertEqual(disabled[1:], [id for id, user in sorted(self.sandbox.truth("user").items())
                                        if user["status"] == "DISABLED"])

    def test_java_example(self):
        need("javac", "default-jdk-headless")
        client = self.put("IcureSyncd.java", (CLIENTS / "java" / "IcureSyncd.java").read_text())
        example, = examples("clients.md", "java")
        self.run_example("javac", "-encoding", "UTF-8", "-d", ".", client, self.put("Example.java", example))
        self.assertEqual(self.run_example("java", "-cp", ".", "Example"), "Anna Vermeulen\n")

    # --- reference

    def test_the_reference_is_what_the_daemon_says(self):
        self.assertEqual(reference.SCHEMA.read_text(), reference.schema(copy.deepcopy(self.document)))
        self.assertEqual(reference.PAGE.read_text(), reference.page(self.document),
                         "methods changed: run tests/e2e/reference.py, and look at what it changes")

    def test_the_document_is_openrpc(self):
        # What the meta-schema of OpenRPC 1.2 demands, as far as the document goes.
        document = self.document
        self.assertRegex(document["openrpc"], r"^1\.2\.\d+$")
        self.assertLessEqual(set(document), {"openrpc", "info", "methods", "components"})
        self.assertEqual(set(document["info"]), {"title", "version"})
        self.assertEqual(set(document["components"]), {"schemas"})
        for name in document["components"]["schemas"]:
            self.assertRegex(name, r"^[a-zA-Z0-9.\-_]+$")
        names = [method["name"] for method in document["methods"]]
        self.assertEqual(len(names), len(set(names)))
        for method in document["methods"]:
            self.assertEqual(set(method), {"name", "summary", "paramStructure", "params", "result",
                                           "examples", "x-role"})
            self.assertTrue(method["summary"])
            self.assertEqual(method["paramStructure"], "by-name")
            self.assertEqual(set(method["result"]), {"name", "schema"})
            params = [param["name"] for param in method["params"]]
            self.assertEqual(len(params), len(set(params)), method["name"])
            required = [param["required"] for param in method["params"]]
            self.assertEqual(required, sorted(required, reverse=True), "required ones come first")
            for param in method["params"]:
                self.assertEqual(set(param), {"name", "summary", "required", "schema"})
            for example in method["examples"]:
                self.assertEqual(set(example), {"name", "params", "result"})
                self.assertLessEqual({param["name"] for param in example["params"]}, set(params))
                self.assertEqual(set(example["result"]), {"name", "value"})
        for schema in [*document["components"]["schemas"].values(),
                       *(method["result"]["schema"] for method in document["methods"]),
                       *(param["schema"] for method in document["methods"]
                         for param in method["params"])]:
            self.check_schema(schema)

    def check_schema(self, schema):
        self.assertIsInstance(schema, dict)
        self.assertLessEqual(set(schema), {
            "$ref", "type", "enum", "format", "description", "properties", "required", "items",
            "additionalProperties", "minimum", "maximum", "minLength", "maxLength", "writeOnly"})
        if "$ref" in schema:
            self.assertEqual(set(schema), {"$ref"})
            kind, _, name = schema["$ref"].rpartition("/")
            self.assertEqual(kind, "#/components/schemas")
            self.assertIn(name, self.document["components"]["schemas"])
        types = schema.get("type", [])
        for each in [types] if isinstance(types, str) else types:
            self.assertIn(each, {"object", "array", "string", "integer", "number", "boolean", "null"})
        for name in schema.get("required", []):
            self.assertIn(name, schema["properties"])
        for name in ("items", "additionalProperties"):
            if name in schema:
                self.check_schema(schema[name])
        for each in schema.get("properties", {}).values():
            self.check_schema(each)

    # --- what the clients believe of the methods

    def test_clients_know_which_methods_may_be_repeated(self):
        sys.path.insert(0, str(CLIENTS / "python"))
        self.addCleanup(sys.path.remove, str(CLIENTS / "python"))
        import icure_syncd
        neither = {"hello", "auth.login", "auth.logout", "auth.revoke", "key.import", "key.remove",
                   "outbox.hold", "outbox.release", "outbox.retry", "outbox.discard", "sync.run",
                   "sync.pause", "sync.resume", "sync.approve", "events.subscribe",
                   "events.unsubscribe", "store.backup", "store.rekey"}
        for method in self.document["methods"]:
            name, params = method["name"], {param["name"] for param in method["params"]}
            verb = name.rpartition(".")[2]
            self.assertEqual(verb in icure_syncd.WRITES, "key" in params, name)
            self.assertEqual(verb in icure_syncd.READS, "key" not in params and name not in neither,
                             f"{name}: is it a read, which clients may repeat?")
        for path, quote in (("javascript/icure-syncd.mjs", "'"), ("java/IcureSyncd.java", '"')):
            text = (CLIENTS / path).read_text()
            for name, verbs in (("READS", icure_syncd.READS), ("WRITES", icure_syncd.WRITES)):
                listed = text[text.index(f"{name} ="):].split(";")[0]
                self.assertEqual(set(re.findall(f"{quote}([a-z]+){quote}", listed)), verbs, path)

    def test_clients_and_pages_name_every_error(self):
        sys.path.insert(0, str(CLIENTS / "python"))
        self.addCleanup(sys.path.remove, str(CLIENTS / "python"))
        import icure_syncd
        table = (DOCS / "api.md").read_text().split("## Errors")[1]
        for word, kind in icure_syncd._BY_WORD.items():
            if kind not in (icure_syncd.Unreachable, icure_syncd.TimedOut, icure_syncd.ConnectionLost):
                self.assertIn(f"`{word}`", table)
            for path in ("javascript/icure-syncd.mjs", "javascript/icure-syncd.d.ts", "java/IcureSyncd.java"):
                self.assertIn(f"class {kind.__name__} extends IcureError", (CLIENTS / path).read_text())


if __name__ == "__main__":
    unittest.main()
