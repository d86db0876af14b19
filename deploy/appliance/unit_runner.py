#!/usr/bin/env python3
"""Runs a systemd unit's command as systemd would, where there is no systemd: for the package's own test.

unit_runner.py UNIT REPORT [TRACE]: reads User, ExecStart, StateDirectory, UMask, LimitNOFILE, WatchdogSec; gives the
process its notify socket; writes `ready`, `watchdog`, `stopping`, `exit CODE` into REPORT as they happen. SIGTERM is
passed on. The watchdog is made ten times more impatient, so that the test need not wait for it. With TRACE every system
call goes into that file (strace), for unit_hardening.py to hold against what the unit allows.
"""
import configparser
import os
import pwd
import resource
import shlex
import signal
import socket
import subprocess
import sys
import tempfile


def read_unit(path):
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str
    with open(path, encoding="utf-8") as file:
        parser.read_file(file)
    return parser["Service"]


def make_state(service, user):
    folder = os.path.join("/var/lib", service["StateDirectory"])
    os.makedirs(folder, exist_ok=True)
    os.chown(folder, user.pw_uid, user.pw_gid)
    os.chmod(folder, int(service["StateDirectoryMode"], 8))


def start(service, user, notify_path, watchdog_us, trace):
    def become():
        # A container may allow less than the unit asks for.
        limit = min(int(service["LimitNOFILE"]), resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.umask(int(service["UMask"], 8))
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)

    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG": "C.UTF-8",
        "USER": user.pw_name,
        "NOTIFY_SOCKET": notify_path,
        "WATCHDOG_USEC": str(watchdog_us),
    }
    command = shlex.split(service["ExecStart"])
    if trace:
        command = ["strace", "-D", "-f", "-qq", "-s", "0", "-o", trace, *command]
    return subprocess.Popen(command, cwd=service["WorkingDirectory"], env=environment, preexec_fn=become)


def main():
    unit, report_path = sys.argv[1:3]
    trace = sys.argv[3] if len(sys.argv) > 3 else None
    service = read_unit(unit)
    assert service["Type"] == "notify", "the unit does not wait for readiness"
    user = pwd.getpwnam(service["User"])
    make_state(service, user)
    watchdog_us = int(service["WatchdogSec"]) * 1_000_000 // 10

    with tempfile.TemporaryDirectory() as folder, open(report_path, "a", encoding="utf-8") as report:
        os.chmod(folder, 0o755)
        notify_path = os.path.join(folder, "notify")
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(notify_path)
        os.chmod(notify_path, 0o777)
        notify.settimeout(0.1)
        child = start(service, user, notify_path, watchdog_us, trace)
        signal.signal(signal.SIGTERM, lambda *_: child.send_signal(signal.SIGTERM))
        while child.poll() is None:
            try:
                words = notify.recv(4096).decode()
            except (TimeoutError, InterruptedError):
                continue
            for word, meaning in (("READY=1", "ready"), ("WATCHDOG=1", "watchdog"), ("STOPPING=1", "stopping")):
                if word in words.split("\n"):
                    print(meaning, file=report, flush=True)
        print(f"exit {child.returncode}", file=report, flush=True)


main()
