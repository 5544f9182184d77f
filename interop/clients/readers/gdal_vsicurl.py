"""GDAL's Zarr driver over /vsicurl, as rasterio brings it: the last two axes are a raster, all others its bands."""

import warnings

import numpy
import rasterio

import reading


def open_store(store):
    def open_array(entry):
        return Raster(f'ZARR:"/vsicurl/{store["url"]}":{entry["path"]}', entry)

    return open_array


class Raster:
    """The raster's values under the array's shape and data type; GDAL gives a half as a float, exactly."""

    def __init__(self, name, entry):
        self.shape = tuple(entry["shape"])
        # Else GDAL takes for the raster's axes what looks like longitude and latitude.
        axes = {"DIM_X": len(self.shape) - 1, "DIM_Y": len(self.shape) - 2} if len(self.shape) > 1 else {}
        self.file = rasterio.open(name, **axes)
        self.dtype = numpy.dtype(entry["dtype"])

    def __getitem__(self, part):
        raster = self.file.read()
        values = raster.astype(self.dtype)
        if not numpy.array_equal(values, raster, equal_nan=raster.dtype.kind in "fc"):
            raise ValueError(f"GDAL has {raster.dtype}, which is more than {self.dtype}")
        return values.reshape(self.shape)[part]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with rasterio.Env(GDAL_PAM_ENABLED="NO"):
        reading.serve(open_store)
