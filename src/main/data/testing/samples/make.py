"""Writes the samples beside it, with h5py, netCDF4 and zarr 2: forms that this program reads and does not write.

Every file holds the numbers 0, 1, 2, … of float64 in C order over the shape that its tests name, unless said otherwise.
"""
import json
from base64 import b64encode
from pathlib import Path

import h5py
import netCDF4
import numcodecs
import numpy as np

here = Path(__file__).parent
states = np.arange(2 * 3 * 2 * 4 * 5, dtype="f8").reshape(2, 3, 2, 4, 5)

with h5py.File(here / "types.h5", "w") as file:
    for kind in ("f2", "f4", "f8", "i1", "u2", "i4", "i8"):
        file[f"little/{kind}"] = np.arange(12).reshape(3, 4).astype("<" + kind)
        file[f"big/{kind}"] = np.arange(12).reshape(3, 4).astype(">" + kind)
    file["truth"] = np.arange(4) % 2 == 0
    file["words"] = ["no", "numbers"]

# Numbers that are not what their width says, a record, what lies too deep, and packed values as NetCDF has them.
with h5py.File(here / "unusual.h5", "w") as file:
    brain = h5py.h5t.IEEE_F16LE.copy()
    brain.set_fields(15, 7, 8, 0, 7)
    brain.set_ebias(127)
    middle = h5py.h5t.STD_I16LE.copy()
    middle.set_precision(12)
    middle.set_offset(2)
    whole = (h5py.h5s.ALL, h5py.h5s.ALL)
    for name, kind, chunks in (("brain", brain, None), ("middle", middle, None), ("chunks", middle, (1, 4))):
        creation = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        if chunks is not None:
            creation.set_chunk(chunks)
        space = h5py.h5s.create_simple((3, 4))
        made = h5py.h5d.create(file.id, name.encode(), kind, space, creation)
        made.write(*whole, np.arange(12.0).reshape(3, 4))
    file["records"] = np.zeros(3, [("a", "f4"), ("b", "i4")])
    file["/".join("g" * 25) + "/deep"] = np.arange(12.0)
    file["packed"] = np.arange(12, dtype="i2").reshape(3, 4)
    file["packed"].attrs.update({"scale_factor": 0.5, "add_offset": 10.0, "_FillValue": np.int16(11)})

with h5py.File(here / "filters.h5", "w") as file:
    for name, options in {
        "plain": {},
        "chunks": {"chunks": (1, 2, 2, 3, 4)},
        "gzip": {"chunks": (1, 2, 2, 3, 4), "compression": "gzip", "shuffle": True},
        "checksum": {"chunks": (2, 1, 1, 4, 5), "fletcher32": True},
        "lzf": {"chunks": (1, 2, 2, 3, 4), "compression": "lzf"},
        "lzf_shuffle": {"chunks": (1, 2, 2, 3, 4), "compression": "lzf", "shuffle": True},
    }.items():
        file.create_dataset(name, data=states, **options)

