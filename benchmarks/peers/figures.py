"""What the programs of the other systems share: times, lines of JSON, arguments."""
import json
import os
import pathlib
import platform
import random
import shutil
import statistics
import sys
import time

WIDTH = 1000
VALUE = 512
LENGTHS = (4 << 10, 64 << 10, 1 << 20)


class Row:
    """One run of a program: ROW DISK MEMORY SCALE."""

    def __init__(self, system, version):
        self.row, self.disk, self.memory, scale = sys.argv[1:5]
        self.scale = float(scale)
        self.system = system
        self.version = "%s, python %s" % (version, platform.python_version())
        self.random = random.Random(7)

    def scaled(self, full):
        return max(min(full, 10), round(full * self.scale))

    def places(self):
        return [("disk", self.disk), ("memory", self.memory)]

    def fresh(self, base, name):
        path = os.path.join(base, "peer-" + name)
        shutil.rmtree(path, ignore_errors=True)
        return path

    def value(self):
        return self.random.randbytes(VALUE)

    def tell(self, what, figure, unit, system=None, **more):
        print(json.dumps({
            "row": int(self.row), "system": system or self.system, "what": what,
            "figure": float("%.4g" % figure), "unit": unit, **more,
            "machine": "%d x %s" % (os.cpu_count(), platform.machine()), "versions": self.version}), flush=True)


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median_ms(times):
    return 1e3 * statistics.median(times)


def written():
    """Bytes given to write calls by this process so far."""
    try:
        for text in pathlib.Path("/proc/self/io").read_text().splitlines():
            if text.startswith("wchar: "):
                return int(text[7:])
    except OSError:
        pass
    return 0


def size(path):
    return sum(f.stat().st_size for f in pathlib.Path(path).rglob("*") if f.is_file())


def told_read(row, length, times):
    """Beside what is read without verification by us, for nothing is verified here."""
    row.tell("random warm read of %d KiB by key" % (length >> 10), 1e3 * median_ms(times), "us",
             task="random warm read of %d KiB, by hash, known good" % (length >> 10))


def told_ingest(row, length, count, seconds):
    row.tell("ingest of values of %d KiB, synced" % (length >> 10), count * length / 1e9 / seconds, "GB/s", values=count)
