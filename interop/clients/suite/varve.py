"""Repositories made with the command `varve`, and its server."""

import json
import os
import pathlib
import signal
import subprocess
import urllib.parse
from dataclasses import dataclass

COMMAND = str(pathlib.Path(__file__).resolve().parents[3] / "varve")


# Commands that live for a second are compiled no better than they need.
SHORT = dict(os.environ, VARVE_OPTS=os.environ.get("VARVE_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"))


class Broken(Exception):
    """A command that ended otherwise than it should."""


def varve(*arguments, stdin=None):
    """Runs a command with --json and gives its objects."""
    done = subprocess.run(
        [COMMAND, *map(str, arguments), "--json"],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=SHORT,
        timeout=600,
    )
    if done.returncode:
        raise Broken(f"varve {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


@dataclass(frozen=True)
class Committed:
    """A state in a repository: by the commit's id, and by the branch and how far behind its head."""

    repository: str
    commit: str
    branch: str
    behind: int

    def addresses(self):
        """URL paths of the snapshot by what names it."""
        back = f"~{self.behind}" if self.behind else ""
        branch = urllib.parse.quote(self.branch, safe="") + back
        return {"commit": f"{self.repository}/@{self.commit}", "branch": f"{self.repository}/@{branch}"}


def commit_states(directory, states):
    """Commits the states of one data set one after another; gives Committed by state. What the last state does not grow from forks."""
    repository = directory / states[0].dataset
    varve("init", repository)
    by_name, trunk = {state.name: state for state in states}, set()
    line = states[-1]
    while line:
        trunk.add(line.name)
        line = by_name.get(line.parent)
    commits, branches = {}, {}
    for state in states:
        branch, options = "main", []
        if state.name not in trunk:
            branch = f"fork/{state.name}"
            options = ["-b", branch, "--base", commits[state.parent]]
        (done,) = varve("import", state.source, repository, "--delete", "-m", state.name, *options)
        commits[state.name] = done["commit"]
        branches.setdefault(branch, []).append(state)
    return {
        state: Committed(repository.name, commits[state.name], branch, len(line) - 1 - at)
        for branch, line in branches.items()
        for at, state in enumerate(line)
    }


class Serving:
    """`varve serve` over repositories, from its first word to its end by SIGTERM."""

    def __init__(self, repositories, log):
        self.log = log
        self.process = subprocess.Popen(
            [COMMAND, "serve", *map(str, repositories), "--port", "0", "--json"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=open(log, "wb"),
            text=True,
        )
        line = self.process.stdout.readline()
        if not line:
            raise Broken(f"varve serve ended with {self.process.wait()}: {log.read_text()[-2000:]}")
        self.url = json.loads(line)["url"].rstrip("/")

    def stop(self):
        """Ends it; gives its exit code, or None where it had to be killed."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None
        finally:
            self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if self.process.poll() is None:
            self.stop()
