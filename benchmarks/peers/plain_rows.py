#!/usr/bin/env python
"""Plain files: no versions, no atomic change of two of them. Arguments: see figures.Row."""
import importlib.metadata
import os
import shutil

from zarr.core.buffer import cpu
from zarr.core.sync import sync
from zarr.storage import LocalStore

from figures import LENGTHS, Row, median_ms, timed, told_ingest, told_read

row = Row("zarr local", "zarr %s" % importlib.metadata.version("zarr"))


def one_chunk():
    """Each figure is of the file alone: the number of its neighbours hardly matters to a directory."""
    count = row.scaled(1000) * 1000
    for label, base in row.places():
        path = row.fresh(base, "plain")
        store = sync(LocalStore.open(path))
        times = [timed(lambda: sync(store.set("big/c/0/%d" % i, cpu.Buffer.from_bytes(row.value())))) for i in range(row.scaled(300))]
        row.tell("overwrite one of %d chunks, %s" % (count, label), median_ms(times), "ms", syncs=0)

        def replace(i):
            target = os.path.join(path, "big/c/0/%d" % i)
            with open(target + ".new", "wb") as file:
                file.write(row.value())
                file.flush()
                os.fsync(file.fileno())
            os.replace(target + ".new", target)
            folder = os.open(os.path.dirname(target), os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)

        times = [timed(lambda: replace(i)) for i in range(row.scaled(100))]
        row.tell("overwrite one of %d chunks, %s" % (count, label), median_ms(times), "ms", system="synced file", syncs=2)
        shutil.rmtree(path)


def put_all(store, values):
    for i, value in enumerate(values):
        sync(store.set("big/c/0/%d" % i, cpu.Buffer.from_bytes(value)))


def reads():
    """Unverified, one at a time."""
    for length in LENGTHS:
        path = row.fresh(row.disk, "plain")
        store = sync(LocalStore.open(path))
        count = row.scaled((64 << 20) // length)
        put_all(store, (row.random.randbytes(length) for _ in range(count)))
        times = []
        for _ in range(2 * row.scaled(500)):
            key = "big/c/0/%d" % row.random.randrange(count)
            times.append(timed(lambda: sync(store.get(key, cpu.buffer_prototype))))
        told_read(row, length, times[len(times) // 2:])
        shutil.rmtree(path)


def ingest():
    """A file a value, and one sync of the file system at the end."""
    for length in LENGTHS[1:]:
        path = row.fresh(row.disk, "plain")
        store, count = sync(LocalStore.open(path)), row.scaled((256 << 20) // length)
        values = [row.random.randbytes(length) for _ in range(count)]
        os.sync()
        told_ingest(row, length, count, timed(lambda: (put_all(store, values), os.sync())))
        shutil.rmtree(path)


if __name__ == "__main__":
    {"1": one_chunk, "6": reads, "7": ingest}.get(row.row, lambda: None)()
