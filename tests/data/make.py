"""Writes tests/data/python/ and tests/data/python.json: files by the packages that other people write scans with,
and what a reader must find in them.

    pip install numpy==2.4.6 tifffile==2026.3.3 imagecodecs==2026.3.6 pillow==13.0.0
    python3 tests/data/make.py

The manifest gives for every file the planes in the file's order: the sample type as portray keeps it, the shape, the SHA-256 of
the values in little endian row by row, and the first four values, so that a mismatch can be understood. What is expected
is computed from the arrays before they are written; only JPEG data are decoded again, by Pillow's or imagecodecs' libjpeg,
and hold 8x8 blocks of one value each so that every decoder agrees to the last bit.
"""

import hashlib
import json
import pathlib
import shutil

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

HERE = pathlib.Path(__file__).parent
OUT = HERE / "python"
ROWS, COLUMNS = 23, 37  # odd, so that strips and tiles end inside
manifest = []


def image(kind, seed=0):
    """Every bit of the type is used, and neighbours differ: a shift, a swap or a clip anywhere shows."""
    index = np.arange(ROWS * COLUMNS, dtype=np.uint64).reshape(ROWS, COLUMNS) + 1000 * seed
    if kind == "f4":
        return (index.astype(np.float64) * 0.37 - 100).astype(np.float32)
    bits = 8 * np.dtype(kind).itemsize
    mixed = (index * np.uint64(2654435761)) & np.uint64(2**32 - 1)
    return (mixed >> np.uint64(32 - bits)).astype(f"u{bits // 8}").view(kind)


def blocks(seed=0):
    """24 x 40 pixels in flat blocks of 8 x 8."""
    grey = (np.arange(15, dtype=np.uint32).reshape(3, 5) * 17 + 3 + seed).astype(np.uint8)
    return np.kron(grey, np.ones((8, 8), np.uint8))


def expect(name, *planes, **more):
    kept = {"i1": "i4", "i2": "i4"}
    found = []
    for plane in planes:
        kind = plane.dtype.str[1:]
        plane = plane.astype("<" + kept.get(kind, kind))
        found.append(
            {
                "type": {"u1": "u8", "u2": "u16", "u4": "u32", "i4": "i32", "f4": "f32"}[plane.dtype.str[1:]],
                "rows": plane.shape[0],
                "columns": plane.shape[1],
                "sha256": hashlib.sha256(np.ascontiguousarray(plane).tobytes()).hexdigest(),
                "first": [float(value) for value in plane.ravel()[:4]],
            }
        )
    manifest.append({"file": name, "planes": found, **more})


def tiff(name, data, *planes, **options):
    more = options.pop("expect", {})
    tifffile.imwrite(OUT / name, data, software=False, metadata=None, **options)
    expect(name, *(planes or [data]), **more)


def tiffs():
    kinds = {"u1": "u8", "u2": "u16", "u4": "u32", "f4": "f32"}
    for kind, word in kinds.items():
        for layout, how in {"strips": {"rowsperstrip": 5}, "tiles": {"tile": (16, 16)}}.items():
            for compression in [None, "lzw", "deflate", "packbits"]:
                for order, end in {"<": "le", ">": "be"}.items():
                    name = f"tiff-{word}-{layout}-{compression or 'none'}-{end}.tif"
                    tiff(name, image(kind), byteorder=order, compression=compression, photometric="minisblack", **how)
    for kind, word in {"i1": "i8", "i2": "i16", "i4": "i32"}.items():
        tiff(f"tiff-{word}.tif", image(kind), photometric="minisblack")
    for compression in [None, "lzw"]:
        for order, end in {"<": "le", ">": "be"}.items():
            name = f"bigtiff-{compression or 'none'}-{end}.tif"
            tiff(name, image("u2"), bigtiff=True, byteorder=order, compression=compression, photometric="minisblack")
    for kind, word in kinds.items():
        name = f"tiff-{word}-predictor.tif"
        tiff(name, image(kind), compression="deflate", predictor=True, photometric="minisblack", rowsperstrip=5)
    tiff("tiff-u16-predictor-tiles-be.tif", image("u2"), compression="lzw", predictor=True, byteorder=">",
         tile=(16, 32), photometric="minisblack")
    for kind, word in kinds.items():
        tiff(f"tiff-{word}-white-is-zero.tif", image(kind), photometric="miniswhite", expect={"polarity": "air_dark"})
    tiff("bigtiff-u16-white-is-zero-be.tif", image("u2"), bigtiff=True, byteorder=">", photometric="miniswhite",
         compression="deflate", tile=(16, 16), expect={"polarity": "air_dark"})
    two = np.stack([image("u2", 0), image("u2", 1)])
    mixed = np.ascontiguousarray(np.moveaxis(two, 0, -1))
    tiff("tiff-u16-two-pages.tif", two, *two, photometric="minisblack", compression="lzw")
    tiff("tiff-u16-two-samples.tif", mixed, *two, photometric="minisblack", planarconfig="contig", compression="deflate",
         predictor=True)
    tiff("tiff-u16-two-samples-tiles.tif", mixed, *two, photometric="minisblack", planarconfig="contig", tile=(16, 16))
    tiff("tiff-u16-two-samples-separate.tif", two, *two, photometric="minisblack", planarconfig="separate",
         compression="lzw", rowsperstrip=7)
    tiff("tiff-u16-two-samples-white-is-zero.tif", mixed, *two, photometric="miniswhite", planarconfig="contig",
         expect={"polarity": "air_dark"})
    three = np.stack([image("f4", seed) for seed in range(3)])
    tiff("tiff-f32-three-pages-be.tif", three, *three, photometric="minisblack", byteorder=">", compression="deflate")
    grey = image("u2")
    tiff("tiff-u16-rgb-grey.tif", np.stack([grey] * 3, -1), grey, photometric="rgb")
    tiff("tiff-u16-rgb-grey-separate.tif", np.stack([grey] * 3), grey, photometric="rgb", planarconfig="separate")
    with tifffile.TiffWriter(OUT / "tiff-u16-thumbnail.tif") as writer:
        writer.write(image("u2"), photometric="minisblack", metadata=None, software=False)
        writer.write(image("u2")[::4, ::4], photometric="minisblack", subfiletype=1, metadata=None, software=False)
    expect("tiff-u16-thumbnail.tif", image("u2"), warnings=["page_ignored"])
    tiff("tiff-jpeg-strips.tif", blocks(), imagecodecs.jpeg_decode(imagecodecs.jpeg_encode(blocks(), level=100)),
         compression="jpeg", compressionargs={"level": 100}, rowsperstrip=8, photometric="minisblack", expect={"warnings": ["lossy"]})
    tiff("tiff-jpeg-tiles.tif", blocks(), blocks(), compression="jpeg", compressionargs={"level": 100}, tile=(16, 16),
         photometric="minisblack", expect={"warnings": ["lossy"]})
    tifffile.imwrite(
        OUT / "CSQU3054383_tags.tif", image("u2"), photometric="minisblack", software=False, metadata=None,
        resolution=(2.5, 2.0), resolutionunit="CENTIMETER", datetime="2026:11:02 10:15:00",
        description=json.dumps({"portray": {"energies_mv": 6, "view": "side"}}),
        extratags=[(271, 2, 0, "Example Works", True), (272, 2, 0, "M6", True), (281, 3, 1, 4095, True)],
    )
    expect("CSQU3054383_tags.tif", image("u2"), container="CSQU3054383", time="2026-11-02T10:15:00",
           scanner="Example Works M6", pixel_mm=[4.0, 5.0], energies_mv=[6.0], view="side", full_scale=4095.0)
    for compression in ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"]:
        name = f"pillow-u16-{compression}.tif"
        Image.fromarray(image("u2")).save(OUT / name, compression=compression)
        expect(name, image("u2"))
    Image.fromarray(image("f4")).save(OUT / "pillow-f32.tif", compression="tiff_lzw")
    expect("pillow-f32.tif", image("f4"))
    Image.fromarray(image("i4")).save(OUT / "pillow-i32.tif")
    expect("pillow-i32.tif", image("i4"))


