"""A second implementation of the Varve format, to show that docs/format.md suffices.

Written from that text, with nothing but the standard library. It decodes and encodes every object of
the format and cuts trees. The sections are those of format.md.

    python3 docs/vectors/reader.py

checks it against the vectors (by way of run.py) and prints how many agree, or what differs and then
exits with 1.
"""

import bisect
import json
import pathlib
import struct
import sys

from hashes import HASH_CODES, HASHES, M64, crc32c, sha256, xxh64

HERE = pathlib.Path(__file__).resolve().parent
M31 = (1 << 31) - 1
M63 = (1 << 63) - 1


class Damaged(Exception):
    """The bytes break a rule of the format."""


class Unsupported(Exception):
    """The bytes are of a newer version."""


def check(holds, rule):
    if not holds:
        raise Damaged(rule)


# --- Section 2: conventions ----------------------------------------------------------------------


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def string(text):
    return varint(len(text.encode())) + text.encode()


def header(magic):
    return magic + b"\x01"


class Input:
    """Takes fields from the front of a byte string."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        check(count <= len(self.data) - self.at, "it ends early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, width):
        return int.from_bytes(self.take(width), "big")

    def varint(self, most=M64):
        value = 0
        for shift in range(0, 70, 7):
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                check(byte > 0 or shift == 0, "a varint is longer than needed")
                check(value <= most, "a number is above %d" % most)
                return value
        raise Damaged("a varint has more than 64 bits")

    def string(self, most):
        try:
            return self.take(self.varint(most)).decode("utf-8")
        except UnicodeDecodeError:
            raise Damaged("a string is not UTF-8") from None

    def hashes(self, most):
        return [self.take(32) for _ in range(self.varint(most))]

    def header(self, magic):
        check(self.take(4) == magic, "it has not the magic %r" % magic)
        version = self.number(1)
        if version != 1:
            raise Unsupported("version %d; 1 is known" % version)

    def extensions(self, most):
        """The non-critical extensions, each with its id; what they mean is up to the object."""
        found = []
        for _ in range(self.varint(64)):
            critical, number = self.number(1), self.varint()
            found.append((number, self.take(self.varint(most))))
            if critical:
                raise Unsupported("critical extension %d" % number)
        return found

    def end(self):
        check(self.at == len(self.data), "bytes follow the last field")


# --- Sections 4 and 5: keys and entries ----------------------------------------------------------


def check_key(key):
    check(1 <= len(key) <= 1024, "a key has 1 to 1024 bytes")
    check(b"\0" not in key, "a key holds a NUL")
    check(all(s not in (b"", b".", b"..") for s in key.split(b"/")), "a segment is empty, . or ..")
    try:
        key.decode("utf-8")
    except UnicodeDecodeError:
        raise Damaged("a key is not UTF-8") from None


def is_metadata(key):
    return key.split(b"/")[-1] in (b"zarr.json", b".zarray", b".zattrs", b".zgroup", b".zmetadata")


INLINE, BLOB, EMPTY = 1, 2, 5


class Entry:
    """kind, length of the value, and what stands in the node: the value, its hash, or nothing."""

    def __init__(self, kind, length, data):
        self.kind, self.length, self.data = kind, length, data

    def __eq__(self, other):
        return vars(self) == vars(other)


def entry_of(key, value, hash_of):
    if not value:
        return Entry(EMPTY, 0, b"")
    if is_metadata(key) and len(value) <= 65536:
        return Entry(INLINE, len(value), value)
    return Entry(BLOB, len(value), hash_of(value))


class Child:
    """An interior node's entry: the hash of a node, and how much lies below it."""

    def __init__(self, hash_, keys, length):
        self.hash, self.keys, self.length = hash_, keys, length

    def __eq__(self, other):
        return vars(self) == vars(other)


# --- Section 6: nodes ----------------------------------------------------------------------------


def common(a, b):
    n = 0
    while n < len(a) and n < len(b) and a[n] == b[n]:
        n += 1
    return n


