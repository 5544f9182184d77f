"""What every Python reader does: takes a job on standard input, reads arrays, prints a digest of each.

In:  {"stores": [{"id", "url", "consolidated", "arrays": [{"path", "shape", "dtype", "zarr_format", "rows"}]}]}
Out: one JSON object a line, {"store", "array", "sha256"} or {"store", "array", "error"}; last {"done": true}.
`rows`, where it is not null, lists the ranges of the first axis to read, in order, instead of everything.
"""

import hashlib
import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy

SLAB = 32 << 20


def selections(shape, rows):
    """The parts of an array to read one after another, none of them much above SLAB."""
    if not shape:
        return [()]
    width = 8
    for length in shape[1:]:
        width *= max(1, length)
    step = max(1, SLAB // width)
    return [
        slice(at, min(at + step, end)) for start, end in (rows or [[0, shape[0]]]) for at in range(start, end, step)
    ]


def encode(block):
    """Values as bytes: C order, little-endian; texts and byte strings each behind their length."""
    block = numpy.asarray(block)
    if block.dtype.kind not in "OTUS":
        return block.astype(block.dtype.newbyteorder("<"), order="C", copy=False).tobytes()
    out = bytearray()
    for item in block.reshape(-1).tolist():
        raw = item if isinstance(item, bytes) else str(item).encode()
        out += len(raw).to_bytes(4, "little") + raw
    return bytes(out)


def digest(array, rows=None):
    """SHA-256 of the values of anything with a shape and slices."""
    sha = hashlib.sha256()
    for part in selections(tuple(array.shape), rows):
        sha.update(encode(array[part]))
    return sha.hexdigest()


def serve(open_store, workers=1, measure=None):
    """Does the job. `open_store(store)` gives a function from an array's entry to the array."""
    lock = threading.Lock()

    def say(answer):
        with lock:
            print(json.dumps(answer), flush=True)

    def read(store):
        try:
            open_array = open_store(store)
        except Exception as failed:
            open_array = failing(failed)
        for entry in store["arrays"]:
            answer = {"store": store["id"], "array": entry["path"]}
            try:
                array = open_array(entry)
                if tuple(array.shape) != tuple(entry["shape"]):
                    raise ValueError(f"shape {tuple(array.shape)}, not {tuple(entry['shape'])}")
                say(answer | {"sha256": (measure or digest)(array, entry["rows"])})
            except Exception as failed:
                say(answer | {"error": f"{type(failed).__name__}: {failed}"[:400]})

    stores = json.load(sys.stdin)["stores"]
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(read, stores))
    print(json.dumps({"done": True}), flush=True)


def failing(failure):
    def open_array(entry):
        raise failure

    return open_array
