#!/usr/bin/env python
"""Row 15: appends of four variables by xarray to a plain store, each then committed through `varve apply`.

Arguments: VARVE DISK SCALE. What a step changed is found by the times and sizes of the files."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import numpy
import xarray

from figures import Row, median_ms

varve, disk, scale = sys.argv[1:4]
sys.argv = [sys.argv[0], "15", disk, disk, scale]
row = Row("varve", "xarray %s" % xarray.__version__)
STEPS = max(5, row.scaled(60))


def step(i):
    shape = (1, 64, 64)
    values = numpy.random.default_rng(i).random(shape, dtype="f4")
    names = ("a", "b", "c", "d")
    return xarray.Dataset({n: (("t", "y", "x"), values + k) for k, n in enumerate(names)}, coords={"t": [i]})


def state(path):
    return {str(p.relative_to(path)): (p.stat().st_mtime_ns, p.stat().st_size) for p in path.rglob("*") if p.is_file()}


def main():
    plain = pathlib.Path(row.fresh(disk, "plain"))
    repo = row.fresh(disk, "repo")
    subprocess.run([varve, "init", repo], check=True, stdout=subprocess.DEVNULL)
    apply = subprocess.Popen([varve, "apply", repo, "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    before, writing, committing = {}, [], []
    for i in range(STEPS):
        start = time.perf_counter()
        if i == 0:
            step(i).to_zarr(plain, mode="w", consolidated=False)
        else:
            step(i).to_zarr(plain, append_dim="t", consolidated=False)
        writing.append(time.perf_counter() - start)
        after = state(plain)
        lines = [json.dumps({"put": k, "file": str(plain / k)}) for k in after if after[k] != before.get(k)]
        before = after
        start = time.perf_counter()
        apply.stdin.write("\n".join(lines + [json.dumps({"commit": "step %d" % i})]) + "\n")
        apply.stdin.flush()
        answer = json.loads(apply.stdout.readline())
        assert answer["type"] == "commit", answer
        committing.append(time.perf_counter() - start)
    apply.stdin.close()
    apply.wait()
    half = STEPS // 2
    row.tell("xarray append of 4 variables to a plain store, a step", median_ms(writing[half:]), "ms", system="zarr local")
    row.tell("its commit through varve apply, a step", median_ms(committing[half:]), "ms", first=1e3 * committing[0])
    shutil.rmtree(plain)
    shutil.rmtree(repo)


if __name__ == "__main__":
    main()
