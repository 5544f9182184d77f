"""S3 servers of one run, each from its start to its end, on ports of their own."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field

import installed
import signing
from ceph import Cluster

ACCESS, SECRET = "varve-tests", "not-a-secret-1"


@dataclass
class Server:
    """A running server. `files` is where it keeps a bucket's objects as plain files, if it does."""

    name: str
    endpoint: str
    access: str = ACCESS
    secret: str = SECRET
    files: object = None
    buckets: set = field(default_factory=set)

    def environment(self):
        """For commands that talk to it."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return dict(
            clean,
            AWS_ACCESS_KEY_ID=self.access,
            AWS_SECRET_ACCESS_KEY=self.secret,
            AWS_ENDPOINT_URL=self.endpoint,
            AWS_REGION="us-east-1",
            # What is read is what the server has.
            VARVE_CACHE="off",
        )

    def bucket(self, name):
        if name not in self.buckets:
            signing.ask(self, "PUT", f"/{name}")
            self.buckets.add(name)
        return name


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextlib.contextmanager
def _process(name, command, endpoint, directory, env=None, **more):
    directory.mkdir(parents=True, exist_ok=True)
    log = directory / "log"
    with open(log, "wb") as out:
        process = subprocess.Popen(
            command, cwd=directory, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=dict(os.environ, **(env or {}))
        )
    try:
        _await(endpoint, process, log)
        yield Server(name, endpoint, **more)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(directory, ignore_errors=True)


def _await(endpoint, process, log):
    for _ in range(600):
        try:
            urllib.request.urlopen(endpoint, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise installed.Missing(f"the server at {endpoint} did not start: {log.read_text(errors='replace')[-800:]}")


def versitygw(version, directory, tally, keep_alive=False):
    """By itself it ends the connection with each answer; other servers and the cloud's do not."""
    program = installed.go_program(installed.VERSITYGW, version, tally)
    port, files = free_port(), directory / "data"
    files.mkdir(parents=True)
    kept = []
    try:
        os.setxattr(files, "user.varve", b"1")
    except OSError:
        kept = ["--sidecar", str(directory / "sidecar")]
        (directory / "sidecar").mkdir()
    return _process(
        f"versitygw {version}",
        [program, "--port", f"127.0.0.1:{port}", "--quiet", *(["--keep-alive"] if keep_alive else []), "posix", *kept, str(files)],
        f"http://127.0.0.1:{port}",
        directory,
        env={"ROOT_ACCESS_KEY": ACCESS, "ROOT_SECRET_KEY": SECRET},
        files=files,
    )


def minio(directory, tally):
    program = installed.go_program(installed.MINIO, installed.MINIO_VERSION, tally)
    port = free_port()
    return _process(
        "MinIO 20260212201848",
        [program, "server", "--quiet", "--address", f"127.0.0.1:{port}", str(directory / "data")],
        f"http://127.0.0.1:{port}",
        directory,
        env={"MINIO_ROOT_USER": ACCESS, "MINIO_ROOT_PASSWORD": SECRET, "MINIO_BROWSER": "off"},
    )


def s3rver(directory, tally):
    home = installed.s3rver(tally)
    port = free_port()
    command = [
        "node", str(home / "node_modules" / "s3rver" / "bin" / "s3rver.js"),
        "-d", str(directory / "data"), "-a", "127.0.0.1", "-p", str(port), "--configure-bucket", "varve",
    ]  # fmt: skip
    (directory / "data").mkdir(parents=True)
    # It knows one user, whose keys cannot be chosen.
    return _process("s3rver 3.7.1", command, f"http://127.0.0.1:{port}", directory, access="S3RVER", secret="S3RVER")


@contextlib.contextmanager
def ceph(directory, tally):
    cluster = Cluster(installed.ceph(tally), directory, free_port(), free_port())
    try:
        cluster.start()
        yield Server("Ceph RGW", cluster.endpoint, access=cluster.access, secret=cluster.secret)
    finally:
        cluster.stop()
        shutil.rmtree(directory, ignore_errors=True)