# Chunks of more than 16 KiB, in both versions of objects' headers; they hold steps, which pack well.
steps = (np.arange(3 * 72 * 64) // 700).reshape(3, 72, 64)
for libver, newest in (("earliest", "latest"), ("v108", "v108")):
    with h5py.File(here / f"large_{libver}.h5", "w", libver=(libver, newest)) as file:
        for name, kind, options in (
            ("gzip", "<f4", {"shuffle": False}),
            ("shuffled", "<f4", {"shuffle": True}),
            ("checksum", "<f4", {"shuffle": True, "fletcher32": True}),
            ("wide", ">f8", {"shuffle": True}),
            ("narrow", "<i2", {"shuffle": True, "chunks": (3, 72, 64)}),
        ):
            options = {"chunks": (1, 72, 64), **options}
            file.create_dataset(name, data=steps.astype(kind), compression="gzip", **options)
            # Enough of them to go on in another part of the header.
            for i in range(12):
                file[name].attrs[f"note {i}"] = "n" * 40
        file.create_dataset("sparse", (4, 72, 64), "<f4", chunks=(1, 72, 64), fillvalue=7.5)

# Every index of chunks that the newest version of the format has; what cannot be packed goes without the filter.
with h5py.File(here / "newest.h5", "w", libver="latest") as file:
    for name, options in {
        "single": {"chunks": states.shape},
        "fixed": {"chunks": (1, 2, 2, 3, 4)},
        "extensible": {"chunks": (1, 2, 2, 3, 4), "maxshape": (2, None, 2, 4, 7)},
        "tree": {"chunks": (1, 2, 2, 3, 4), "maxshape": (None, None, 2, 4, 5)},
        "checksum": {"chunks": (1, 2, 2, 3, 4), "fletcher32": True},
    }.items():
        file.create_dataset(name, data=states, compression="lzf", **options)
    # So many chunks that the index has pages, blocks of blocks, or branches.
    many = (np.arange(1200) % 251).astype("u1")
    for name, most in (("fixed", None), ("extensible", (None,))):
        file.create_dataset(f"many/{name}", data=many, chunks=(1,), maxshape=most, compression="lzf")
    wide = many[:300].reshape(20, 15)
    file.create_dataset("many/tree", data=wide, chunks=(1, 1), maxshape=(None, None), compression="lzf")
    some = file.create_dataset("some", (1200,), "u1", chunks=(1,), compression="lzf", fillvalue=7)
    some[3], some[1100] = 3, 11

with h5py.File(here / "links.h5", "w") as file:
    file["states"] = states
    file["again"] = h5py.SoftLink("/states")
    file["nowhere"] = h5py.SoftLink("/nowhere")
    file["other"] = h5py.ExternalLink("types.h5", "/little/f4")
    file["circle/itself"] = file["/"]
    file.create_dataset("outside", (8,), "u1", external=[("make.py", 0, 8)])
    layout = h5py.VirtualLayout((3, 4), "f4")
    layout[:] = h5py.VirtualSource("types.h5", "little/f4", (3, 4))
    file.create_virtual_dataset("virtual", layout)

with h5py.File(here / "matlab.mat", "w", userblock_size=512) as file:
    file["u"] = states.T
with open(here / "matlab.mat", "r+b") as file:
    file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\2IM")

for version in ("CLASSIC", "64BIT_OFFSET", "64BIT_DATA"):
    with netCDF4.Dataset(here / f"{version.lower()}.nc", "w", format=f"NETCDF3_{version}") as file:
        file.createDimension("time", None)
        file.createDimension("y", 3)
        file.createDimension("x", 5)
        file.createVariable("x", "f8", ("x",))[:] = np.arange(5) / 4
        # Rows of odd bytes, so that records are padded.
        for name, kind in (("vx", "f4"), ("vy", "i2")):
            variable = file.createVariable(name, kind, ("time", "y", "x"))
            variable[:] = np.arange(4 * 15).reshape(4, 3, 5)
        file.createVariable("time", "f8", ("time",))[:] = np.arange(4) / 2

with netCDF4.Dataset(here / "packed.nc", "w") as file:
    for name, extent in (("time", 2), ("y", 2), ("x", 3)):
        file.createDimension(name, extent)
    packed = file.createVariable("p", "i2", ("time", "y", "x"), fill_value=-1)
    packed.set_auto_maskandscale(False)
    packed.scale_factor, packed.add_offset = 0.5, 10.0
    packed[:] = np.arange(12).reshape(2, 2, 3)
    missing = file.createVariable("q", "f4", ("time", "y", "x"), fill_value=1e20)
    missing[:] = np.arange(12).reshape(2, 2, 3)
    missing[1, 1, 2] = 1e20

wave = (np.arange(600) // 7).astype("i4")
samples = [
    {
        "compressor": compressor,
        "shuffle": shuffle,
        "content": b64encode(
            numcodecs.Blosc(cname=compressor, clevel=9, shuffle=shuffle, blocksize=size).encode(wave)
        ).decode(),
    }
    for compressor in ("blosclz", "lz4", "zlib", "zstd")
    for shuffle in (0, 1, 2)
    for size in (0, 1024)
]
# Text for Huffman's code and sequences, a wave for repeated distances, noise that is stored, and one byte many times.
contents = {
    "text": "".join(f"line {i} of {i * i % 97} and {i * 7 % 31}; " for i in range(90)).encode(),
    "wave": (np.sin(np.arange(700) / 9) * 100).round(1).astype("f4").tobytes(),
    "noise": np.random.default_rng(1).integers(0, 256, 300, "u1").tobytes(),
    "zeros": bytes(5000),
    "none": b"",
}
frames = [
    {
        "name": name,
        "level": level,
        "content": b64encode(content).decode() if name != "zeros" else "AAAA" * 1666 + "AAA=",
        "frame": b64encode(numcodecs.Zstd(level).encode(content)).decode(),
    }
    for name, content in contents.items()
    for level in (1, 19)
]
(here / "zstd.json").write_text(json.dumps(frames, indent=1) + "\n")
(here / "blosc.json").write_text(json.dumps(samples, indent=1) + "\n")
