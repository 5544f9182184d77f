#!/usr/bin/env python
"""TensorStore's OCDBT on a local file system, synced as it does by default. Arguments: see figures.Row."""
import importlib.metadata
import shutil

import tensorstore as ts

from figures import LENGTHS, Row, WIDTH, median_ms, size, timed, told_ingest, told_read, written

row = Row("ocdbt", "tensorstore %s" % importlib.metadata.version("tensorstore"))
# Nodes of about our size; by default they hold up to 8 MiB and every commit rewrites one.
TUNED = {"max_decoded_node_bytes": 16384, "max_inline_value_bytes": 1024}


def open_store(path, config=None):
    spec = {"driver": "ocdbt", "base": "file://" + path + "/"}
    if config:
        spec["config"] = config
    return ts.KvStore.open(spec).result()


def load(store, count, key):
    with ts.Transaction() as txn:
        into = store.with_transaction(txn)
        for i in range(count):
            into[key(i)] = b"%064d" % i


def chunk(i):
    return "big/c/%d/%d" % (i // WIDTH, i % WIDTH)


def one_chunk():
    count = row.scaled(1000) * WIDTH
    for label, base in row.places():
        for config, name in ((TUNED, "ocdbt tuned"), (None, "ocdbt")):
            path = row.fresh(base, "ocdbt")
            store = open_store(path, config)
            load(store, count, chunk)
            rounds = row.scaled(200) if config else 10
            for verb, key in (("overwrite", lambda i: chunk(row.random.randrange(count))), ("append", lambda i: chunk(count + i))):
                before = written()
                times = [timed(lambda: store.write(key(i), row.value()).result()) for i in range(rounds)]
                row.tell("%s one of %d chunks, %s" % (verb, count, label), median_ms(times), "ms", system=name,
                         written_bytes=(written() - before) / rounds)
            shutil.rmtree(path)


def bulk():
    count = row.scaled(1000) * WIDTH
    for config, name in ((TUNED, "ocdbt tuned"), (None, "ocdbt")):
        path = row.fresh(row.disk, "ocdbt")
        store = open_store(path, config)
        row.tell("commit of %d references" % count, timed(lambda: load(store, count, chunk)), "s", system=name)
        shutil.rmtree(path)


def tiny():
    commits = row.scaled(2_000)  # as many as Icechunk's
    path = row.fresh(row.disk, "ocdbt")
    store = open_store(path, TUNED)
    times = [timed(lambda: store.write("big/c/0/%d" % i, row.value()).result()) for i in range(commits)]
    tenth = commits // 10
    first, last = median_ms(times[:tenth]), median_ms(times[-tenth:])
    row.tell("last tenth of %d commits against the first" % commits, last / first, "x", system="ocdbt tuned",
             first_ms=first, last_ms=last, task="last")
    row.tell("bytes stored by %d commits without their values" % commits, (size(path) - 512 * commits) / 1e6, "MB",
             system="ocdbt tuned")
    shutil.rmtree(path)


def arrays():
    count = row.scaled(50_000)
    path = row.fresh(row.disk, "ocdbt")
    store = open_store(path, TUNED)
    with ts.Transaction() as txn:
        into = store.with_transaction(txn)
        for i in range(count):
            into["g%d/a%d/zarr.json" % (i // 100, i)] = b"x" * 330

    def commit():
        i = row.random.randrange(count)
        store.write("g%d/a%d/c/0/%d" % (i // 100, i, row.random.randrange(1000)), row.value()).result()

    row.tell("one-chunk commit among %d arrays" % count, median_ms([timed(commit) for _ in range(row.scaled(200))]), "ms",
             system="ocdbt tuned")
    shutil.rmtree(path)


def first_chunk():
    count = row.scaled(1000) * WIDTH
    path = row.fresh(row.disk, "ocdbt")
    load(open_store(path, TUNED), count, chunk)

    def read():
        i = row.random.randrange(count)
        # A context of its own: nothing is cached from the opening before.
        store = ts.KvStore.open({"driver": "ocdbt", "base": "file://" + path + "/"}, context=ts.Context()).result()
        assert store[chunk(i)] == b"%064d" % i

    read()
    row.tell("open and first chunk of %d" % count, median_ms([timed(read) for _ in range(row.scaled(100))]), "ms",
             system="ocdbt tuned")
    shutil.rmtree(path)


def reads():
    """Unverified, one at a time."""
    for length in LENGTHS:
        path = row.fresh(row.disk, "ocdbt")
        store = open_store(path)
        count = row.scaled((64 << 20) // length)
        fill(store, count, length)
        times = []
        for _ in range(2 * row.scaled(500)):
            key = chunk(row.random.randrange(count))
            times.append(timed(lambda: store[key]))
        told_read(row, length, times[len(times) // 2:])
        shutil.rmtree(path)


def fill(store, count, length):
    with ts.Transaction() as txn:
        into = store.with_transaction(txn)
        for i in range(count):
            into[chunk(i)] = row.random.randbytes(length)


def ingest():
    for length in LENGTHS[1:]:
        path = row.fresh(row.disk, "ocdbt")
        store, count = open_store(path), row.scaled((256 << 20) // length)
        values = [row.random.randbytes(length) for _ in range(count)]

        def load():
            with ts.Transaction() as txn:
                into = store.with_transaction(txn)
                for i, value in enumerate(values):
                    into[chunk(i)] = value

        told_ingest(row, length, count, timed(load))
        shutil.rmtree(path)


if __name__ == "__main__":
    {"1": one_chunk, "3": bulk, "4": tiny, "5": arrays, "6": reads, "7": ingest, "8": first_chunk}.get(row.row, lambda: None)()
