"""A reader of a branch while somebody appends to it: never a mixed state. The same reader on the plain directory sees many."""

import hashlib
import itertools
import json
import pathlib
import struct
import subprocess
import threading
import time

import environments
from plain import PlainServer
from raw import Raw
from varve import COMMAND, Serving, varve

READERS = pathlib.Path(__file__).resolve().parents[1] / "readers"
VARIABLES = ["salinity", "speed", "temperature", "uplift"]
STEPS, POLLS = 60, 10_000
# A plain store is so during each append of xarray, which is a mixed state of another kind.
UNCONSOLIDATED = "the group's document tells of no arrays"


class Poller(threading.Thread):
    """Polls a store until it is told to stop: is every variable of one length, and is its newest chunk that of the last step?"""

    def __init__(self, url, path):
        super().__init__(daemon=True)
        self.raw, self.path = Raw(url), path
        self.stopping = threading.Event()
        self.polls, self.mixed, self.errors, self.lengths, self.falls = 0, [], [], set(), 0

    def run(self):
        last = 0
        while not self.stopping.is_set():
            try:
                length, problems = self.poll()
                self.mixed += problems[:1]
                self.lengths.add(length)
                self.falls += length < last
                last = length
            except Exception as failed:
                self.errors.append(f"{type(failed).__name__}: {failed}")
            self.polls += 1

    def poll(self):
        """One look: the group's document first, which says the commit where there are any, then all else at that commit."""
        status, headers, body = self.raw.ask(f"{self.path}/zarr.json")
        if status != 200:
            raise ValueError(f"GET {self.path}/zarr.json is {status}")
        commit = headers["Varve-Commit"]
        root = f"{self.path.rpartition('@')[0]}@{commit}" if commit else self.path
        told = (json.loads(body).get("consolidated_metadata") or {}).get("metadata", {})
        lengths = {f"consolidated {name}": told[name]["shape"][0] for name in VARIABLES if name in told}
        for name in VARIABLES:
            _, _, body = self.raw.ask(f"{root}/{name}/zarr.json")
            lengths[name] = json.loads(body)["shape"][0]
        problems = [] if len(set(lengths.values())) == 1 else [f"lengths {lengths}"]
        length = min(lengths.values())
        for i, name in enumerate(VARIABLES):
            status, _, body = self.raw.ask(f"{root}/{name}/c/{lengths[name] - 1}/0/0")
            value = struct.unpack("<d", body[:8])[0] if status == 200 else None
            if value != 1000 * (i + 1) + lengths[name] - 1 or body != body[:8] * (len(body) // 8):
                problems.append(f"{name} has {lengths[name]} steps, and the last is {value} ({status})")
        if len(told) < len(VARIABLES):
            problems.append(UNCONSOLIDATED)
        return length, problems

    def stop(self):
        self.stopping.set()
        self.join()
        self.raw.close()


class Pinned(threading.Thread):
    """Reads one snapshot over and over; keeps the digests of all it read."""

    def __init__(self, url, path, keys):
        super().__init__(daemon=True)
        self.raw, self.path, self.keys = Raw(url), path, keys
        self.stopping, self.digests, self.reads = threading.Event(), set(), 0

    def run(self):
        while not self.stopping.is_set():
            sha = hashlib.sha256()
            try:
                for key in self.keys:
                    status, _, body = self.raw.ask(f"{self.path}/{key}")
                    sha.update(f"{status} {len(body)} ".encode() + body)
                self.digests.add(sha.hexdigest())
            except Exception as failed:
                self.digests.add(f"{type(failed).__name__}: {failed}")
            self.reads += 1
            time.sleep(0.02)

    def stop(self):
        self.stopping.set()
        self.join()


class Commits:
    """Takes a plain store into a repository, each step as one commit: with import, then put, then one long apply."""

    def __init__(self, store, repository):
        self.store, self.repository = store, repository
        self.seen, self.apply = self.files(), None

    def files(self):
        return {p.relative_to(self.store).as_posix(): p.read_bytes() for p in self.store.rglob("*") if p.is_file()}

    def step(self, n):
        now = self.files()
        changed = [key for key in now if self.seen.get(key) != now[key]]
        self.seen = now
        if n <= STEPS // 6:
            varve("import", self.store, self.repository, "--delete", "-m", f"step {n}")
        elif n <= STEPS // 3:
            pairs = itertools.chain.from_iterable((key, self.store / key) for key in changed)
            varve("put", self.repository, *pairs, "-m", f"step {n}")
        else:
            if self.apply is None:
                command = [COMMAND, "apply", str(self.repository), "--json"]
                self.apply = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for line in [
                *({"put": key, "file": str(self.store / key)} for key in changed),
                {"commit": f"step {n}"},
            ]:
                self.apply.stdin.write(json.dumps(line) + "\n")
            self.apply.stdin.flush()
            if json.loads(self.apply.stdout.readline())["type"] != "commit":
                raise ValueError(f"apply made no commit of step {n}")

    def end(self):
        if self.apply is not None:
            self.apply.stdin.close()
            self.apply.wait()
            self.apply.stdout.close()


def check(tally, work):
    python = environments.python("zarr-3.4", tally)
    store, repository = work / "tear" / "store", work / "tear" / "ocean"
    writer = subprocess.Popen(
        [python, "-B", str(READERS / "append_writer.py"), str(store)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    writer.stdout.readline()
    varve("init", repository)
    (first,) = varve("import", store, repository, "-m", "step 0")
    commits = Commits(store, repository)
    with Serving([repository], work / "tear.log") as serving, PlainServer(store.parent) as plain:
        poller = Poller(serving.url, "/ocean/@main")
        pinned = Pinned(serving.url, f"/ocean/@{first['commit']}", sorted(commits.files()))
        control = Poller(plain.url, "/store")
        for thread in (poller, pinned):
            thread.start()
        began, steps = time.monotonic(), 0
        for n in range(1, STEPS + 1):
            if n == STEPS // 2:
                control.start()  # half of the appends are enough for it
            writer.stdin.write("next\n")
            writer.stdin.flush()
            steps = int(writer.stdout.readline())
            commits.step(n)
        commits.end()
        control.stop()
        while poller.polls < POLLS and time.monotonic() - began < 300:
            time.sleep(0.1)
        poller.stop()
        pinned.stop()
    writer.stdin.close()
    writer.wait()
    log = varve("log", repository)
    torn = sum(problem != UNCONSOLIDATED for problem in control.mixed)
    tally.say(
        f"tear test: {steps - 1} appends of {len(VARIABLES)} variables, {len(log)} commits, {poller.polls} polls of @main, {len(poller.lengths)} states seen, "
        f"{len(poller.mixed)} mixed, {len(poller.errors)} errors; pinned: {pinned.reads} reads, {len(pinned.digests)} digest; "
        f"plain directory: {control.polls} polls, {torn} mixed, {len(control.mixed) - torn} without metadata, {len(control.errors)} errors"
    )
    tally.test(
        "all appends are commits",
        [] if (steps, len(log)) == (STEPS + 1, STEPS + 1) else f"{steps} steps, {len(log)} commits",
    )
    tally.test(
        f"{POLLS} polls while appends are committed", [] if poller.polls >= POLLS else f"{poller.polls} polls only"
    )
    tally.test("no poll sees a mixed state", poller.mixed)
    tally.test("no poll fails", poller.errors)
    tally.test(
        "the branch is seen to move, and only forwards",
        (
            []
            if len(poller.lengths) > STEPS // 3 and not poller.falls
            else f"{len(poller.lengths)} states, {poller.falls} backwards"
        ),
    )
    tally.test(
        "a reader of the first commit reads the same again and again",
        (
            []
            if len(pinned.digests) == 1 and pinned.reads > 9
            else f"{len(pinned.digests)} digests in {pinned.reads} reads"
        ),
    )
    tally.test(
        "the same poll of the plain directory sees mixed states", [] if torn else f"none in {control.polls} polls"
    )
