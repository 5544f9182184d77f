#!/usr/bin/env python
"""Plain files: no versions, no atomic change of two of them. Arguments: see figures.Row."""
import importlib.metadata
import os
import shutil

from zarr.core.buffer import cpu
from zarr.core.sync import sync
from zarr.storage import LocalStore

from figures import Row, median_ms, timed

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


if __name__ == "__main__":
    {"1": one_chunk}.get(row.row, lambda: None)()
