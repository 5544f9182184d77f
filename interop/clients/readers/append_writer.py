"""Appends to a plain Zarr store with xarray, a step for each line on standard input; prints the number of steps after each.

Every value of variable i at step n is 1000 * (i + 1) + n, and chunks are bare numbers, so that anybody can tell whose step a chunk is.
"""

import sys
import warnings

import numpy
import xarray

VARIABLES = ["salinity", "speed", "temperature", "uplift"]
SHAPE = (16, 16)


def step(n):
    values = {
        name: (("time", "y", "x"), numpy.full((1, *SHAPE), 1000.0 * (i + 1) + n))
        for i, name in enumerate(VARIABLES)
    }
    return xarray.Dataset(values, coords={"time": ("time", [float(n)])})


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    bare = {name: {"chunks": (1, *SHAPE), "compressors": ()} for name in VARIABLES} | {
        "time": {"chunks": (1,), "compressors": ()}
    }
    step(0).to_zarr(sys.argv[1], mode="w", zarr_format=3, consolidated=True, encoding=bare)
    print(1, flush=True)
    for steps, _ in enumerate(sys.stdin, 1):
        step(steps).to_zarr(sys.argv[1], append_dim="time", consolidated=True)
        print(steps + 1, flush=True)
