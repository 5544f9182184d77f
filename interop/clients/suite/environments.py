"""Where the clients run: Python environments and node_modules by their pins, made once and kept outside the checkout."""

import contextlib
import fcntl
import glob
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parents[1]
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "varve-interop"


# No download may hang: a registry that does not answer is a failure that names what was to be installed.
INSTALL_SECONDS = 420


class Missing(Exception):
    """Something that this machine lacks and that cannot be installed here."""


def python(name, tally):
    """The interpreter of the environment that requirements/NAME.txt pins."""
    pins = (HERE / "requirements" / f"{name}.txt").read_text()
    wanted = pins.splitlines()[0].removeprefix("# python:").split()
    base, version = _interpreter(wanted)
    home = CACHE / f"{name}-{_hash(pins, version, base)}"
    with _once(home) as absent:
        if absent:
            tally.say(f"making the Python environment {name} with {base} ({version})")
            _run(base, "-m", "venv", str(home))
            _run(
                str(home / "bin" / "python"),
                "-m",
                "pip",
                "install",
                "-q",
                "--disable-pip-version-check",
                "--timeout=30",
                "--retries=3",
                "--no-deps",
                "-r",
                str(HERE / "requirements" / f"{name}.txt"),
            )
    return str(home / "bin" / "python")


def _interpreter(wanted):
    for version in wanted:
        found = [shutil.which(f"python{version}"), sys.executable]
        roots = [os.environ.get("PYENV_ROOT"), os.path.expanduser("~/.pyenv"), "/opt/pyenv", "/usr/local/pyenv"]
        for root in filter(None, roots):
            found += sorted(glob.glob(f"{root}/versions/{version}.*/bin/python{version}"), reverse=True)
        found += [
            f"/usr/bin/python{version}",
            f"/usr/local/bin/python{version}",
            f"/opt/python{version}/bin/python{version}",
        ]
        for candidate in filter(None, found):
            # A pyenv shim is there also where its version is not; a Debian python3 may have no ensurepip.
            tried = (
                subprocess.run(
                    [candidate, "-c", "import ensurepip, venv, sys; print(sys.version.split()[0])"],
                    capture_output=True,
                    text=True,
                )
                if os.access(candidate, os.X_OK)
                else None
            )
            if tried and tried.returncode == 0 and tried.stdout.startswith(f"{version}."):
                return candidate, tried.stdout.strip()
    raise Missing(f"no Python {' or '.join(wanted)} with venv on this machine")


def node(tally):
    """A folder with the node_modules that node/package-lock.json pins."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise Missing("no node and npm on this machine")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    names = ["package.json", "package-lock.json"]
    home = CACHE / f"node-{_hash(version, *[(HERE / 'node' / name).read_text() for name in names])}"
    with _once(home) as absent:
        if absent:
            tally.say(f"installing node_modules with node {version}")
            home.mkdir(parents=True)
            for name in names:
                shutil.copy(HERE / "node" / name, home)
            patience = ["--fetch-timeout=30000", "--fetch-retries=3"]
            _run("npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", *patience, cwd=home)
    return home


_INSTALLING = threading.Lock()


def chromium(tally):
    """The browser, installed with Debian's tools where it is missing."""
    with _INSTALLING:
        found = _browser()
        if not found and shutil.which("apt-get"):
            tally.say("installing chromium")
            sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
            with contextlib.suppress(Missing, OSError):
                apt = ["apt-get", "-o", "Acquire::http::Timeout=30", "-o", "Acquire::Retries=3"]
                _run(*sudo, *apt, "update", "-qq")
                _run(
                    *sudo,
                    "env",
                    "DEBIAN_FRONTEND=noninteractive",
                    *apt,
                    "install",
                    "-y",
                    "-qq",
                    "--no-install-recommends",
                    "chromium",
                )
            found = _browser()
        if not found:
            raise Missing("no chromium on this machine, and apt-get could not install it")
        return found


def _browser():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _hash(*parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@contextlib.contextmanager
def _once(home):
    """Gives whether the folder is to be made; what a broken-off run left is removed first. One process at a time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"{home.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = home / "made"
        absent = not made.exists()
        if absent:
            shutil.rmtree(home, ignore_errors=True)
        yield absent
        if absent:
            made.touch()


def _run(*command, cwd=None):
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired as late:
        raise Missing(f"{' '.join(command)} took more than {INSTALL_SECONDS} seconds") from late
    if done.returncode:
        raise Missing(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-4000:]}")
