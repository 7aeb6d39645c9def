#!/usr/bin/env python3
"""Runs the daemon as its unit lets it run: the system calls, address families and memory that the unit
allows, and no capabilities. `confined.py PROGRAM ARGUMENTS...`; where the machine has no libseccomp or
no systemd-analyze it says so and runs the program without."""
import ctypes
import os
import pathlib
import re
import subprocess
import sys

UNIT = pathlib.Path(__file__).resolve().parents[2] / "systemd" / "icure-syncd.service.in"
ALLOW = 0x7FFF0000
REFUSE = 0x00050000 | 1  # EPERM
EQUAL, MASKED = 4, 7
WRITE, EXECUTE = 2, 4  # PROT_*
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}
DROP_CAPABILITY = 24  # PR_CAPBSET_DROP


class Comparison(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("how", ctypes.c_int), ("a", ctypes.c_uint64),
                ("b", ctypes.c_uint64)]


def sets():
    """systemd's named sets of system calls."""
    shown = subprocess.run(["systemd-analyze", "syscall-filter"], check=True, capture_output=True,
                           text=True, env={"PATH": os.environ["PATH"], "SYSTEMD_COLORS": "0"}).stdout
    found = {}
    for line in shown.splitlines():
        if line.startswith("@"):
            members = found.setdefault(line.strip(), [])
        elif line.startswith(" ") and not line.strip().startswith("#"):
            members.append(line.strip())
    return found


def settings(name):
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.M)


def allowed_calls():
    known = sets()

    def expanded(words):
        for word in words:
            if word.startswith("@"):
                yield from expanded(known[word])
            else:
                yield word
    allowed = set()
    for line in settings("SystemCallFilter"):
        words = set(expanded(line.removeprefix("~").split()))
        allowed = allowed - words if line.startswith("~") else allowed | words
    return allowed


class Filter:
    def __init__(self):
        self.seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
        self.seccomp.seccomp_init.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.seccomp.seccomp_init(REFUSE))

    def allow(self, call, *comparisons):
        number = self.seccomp.seccomp_syscall_resolve_name(call.encode())
        if number == -1:
            return  # of another processor, or newer than this machine
        array = (Comparison * len(comparisons))(*comparisons)
        done = self.seccomp.seccomp_rule_add_array(
            self.context, ctypes.c_uint32(ALLOW), number, len(comparisons), array)
        assert done == 0, (call, done)

    def load(self):
        assert self.seccomp.seccomp_load(self.context) == 0


def confine():
    calls = allowed_calls()
    rules = Filter()
    for call in sorted(calls - {"socket", "mmap", "mprotect"}):
        rules.allow(call)
    for family in settings("RestrictAddressFamilies")[0].split():
        rules.allow("socket", Comparison(0, EQUAL, FAMILIES[family], 0))
    assert settings("MemoryDenyWriteExecute") == ["yes"]
    for protection in (0, WRITE, EXECUTE):
        rules.allow("mmap", Comparison(2, MASKED, WRITE | EXECUTE, protection))
    rules.allow("mprotect", Comparison(2, MASKED, EXECUTE, 0))
    assert settings("CapabilityBoundingSet") == [""]
    libc = ctypes.CDLL(None)
    capability = 0
    while libc.prctl(DROP_CAPABILITY, capability, 0, 0, 0) == 0:
        capability += 1
    rules.load()


if __name__ == "__main__":
    try:
        confine()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"not confined: {error}", file=sys.stderr)
    os.execvp(sys.argv[1], sys.argv[1:])
