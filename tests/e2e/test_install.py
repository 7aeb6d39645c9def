"""What `cmake --install` puts in place, and that a C++ program outside the tree can use it."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from clinic import BIN, PATIENCE_S, Daemon, Sandbox
from reference import ROOT

BUILD = BIN.parent


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=10 * PATIENCE_S, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def need(program):
    if not shutil.which(program):
        raise unittest.SkipTest(f"{program} is not installed")


class InstallTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="icure-install-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def install(self, component):
        """The paths of what was installed, below the prefix."""
        prefix = self.folder / "usr"
        run("cmake", "--install", BUILD, "--prefix", prefix, "--component", component)
        return {str(path.relative_to(prefix)) for path in prefix.rglob("*") if not path.is_dir()}

    def test_the_daemon_comes_with_what_it_needs_and_no_more(self):
        installed = self.install("daemon")
        expected = {
            "bin/icure-syncd", "bin/icurectl", "libexec/icure-syncd/icurectl-dashboard",
            "lib/systemd/system/icure-syncd.service", "lib/systemd/system/icure-syncd.socket",
            "lib/sysusers.d/icure-syncd.conf", "lib/tmpfiles.d/icure-syncd.conf",
            "share/doc/icure-syncd/config.example.toml", "share/doc/icure-syncd/dashboard.png",
            "share/doc/icure-syncd/examples/plain-credentials.conf",
            "share/doc/icure-syncd/examples/alerts.yml", "share/doc/icure-syncd/examples/dashboard.json",
            "share/man/man1/icurectl.1", "share/man/man5/icure-syncd.toml.5",
            "share/man/man8/icure-syncd.8", "share/bash-completion/completions/icurectl",
            "share/zsh/site-functions/_icurectl", "share/fish/vendor_completions.d/icurectl.fish",
            "lib/systemd/catalog/icure-syncd.catalog",
            "share/icure-syncd/config.toml", "share/icure-syncd/openrpc.json"}
        pages = {path for path in installed if path.endswith(".md")}
        self.assertEqual(installed - pages, expected)
        self.assertIn("share/doc/icure-syncd/operate.md", pages)
        for page in pages:
            for link in re.findall(r"\]\(([a-z]+\.md)", (self.folder / "usr" / page).read_text()):
                self.assertIn("share/doc/icure-syncd/" + link, pages)
        text = (self.folder / "usr/lib/systemd/system/icure-syncd.service").read_text()
        self.assertIn("ExecStart=/usr/local/bin/icure-syncd --config", text)
        self.assertRegex(run(self.folder / "usr/bin/icure-syncd", "--version"), r"\d+\.\d+\.\d+")

    def test_the_manual_has_no_fault(self):
        need("groff")
        self.install("daemon")
        for page in (self.folder / "usr/share/man").rglob("*.?"):
            done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", page],
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertNotIn("@PROJECT", page.read_text())

    def test_systemd_finds_nothing_to_say_about_the_units(self):
        units = self.units()
        for drop_in in (None, "usr/share/doc/icure-syncd/examples/plain-credentials.conf"):
            if drop_in:
                folder = units / "icure-syncd.service.d"
                folder.mkdir()
                shutil.copy(self.folder / drop_in, folder)
            names = [units / "icure-syncd.service", units / "icure-syncd.socket"]
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", *names],
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_the_service_has_no_more_rights_than_it_needs(self):
        unit = self.units() / "icure-syncd.service"
        run("systemd-analyze", "security", "--offline=true", "--threshold=15", unit)
        text = unit.read_text()
        self.assertNotRegex(text, r"(?m)^PrivateUsers=")  # every caller would have the same uid
        self.assertNotIn("network-online.target", text)
        self.assertIn("\nRestartPreventExitStatus=64 77 78\n", text)

    def units(self):
        """Their folder; ExecStart= names a program that is there."""
        need("systemd-analyze")
        self.install("daemon")
        units = self.folder / "usr/lib/systemd/system"
        service = units / "icure-syncd.service"
        service.write_text(service.read_text().replace("/usr/local/bin", f"{self.folder}/usr/bin"))
        return units

    def test_a_program_uses_the_installed_client(self):
        installed = self.install("library") | self.install("client")
        for path in ("python/icure_syncd.py", "javascript/icure-syncd.mjs",
                     "javascript/icure-syncd.d.ts", "java/IcureSyncd.java"):
            self.assertIn("share/icure-client/" + path, installed)
        headers = {path for path in installed if path.endswith(".h")}
        self.assertEqual({pathlib.Path(path).name for path in headers},
                         {"client.h", "failure.h", "result.h"})
        library = next(path for path in installed if path.endswith(".so"))
        self.assertRegex(os.readlink(self.folder / "usr" / library), r"^libicure-client\.so\.\d+$")
        symbols = run("nm", "-DC", "--defined-only", self.folder / "usr" / library).splitlines()
        self.assertTrue(symbols)
        for line in symbols:
            self.assertRegex(line, r"icure::client::(Client::|exit_of|json_of)")

        sandbox = Sandbox("--users", 20, "--hcps", 5, "--patients", 5, "--devices", 1)
        self.addCleanup(sandbox.stop)
        daemon = Daemon(sandbox.url)
        self.addCleanup(daemon.close)
        daemon.start().until_complete()
        page = (ROOT / "docs" / "clients.md").read_text()
        example, = re.findall(r"^```cpp\n(.*?)^```$", page, re.M | re.S)
        source = self.folder / "example.cpp"
        socket = f'  options.socket = "{daemon.socket}";\n  options.client'
        source.write_text(example.replace("  options.client", socket))
        for program in (self.with_cmake(source), self.with_pkg_config(source, library)):
            said = run(program)
            self.assertIn('"name":"Anna Vermeulen"', said)

    def with_cmake(self, source):
        (self.folder / "CMakeLists.txt").write_text(f"""
cmake_minimum_required(VERSION 3.25)
project(example LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 17)
find_package(icure-client 0.1 REQUIRED)
add_executable(example {source})
target_link_libraries(example PRIVATE icure::client)
""")
        run("cmake", "-G", "Ninja", "-S", self.folder, "-B", self.folder / "build",
            f"-DCMAKE_PREFIX_PATH={self.folder}/usr")
        run("cmake", "--build", self.folder / "build")
        return self.folder / "build" / "example"

    def with_pkg_config(self, source, library):
        libraries = (self.folder / "usr" / library).parent
        path = {**os.environ, "PKG_CONFIG_PATH": str(libraries / "pkgconfig")}
        flags = run("pkg-config", "--cflags", "--libs", "icure-client", env=path).split()
        program = self.folder / "example"
        run("c++", "-std=c++17", "-Wall", "-Wextra", "-Werror", source, "-o", program, *flags,
            f"-Wl,-rpath,{libraries}")
        return program


if __name__ == "__main__":
    unittest.main()
