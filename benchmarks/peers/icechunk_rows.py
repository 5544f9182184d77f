#!/usr/bin/env python
"""Icechunk on a local file system, which it neither syncs nor verifies. Arguments: see figures.Row."""
import os
import shutil
import warnings

os.environ.setdefault("ICECHUNK_LOG", "error")

import icechunk
import zarr
from zarr.core.buffer import cpu
from zarr.core.sync import sync

from figures import Row, WIDTH, median_ms, size, timed, written

warnings.filterwarnings("ignore")
row = Row("icechunk", "icechunk %s" % icechunk.__version__)


def open_repo(path, create=False):
    config = icechunk.RepositoryConfig.default()
    storage = icechunk.local_filesystem_storage(path)
    return icechunk.Repository.create(storage, config) if create else icechunk.Repository.open(storage, config)


def array(store, name, shape):
    zarr.create_array(store, name=name, shape=shape, chunks=(1,) * len(shape), dtype="u1", compressors=None, filters=None)


def references(store, rows):
    """A million chunks as references to a file elsewhere: the fastest way to so many."""
    for y in range(rows):
        store.set_virtual_refs("big", [
            icechunk.VirtualChunkSpec(index=[y, x], location="file:///elsewhere/big", offset=y * WIDTH + x, length=1)
            for x in range(WIDTH)], validate_containers=False)


def big(path, rows):
    repo = open_repo(path, create=True)
    session = repo.writable_session("main")
    array(session.store, "big", (2 * rows, WIDTH))
    references(session.store, rows)
    session.commit("all")
    return repo


def put(repo, key):
    session = repo.writable_session("main")
    sync(session.store.set(key, cpu.Buffer.from_bytes(row.value())))
    session.commit("one chunk")


def any_chunk(rows):
    return "big/c/%d/%d" % (row.random.randrange(rows), row.random.randrange(WIDTH))


def one_chunk():
    rows = row.scaled(1000)
    for label, base in row.places():
        path = row.fresh(base, "icechunk")
        repo = big(path, rows)
        put(repo, any_chunk(rows))
        for verb, key in (("overwrite", lambda i: any_chunk(rows)), ("append", lambda i: "big/c/%d/%d" % (rows, i))):
            before = written()
            times = [timed(lambda: put(repo, key(i))) for i in range(7)]
            row.tell("%s one of %d chunks, %s" % (verb, rows * WIDTH, label), median_ms(times), "ms",
                     written_bytes=(written() - before) / len(times), syncs=0)
        shutil.rmtree(path)


def bulk():
    rows = row.scaled(1000)
    path = row.fresh(row.disk, "icechunk")
    repo = open_repo(path, create=True)
    session = repo.writable_session("main")
    array(session.store, "big", (rows, WIDTH))
    setting = timed(lambda: references(session.store, rows))
    commit = timed(lambda: session.commit("all"))
    row.tell("commit of %d references" % (rows * WIDTH), setting + commit, "s", commit_alone=commit, virtual=True)
    shutil.rmtree(path)


def tiny():
    commits = row.scaled(2_000)  # 10,000 leave gigabytes and take a quarter of an hour
    path = row.fresh(row.disk, "icechunk")
    repo = open_repo(path, create=True)
    session = repo.writable_session("main")
    array(session.store, "big", (1, commits))
    session.commit("array")
    times = [timed(lambda: put(repo, "big/c/0/%d" % i)) for i in range(commits)]
    tenth = commits // 10
    first, last = median_ms(times[:tenth]), median_ms(times[-tenth:])
    row.tell("last tenth of %d commits against the first" % commits, last / first, "x", first_ms=first, last_ms=last, task="last")
    row.tell("bytes stored by %d commits without their values" % commits, (size(path) - 512 * commits) / 1e6, "MB")
    shutil.rmtree(path)


def arrays():
    count = row.scaled(50_000)
    path = row.fresh(row.disk, "icechunk")
    repo = open_repo(path, create=True)
    session = repo.writable_session("main")
    document = b'{"zarr_format":3,"node_type":"array","shape":[1,1000],"data_type":"uint8","chunk_grid":{"name":"regular",' \
        b'"configuration":{"chunk_shape":[1,1]}},"chunk_key_encoding":{"name":"default","configuration":{"separator":"/"}},' \
        b'"fill_value":0,"codecs":[{"name":"bytes"}]}'
    for g in range((count + 99) // 100):
        zarr.create_group(session.store, path="g%d" % g)
    for i in range(count):
        sync(session.store.set("g%d/a%d/zarr.json" % (i // 100, i), cpu.Buffer.from_bytes(document)))
    session.commit("arrays")

    def commit():
        i = row.random.randrange(count)
        put(repo, "g%d/a%d/c/0/%d" % (i // 100, i, row.random.randrange(1000)))

    row.tell("one-chunk commit among %d arrays" % count, median_ms([timed(commit) for _ in range(15)]), "ms")
    times = []
    for _ in range(10):
        opened = open_repo(path)
        i = row.random.randrange(count)
        times.append(timed(lambda: sync(opened.readonly_session("main").store.get(
            "g%d/a%d/zarr.json" % (i // 100, i), cpu.buffer_prototype))))
    row.tell("first metadata read after opening, among %d arrays" % count, median_ms(times), "ms")
    shutil.rmtree(path)


def first_chunk():
    rows = row.scaled(1000)
    path = row.fresh(row.disk, "icechunk")
    repo = big(path, rows)
    put(repo, "big/c/0/0")

    def read():
        found = sync(open_repo(path).readonly_session("main").store.get("big/c/0/0", cpu.buffer_prototype))
        assert len(found) == 512

    read()
    row.tell("open and first chunk of %d" % (rows * WIDTH), median_ms([timed(read) for _ in range(10)]), "ms")
    shutil.rmtree(path)


def differences():
    rows = row.scaled(1000)
    path = row.fresh(row.disk, "icechunk")
    repo = big(path, rows)
    start = repo.lookup_branch("main")
    put(repo, any_chunk(rows))
    end = repo.lookup_branch("main")
    times = [timed(lambda: repo.diff(from_snapshot_id=start, to_snapshot_id=end)) for _ in range(30)]
    row.tell("one difference among %d" % (rows * WIDTH), median_ms(times), "ms")
    session = repo.writable_session("main")
    references(session.store, rows)
    session.commit("all changed")
    last = repo.lookup_branch("main")
    times = [timed(lambda: repo.diff(from_snapshot_id=end, to_snapshot_id=last)) for _ in range(3)]
    row.tell("%d differences" % (rows * WIDTH), median_ms(times) / 1e3, "s")
    shutil.rmtree(path)


if __name__ == "__main__":
    {"1": one_chunk, "3": bulk, "4": tiny, "5": arrays, "8": first_chunk, "9": differences}.get(row.row, lambda: None)()