def pngs():
    for kind, word in {"u1": "u8", "u2": "u16"}.items():
        grey = image(kind)
        Image.fromarray(grey).save(OUT / f"pillow-{word}.png", dpi=(25.4 / 4, 25.4 / 4))
        expect(f"pillow-{word}.png", grey)
        (OUT / f"imagecodecs-{word}.png").write_bytes(imagecodecs.png_encode(grey, level=9))
        expect(f"imagecodecs-{word}.png", grey)
        (OUT / f"imagecodecs-{word}-rgb.png").write_bytes(imagecodecs.png_encode(np.stack([grey] * 3, -1)))
        expect(f"imagecodecs-{word}-rgb.png", grey)
        opaque = np.full_like(grey, np.iinfo(grey.dtype).max)
        (OUT / f"imagecodecs-{word}-rgba.png").write_bytes(imagecodecs.png_encode(np.stack([grey] * 3 + [opaque], -1)))
        expect(f"imagecodecs-{word}-rgba.png", grey)
    grey = image("u1")
    indexed = Image.frombytes("P", (COLUMNS, ROWS), (255 - grey).tobytes())
    indexed.putpalette([255 - index for index in range(256) for _ in range(3)])
    indexed.save(OUT / "pillow-palette.png")
    expect("pillow-palette.png", grey)


def jpegs():
    for name, pixels, options in [
        ("pillow.jpg", Image.fromarray(blocks()), {}),
        ("pillow-progressive.jpg", Image.fromarray(blocks()), {"progressive": True}),
        ("pillow-rgb.jpg", Image.fromarray(np.stack([blocks()] * 3, -1)), {"subsampling": 0}),
    ]:
        pixels.save(OUT / name, quality=100, **options)
        read = np.asarray(Image.open(OUT / name).convert("L"))
        expect(name, read, warnings=["lossy"])


def npys():
    for kind in ["u1", "u2", "u4", "i1", "i2", "i4", "f4"]:
        for order, end in {"<": "le", ">": "be"}.items():
            for memory in "CF":
                two = np.stack([image(kind, 0), image(kind, 1)]).astype(order + kind)
                for planes, data in {"2d": two[0], "3d": two}.items():
                    name = f"numpy-{kind}-{end}-{memory.lower()}-{planes}.npy"
                    np.save(OUT / name, np.asarray(data, order=memory))
                    expect(name, *(data if planes == "3d" else [data]))
    for version in [(2, 0), (3, 0)]:
        name = f"numpy-version-{version[0]}.npy"
        with open(OUT / name, "wb") as file:
            np.lib.format.write_array(file, image("u2"), version=version)
        expect(name, image("u2"))


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    tiffs()
    pngs()
    jpegs()
    npys()
    manifest.sort(key=lambda case: case["file"])
    lines = ",\n".join(json.dumps(case) for case in manifest)
    (HERE / "python.json").write_text(f"[\n{lines}\n]\n")
    size = sum(file.stat().st_size for file in OUT.iterdir())
    print(f"{len(manifest)} files, {size} bytes")


main()
