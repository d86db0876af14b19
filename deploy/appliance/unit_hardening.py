#!/usr/bin/env python3
"""Holds what a process did against what its systemd unit would let it do, where there is no systemd to do it.

unit_hardening.py UNIT TRACE: TRACE is strace's. Says each system call outside of SystemCallFilter, each socket family
outside of RestrictAddressFamilies, and memory that is made both writable and executable; ends with 1 where there is one.
"""
import re
import subprocess
import sys


def settings(path):
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            name, equals, value = line.strip().partition("=")
            if equals and not name.startswith("#"):
                found.setdefault(name, []).append(value)
    return found


def group(name, known):
    """The system calls of one of systemd's groups, with those of the groups inside of it."""
    if name not in known:
        known[name] = set()
        said = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
        for word in (line.strip() for line in said.stdout.splitlines()[1:]):
            if word.startswith("@"):
                known[name] |= group(word, known)
            elif word and not word.startswith("#"):
                known[name].add(word)
    return known[name]


def allowed(filters):
    calls, known = set(), {}
    for value in filters:
        for word in value.lstrip("~").split():
            some = group(word, known) if word.startswith("@") else {word}
            calls = calls - some if value.startswith("~") else calls | some
    return calls


def main():
    unit, trace_path = sys.argv[1:3]
    unit = settings(unit)
    with open(trace_path, encoding="utf-8", errors="replace") as file:
        trace = file.read()
    # The first execve is the starter's own, before the filter would be in force.
    calls = set(re.findall(r"^\d+ +([a-z_0-9]+)\(", trace, re.MULTILINE))
    families = set(re.findall(r"socket\((AF_[A-Z0-9]+)", trace))
    complaints = [f"system call {call}" for call in sorted(calls - allowed(unit["SystemCallFilter"]))]
    complaints += [f"socket family {one}" for one in sorted(families - set(unit["RestrictAddressFamilies"][0].split()))]
    if unit.get("MemoryDenyWriteExecute") == ["yes"] and re.search(r"PROT_WRITE\|PROT_EXEC", trace):
        complaints.append("memory that is writable and executable")
    assert len(calls) > 20 and families, "the trace holds too little to say anything"
    print("\n".join(complaints) or f"{len(calls)} system calls, {len(families)} socket families: all allowed")
    sys.exit(1 if complaints else 0)


main()
