"""A run that ends, whatever hangs in it."""

import contextlib
import os
import pathlib
import signal
import threading


def start(tally, seconds):
    """After so long the run is over: what it started is killed, the tally printed, and the process ended."""

    def over():
        tally.test("the run", f"took more than {seconds // 60} minutes")
        code = tally.finish()
        for pid in reversed(descendants(os.getpid())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        os._exit(code)

    timer = threading.Timer(seconds, over)
    timer.daemon = True
    timer.start()


def descendants(root):
    """Processes below one, parents first."""
    children = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name in brackets may hold anything; behind it come the state and the parent.
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found, at = [root], 0
    while at < len(found):
        found += children.get(found[at], [])
        at += 1
    return found[1:]
