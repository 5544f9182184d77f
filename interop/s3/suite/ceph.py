"""A cluster of one monitor, one store and one gateway, from unpacked packages, without root."""

import os
import signal
import subprocess
import time
import uuid

import installed

CONFIGURATION = """[global]
fsid = {fsid}
mon host = 127.0.0.1:{monitor}
auth cluster required = none
auth service required = none
auth client required = none
admin socket = {home}/run/$name.asok
pid file = {home}/run/$name.pid
log file = {home}/log/$name.log
run dir = {home}/run
plugin dir = {library}/ceph
erasure code dir = {library}/ceph/erasure-code
osd class dir = {library}/rados-classes
osd class load list = *
osd class default list = *
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd crush chooseleaf type = 0
osd objectstore = bluestore
bluestore block size = 10737418240
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail warn = 1
mon data avail crit = 0
mon cluster log file = {home}/log/cluster.log
ms bind ipv6 = false
[mon.a]
mon data = {home}/mon
[osd.0]
osd data = {home}/osd
# Without keys the store may send these before it knows the cluster, and then die.
osd class update on start = false
osd crush update on start = false
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{gateway} tcp_nodelay=1
rgw run sync thread = false
keyring = /dev/null
"""


class Cluster:
    """Lives in a folder; `start` makes it anew."""

    access, secret = "varve-tests", "not-a-secret-1"

    def __init__(self, packages, home, monitor, gateway):
        self.packages, self.home, self.monitor, self.gateway = packages, home, monitor, gateway
        self.endpoint = f"http://127.0.0.1:{gateway}"
        library = installed.libraries(packages)
        self.env = dict(
            os.environ,
            # Packages of before the directories were joined have theirs in /lib.
            LD_LIBRARY_PATH=f"{library}:{library}/ceph:{packages}/lib/{library.name}",
            PATH=f"{packages}/usr/bin:{packages}/usr/sbin:{os.environ['PATH']}",
            CEPH_CONF=str(home / "ceph.conf"),
            PYTHONPATH=str(packages / "usr/lib/python3/dist-packages"),
        )

    def start(self):
        for name in ("mon", "osd", "run", "log"):
            (self.home / name).mkdir(parents=True)
        fsid = str(uuid.uuid4())
        (self.home / "ceph.conf").write_text(
            CONFIGURATION.format(
                fsid=fsid,
                home=self.home,
                monitor=self.monitor,
                gateway=self.gateway,
                library=installed.libraries(self.packages),
            )
        )
        monmap = str(self.home / "monmap")
        self._run("monmaptool", "--create", "--clobber", "--fsid", fsid, "--addv", "a",
                  f"[v1:127.0.0.1:{self.monitor}]", monmap)  # fmt: skip
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap, "--mon-data", str(self.home / "mon"))
        self._run("ceph-mon", "-i", "a")
        self._until("-s")
        store = str(uuid.uuid4())
        self._until("osd", "new", store, "0")
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", store)
        self._run("ceph-osd", "-i", "0")
        self._until("osd", "crush", "add", "osd.0", "1.0", "host=h", "root=default")
        self._until("osd", "stat", says="1 up")
        self._run("radosgw-admin", "user", "create", "--uid", "varve", "--display-name", "varve",
                  "--access-key", self.access, "--secret-key", self.secret)  # fmt: skip
        self._run("radosgw", "-n", "client.rgw")
        for _ in range(120):
            if self._tried("curl", "-sf", "-o", "/dev/null", self.endpoint) is not None:
                return
            time.sleep(0.5)
        raise installed.Missing("the gateway of Ceph did not answer")

    def stop(self):
        for file in (self.home / "run").glob("*.pid"):
            try:
                os.kill(int(file.read_text()), signal.SIGKILL)
            except (OSError, ValueError):
                pass  # It is gone.

    def _run(self, *command):
        told = self._tried(*command)
        if told is None:
            raise installed.Missing(f"Ceph: {command[0]} failed: {self.said[-800:]}")
        return told

    def _tried(self, *command):
        try:
            done = subprocess.run(
                command, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
            )
        except subprocess.TimeoutExpired:
            self.said = f"{command[0]} did not end"
            return None
        self.said = done.stderr or done.stdout
        return done.stdout if done.returncode == 0 else None

    def _until(self, *words, says=""):
        for _ in range(60):
            told = self._tried("/usr/bin/python3", str(self.packages / "usr/bin/ceph"), *words)
            if told is not None and says in told:
                return
            time.sleep(0.5)
        raise installed.Missing(f"Ceph: 'ceph {' '.join(words)}' gave up: {self.said[-800:]}")
