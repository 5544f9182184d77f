"""Servers built or installed once by their versions, kept outside the checkout."""

import contextlib
import fcntl
import os
import pathlib
import platform
import shutil
import subprocess

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "varve-interop"

VERSITYGW = "github.com/versity/versitygw/cmd/versitygw"
MINIO = "github.com/minio/minio"
MINIO_VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c"


class Missing(Exception):
    """Something that this machine lacks and that cannot be installed here."""


def go_program(package, version, tally):
    """A program of a Go module at a version."""
    name = package.rsplit("/", 1)[1]
    home = CACHE / f"{name}-{version}"
    with once(home) as absent:
        if absent:
            go = shutil.which("go") or "/usr/local/go/bin/go"
            if not os.access(go, os.X_OK):
                raise Missing("no go on this machine")
            tally.say(f"building {name} {version}")
            # What the module cache holds after it is of no further use to anybody but Go itself.
            _run(go, "install", "-ldflags", "-s -w", f"{package}@{version}", env=dict(os.environ, GOBIN=str(home)))
    return str(home / name)


def s3rver(tally):
    """The folder in which `node node_modules/s3rver/bin/s3rver.js` runs."""
    home = CACHE / "s3rver-3.7.1"
    with once(home) as absent:
        if absent:
            if not shutil.which("node") or not shutil.which("npm"):
                raise Missing("no node and npm on this machine")
            tally.say("installing s3rver 3.7.1")
            home.mkdir(parents=True)
            (home / "package.json").write_text('{"private": true}')
            _run("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "s3rver@3.7.1", cwd=home)
    return home


def ceph(tally):
    """The folder into which Debian's packages of Ceph are unpacked, without installing them."""
    home = CACHE / "ceph"
    with once(home) as absent:
        if absent:
            if not shutil.which("apt-get") or not shutil.which("dpkg"):
                raise Missing("no apt-get on this machine")
            tally.say("unpacking Ceph's packages")
            debs = home / "debs"
            debs.mkdir(parents=True)
            if os.geteuid() == 0:
                _run("apt-get", "update", "-qq")
            printed = _run(
                "apt-get", "install", "--no-install-recommends", "--print-uris", "-y",
                "ceph-mon", "ceph-osd", "ceph-common", "radosgw",
            )  # fmt: skip
            names = [line.split()[1].split("_")[0] for line in printed.splitlines() if line.startswith("'")]
            if not names:
                raise Missing("apt-get knows no packages of Ceph")
            _run("apt-get", "download", "-qq", *names, cwd=debs)
            for each in sorted(debs.iterdir()):
                _run("dpkg", "-x", str(each), str(home / "pkg"))
            shutil.rmtree(debs)
    return home / "pkg"


def libraries(packages):
    return packages / "usr" / "lib" / f"{platform.machine()}-linux-gnu"


@contextlib.contextmanager
def once(home):
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


def _run(*command, cwd=None, env=None):
    done = subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise Missing(f"{' '.join(command[:4])} ended with {done.returncode}: {done.stdout[-1000:].strip()}")
    return done.stdout