def width(largest):
    return max(1, (largest.bit_length() + 7) // 8)


def column(values, wide):
    return b"".join(v.to_bytes(wide, "big") for v in values)


def encode_node(level, items):
    """The bytes of a node of (key, Entry) or (key, Child)."""
    restarts, keys = [], bytearray()
    for i, (key, _) in enumerate(items):
        if i % 16 == 0:
            restarts.append(len(keys))
        shared = common(items[i - 1][0], key) if i % 16 else 0
        keys += varint(shared) + varint(len(key) - shared) + key[shared:]
    what = [item for _, item in items]
    flags = 0
    if level == 0:
        flags = int(bool(what) and all(e.kind == BLOB for e in what))
        data = b"".join(e.data for e in what)
        wide1 = width(max([e.length for e in what], default=0))
        wide2 = 0 if flags else width(len(data))
        columns = column([e.length for e in what], wide1)
        if not flags:
            ends = [sum(len(e.data) for e in what[:i + 1]) for i in range(len(what))]
            columns = bytes(e.kind for e in what) + columns + column(ends, wide2)
    else:
        data = b"".join(c.hash for c in what)
        wide1, wide2 = width(max(c.keys for c in what)), width(max(c.length for c in what))
        columns = column([c.keys for c in what], wide1) + column([c.length for c in what], wide2)
    head = struct.pack(">BBBIIIBB", 1, level, flags, len(items), len(keys), len(data), wide1, wide2)
    return header(b"VRVN") + head + column(restarts, 4) + bytes(keys) + columns + data


def decode_node(data):
    """Level and (key, Entry) or (key, Child) of a node, every rule checked."""
    check(len(data) <= 524288, "a node has at most 524288 bytes")
    head = Input(data)
    head.header(b"VRVN")
    if head.number(1) != 1:
        raise Unsupported("chunker")
    level, flags = head.number(1), head.number(1)
    count, key_bytes, data_bytes = head.number(4), head.number(4), head.number(4)
    wide1, wide2 = head.number(1), head.number(1)
    check(level <= 16 and flags <= (level == 0), "level or flags")
    check(count > 0 or (level == 0 and not flags), "a node without entries")
    check(1 <= wide1 <= 8 and (wide2 == 0 if flags else 1 <= wide2 <= 8), "widths")
    mixed = level == 0 and not flags
    points = -(-count // 16)
    columns = key_bytes + count * (wide1 + wide2 + mixed) + data_bytes
    check(len(data) == 22 + 4 * points + columns, "the columns do not fill the node")
    restarts = [head.number(4) for _ in range(points)]
    keys = decode_keys(Input(head.take(key_bytes)), restarts, count)
    kinds = head.take(count) if mixed else bytes([BLOB]) * count
    first = [head.number(wide1) for _ in range(count)]
    second = [head.number(wide2) for _ in range(count)] if wide2 else range(32, 32 * count + 1, 32)
    body = head.take(data_bytes)
    check(wide1 == width(max(first, default=0)), "width1 is not the least")
    if level > 0:
        check(data_bytes == 32 * count, "there is not one hash for each child")
        check(wide2 == width(max(second)), "width2 is not the least")
        check(min(first) > 0 and max(sum(first), sum(second)) <= M63, "totals")
        items = [Child(body[32 * i:32 * i + 32], first[i], second[i]) for i in range(count)]
    else:
        items = decode_entries(kinds, first, second, body)
        uniform = count > 0 and all(e.kind == BLOB for e in items)
        check(uniform == bool(flags), "the leaf is uniform and does not say so")
        check(flags or wide2 == width(data_bytes), "width2 is not the least")
    return level, list(zip(keys, items))


def decode_keys(source, restarts, count):
    keys = []
    for i in range(count):
        check(i % 16 or restarts[i // 16] == source.at, "a restart does not point at its key")
        before = keys[-1] if keys else b""
        shared, suffix = source.varint(1024), source.varint(1024)
        check(shared <= len(before), "a key shares more than there is")
        key = before[:shared] + source.take(suffix)
        check_key(key)
        check(not keys or before < key, "keys do not ascend")
        check(shared == (common(before, key) if i % 16 else 0), "a key does not share what it can")
        keys.append(key)
    source.end()
    return keys


def decode_entries(kinds, lengths, ends, body):
    entries, at = [], 0
    for kind, length, end in zip(kinds, lengths, ends):
        if kind not in (INLINE, BLOB, EMPTY):
            raise Unsupported("entry kind %d" % kind)
        check(length <= M63 and at <= end <= len(body), "lengths or ends")
        if kind == INLINE:
            check(end - at == length and 1 <= length <= 65536, "an inline entry's length")
        elif kind == BLOB:
            check(end - at == 32 and length > 0, "a blob entry's length")
        else:
            check(end == at and length == 0, "an empty entry has bytes")
        entries.append(Entry(kind, length, body[at:end]))
        at = end
    check(at == len(body), "data follow the last entry")
    check(sum(lengths) <= M63, "the lengths are beyond 63 bits together")
    return entries


def totals(level, items):
    return len(items) if level == 0 else sum(c.keys for _, c in items), sum(e.length for _, e in items)


# --- Section 7: trees ----------------------------------------------------------------------------

TABLE = json.loads((HERE / "split-table-1.json").read_text())["table"]


def survival(x):
    i, r = divmod(x, 16)
    return TABLE[i] - (TABLE[i] - TABLE[i + 1]) * r // 16


def sizes(level, items):
    """What each entry counts."""
    before = b""
    for key, item in items:
        inline = item.length if level == 0 and item.kind == INLINE else 0
        yield (44 if level else 38) + len(key) - common(before, key) + inline
        before = key


def ends_after(level, key, a, b):
    if b < 2048 or b >= 65536:
        return b >= 65536
    h = xxh64(key, level) >> 32
    return survival(a) * ((1 << 32) - h) > survival(b) << 32


def cut(level, items):
    """The items of each node of a level."""
    node, a = [], 0
    for item, size in zip(items, sizes(level, items)):
        node.append(item)
        b = a + size
        if ends_after(level, item[0], a, b):
            yield node
            node, b = [], 0
        a = b
    if node:
        yield node


def build(entries, hash_of):
    """Root and levels, bottom first, of the tree of sorted (key, Entry): (hash, bytes, items) a node."""
    levels, items = [], entries
    while True:
        level = len(levels)
        nodes = []
        for node in list(cut(level, items)) or [[]]:
            data = encode_node(level, node)
            nodes.append((hash_of(data), data, node))
        levels.append(nodes)
        if len(nodes) == 1:
            return nodes[0][0], levels
        items = [(node[-1][0], Child(name, *totals(level, node))) for name, _, node in nodes]


def load(blobs, hash_of, name):
    check(name in blobs, "a node is missing")
    check(hash_of(blobs[name]) == name, "a node has another hash")
    return decode_node(blobs[name])


def load_child(blobs, hash_of, parent, i):
    """Child i of a decoded node, checked against what the parent says."""
    above, siblings = parent
    key, child = siblings[i]
    level, items = load(blobs, hash_of, child.hash)
    check(level == above - 1 and items and items[-1][0] == key, "not the child its parent names")
    check(i == 0 or siblings[i - 1][0] < items[0][0], "a child begins before the one before it ends")
    check(totals(level, items) == (child.keys, child.length), "not the totals its parent says")
    return level, items


def load_root(blobs, hash_of, name):
    level, items = load(blobs, hash_of, name)
    check(level == 0 or len(items) > 1, "a root has one child")
    return level, items


def entries_below(blobs, hash_of, node):
    """All (key, Entry) below a node."""
    level, items = node
    if level == 0:
        yield from items
    else:
        for i in range(len(items)):
            yield from entries_below(blobs, hash_of, load_child(blobs, hash_of, node, i))


def walk(blobs, hash_of, root):
    """All (key, Entry) of a tree."""
    return entries_below(blobs, hash_of, load_root(blobs, hash_of, root))


def lookup(blobs, hash_of, root, key):
    """The entry of a key, or None."""
    node = load_root(blobs, hash_of, root)
    while True:
        level, items = node
        at = bisect.bisect_left([k for k, _ in items], key)
        if at == len(items) or (level == 0 and items[at][0] != key):
            return None
        if level == 0:
            return items[at][1]
        node = load_child(blobs, hash_of, node, at)


def content_hash(hash_of, meta, chunks):
    return hash_of(header(b"VRVM") + meta + chunks)


# --- Section 9: commits --------------------------------------------------------------------------


def encode_commit(c):
    out = [header(b"VRVC"), varint(len(c["parents"]))] + c["parents"]
    out += [varint(c["generation"]), c["meta"], c["chunks"]]
    out += [varint(c[f]) for f in ("metaKeys", "metaBytes", "chunkKeys", "chunkBytes")]
    out += [struct.pack(">q", c["time"]), string(c["author"]), string(c["message"])]
    out += [varint(len(c["attributes"]))]
    out += [string(name) + string(value) for name, value in c["attributes"]]
    return b"".join(out + [c["nonce"], varint(0)])


def decode_commit(data):
    check(len(data) <= 1 << 20, "a commit is too long")
    s, c = Input(data), {}
    s.header(b"VRVC")
    c["parents"] = s.hashes(64)
    c["generation"] = s.varint(M63)
    c["meta"], c["chunks"] = s.take(32), s.take(32)
    for field in ("metaKeys", "metaBytes", "chunkKeys", "chunkBytes"):
        c[field] = s.varint(M63)
    c["time"] = struct.unpack(">q", s.take(8))[0]
    c["author"], c["message"] = s.string(262144), s.string(262144)
    c["attributes"] = [[s.string(262144), s.string(262144)] for _ in range(s.varint(4096))]
    names = [name.encode() for name, _ in c["attributes"]]
    check(all(a < b for a, b in zip(names, names[1:])), "attributes do not ascend")
    c["nonce"] = s.take(16)
    s.extensions(1 << 20)
    s.end()
    return c


# --- Section 10: refs ----------------------------------------------------------------------------

KINDS = {1: "open", 2: "set", 3: "close"}


def check_ref_name(full):
    kind, _, name = full.partition("/")
    check(kind in ("heads", "tags", "pins"), "a ref begins with heads/, tags/ or pins/")
    check(1 <= len(name.encode()) <= 255, "a ref name has 1 to 255 bytes")
    refused = "~^:?*[\\@{}\x7f"
    check(all(c > " " and c not in refused for c in name), "a ref name holds a character it must not")
    for segment in name.split("/"):
        check(segment and segment[0] != "-" and segment[-1] != ".", "a segment of a ref name")


CARRIED = 1  # the extension that brings a blob along; whoever uses it hashes it first


def encode_record(r):
    out = [header(b"VRVR"), bytes([{v: k for k, v in KINDS.items()}[r["kind"]]]), string(r["name"])]
    out += [struct.pack(">Q", r["number"]), r["previous"]]
    out += [b"\x00"] if r["target"] is None else [b"\x01", r["target"]]
    out += [varint(r[f]) for f in ("epoch", "floor", "base")]
    out += [varint(len(r["horizon"]))] + r["horizon"]
    out += [r["nonce"], string(r["reason"]), string(r["who"]), struct.pack(">q", r["time"])]
    carried = r.get("carried", [])
    out += [varint(len(carried))] + [b"\x00" + varint(CARRIED) + varint(len(c)) + c for c in carried]
    return b"".join(out) + sha256(b"".join(out))


def sealed(data):
    check(32 <= len(data) <= 65536, "it is too short or too long")
    check(sha256(data[:-32]) == data[-32:], "it has not the digest at its end")
    return Input(data[:-32])


def decode_record(data, name=None):
    s, r = sealed(data), {}
    s.header(b"VRVR")
    kind = s.number(1)
    if kind not in KINDS:
        raise Unsupported("ref record kind %d" % kind)
    r["kind"], r["name"], r["number"], r["previous"] = KINDS[kind], s.string(263), s.number(8), s.take(32)
    flags = s.number(1)
    check(flags <= 1, "unknown flags")
    r["target"] = s.take(32) if flags else None
    r["epoch"], r["floor"], r["base"] = s.varint(M63), s.varint(M63), s.varint(M63)
    r["horizon"], r["nonce"] = s.hashes(1024), s.take(16)
    r["reason"], r["who"] = s.string(4096), s.string(1024)
    r["time"] = struct.unpack(">q", s.take(8))[0]
    carried = [data for number, data in s.extensions(65536) if number == CARRIED]
    if carried:
        r["carried"] = carried
    s.end()
    check_ref_name(r["name"])
    check(name is None or r["name"] == name, "it is a record of another ref")
    check(1 <= r["number"] <= M63, "number")
    check(1 <= r["floor"] <= r["number"] and 1 <= r["base"] <= r["number"], "floor or base")
    check((r["number"] == 1) == (r["previous"] == bytes(32)), "only record 1 has no previous one")
    check(r["target"] is None or kind == 2, "only set has a target")
    return r


def next_record(old, data, step):
    """The set record after another (or None), whose bytes are data; step says what changes."""
    r = {"kind": "set", "number": 1, "previous": bytes(32), "floor": 1, "base": 1, "horizon": []}
    if old:
        run = step["forward"] and step["target"] is not None and old["target"] is not None
        r.update(number=old["number"] + 1, previous=sha256(data), floor=old["floor"], horizon=old["horizon"])
        r["base"] = old["base"] if run else r["number"]
    r.update({f: step[f] for f in ("name", "target", "epoch", "nonce", "reason", "who", "time")})
    return r


# --- Section 11: configuration -------------------------------------------------------------------

ALWAYS = (("collection", 1, 2), ("names", 1, 1))
PACKS = ("packs", 1, 1)
DELTAS = ("deltas", 1, 1)
SINGLE_WRITER = ("single-writer", 1, 2)
FEATURES = ALWAYS + (PACKS, DELTAS, SINGLE_WRITER)


def encode_config(name, single_writer=False, packs=False, deltas=False):
    given = ((PACKS, packs), (DELTAS, deltas), (SINGLE_WRITER, single_writer))
    features = sorted(ALWAYS + tuple(f for f, on in given if on))
    code = {v: k for k, v in HASH_CODES.items()}[name]
    out = header(b"VRVF") + bytes([code, 1]) + varint(len(features))
    out += b"".join(string(f) + varint(value) + bytes([need]) for f, value, need in features)
    return out + sha256(out)


def decode_config(data):
    """The name of the hash, and whether this program may write: alone, where it knows how to be."""
    s, writable = sealed(data), True
    s.header(b"VRVF")
    code, chunker = s.number(1), s.number(1)
    if code not in HASH_CODES or chunker != 1:
        raise Unsupported("hash %d, chunker %d" % (code, chunker))
    before = None
    for _ in range(s.varint(256)):
        name, value, need = s.string(256), s.varint(), s.number(1)
        check(before is None or before < name.encode(), "features do not ascend")
        before = name.encode()
        if (name, value) not in [f[:2] for f in FEATURES]:
            if need & 1:
                raise Unsupported("feature %s" % name)
            writable = writable and not need & 2
    s.end()
    return HASH_CODES[code], writable


# --- Section 13: differences ---------------------------------------------------------------------

def apply_difference(base, data, length):
    """What a difference makes of the base."""
    s, out = Input(data), b""
    while s.at < len(s.data):
        own = s.take(s.varint(M31))
        count = s.varint(M31) if s.at < len(s.data) else 0
        start = s.varint(M31) if count else 0
        check(own or count, "a part gives nothing")
        check(start + count <= len(base), "a copy from outside of the base")
        out += own + base[start:start + count]
        check(len(out) <= length, "more than the length")
    check(len(out) == length, "not the length")
    return out


def decode_delta(key, row, base, hash_of):
    """The hash of the base and the blob, over the base's bytes as they are stored."""
    check(44 < len(row) <= 4096, "a row of %d bytes" % len(row))
    s = Input(row)
    under, count, length, base_check, row_check = (
        s.take(32), s.number(2), s.number(2), s.number(4), s.number(4))
    check(row_check == crc32c(key + row[:40] + row[44:]), "the row's check")
    check(count >= 1 and 1 <= length <= 32767, "count %d, length %d" % (count, length))
    check(base_check == crc32c(base), "the base's check")
    blob = apply_difference(base, row[44:], length)
    check(hash_of(blob) == key, "the blob's hash")
    return under, blob


if __name__ == "__main__":
    import run

    sys.exit(run.main())
