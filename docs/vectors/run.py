"""Checks reader.py against every vector beside it; see there."""

import json

import reader as r
from hashes import HASHES, sha256, xxh64


def unhex(value):
    return bytes.fromhex(value) if value is not None else None


def number(value):
    """JSON numbers above 2^53 - 1 are decimal strings."""
    return int(value)


def plain(value):
    """A result as the vectors have it: bytes in hex, large numbers as strings."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return str(value) if isinstance(value, int) and abs(value) >= 1 << 53 else value


def content(given):
    """Bytes in hex, or by the pattern: so many bytes, byte j being j mod 251."""
    return unhex(given["bytes"]) if "bytes" in given else bytes(j % 251 for j in range(given["pattern"]))


def to_item(given):
    key = given["key"].encode()
    if "keys" in given:
        return key, r.Child(unhex(given["hash"]), number(given["keys"]), number(given["bytes"]))
    if given["kind"] == "inline":
        value = content(given)
        return key, r.Entry(r.INLINE, len(value), value)
    if given["kind"] == "blob":
        return key, r.Entry(r.BLOB, number(given["length"]), unhex(given["hash"]))
    return key, r.Entry(r.EMPTY, 0, b"")


def by_rule(rule, count, hash_of):
    """The entries of a rule, described in trees.json."""
    for i in range(count):
        if rule == "chunks":
            key = b"array/c/%d/%d" % (i // 1000, i % 1000)
            if i % 97 == 96:
                yield key, r.Entry(r.EMPTY, 0, b"")
            else:
                yield key, r.Entry(r.BLOB, 1 + i * i % 100003, hash_of(b"%d" % i))
        elif rule == "long":
            digest = sha256(b"%d" % i)
            text = digest.hex().encode()
            yield b"archive/%s/%s/%d" % (text, text[:40], i), r.Entry(r.BLOB, 1 + i, digest)
        else:
            value = bytes((i + j) % 251 for j in range(1 + i * 7919 % 3000))
            yield b"group/%d/zarr.json" % i, r.Entry(r.INLINE, len(value), value)


def entries_of(given, hash_of):
    if "entries" in given:
        listed = map(to_item, given["entries"])
    else:
        listed = by_rule(given["rule"], given["count"], hash_of)
    return sorted(listed, key=lambda each: each[0])


def node_vector(given):
    items, hash_of = [to_item(e) for e in given["items"]], HASHES[given["hash"]]
    data = r.encode_node(given["level"], items)
    r.check(r.decode_node(data) == (given["level"], items), "decoding does not give back what was encoded")
    return {"hex": data, "hash": hash_of(data)}


def tree_vector(given):
    hash_of = HASHES[given["hash"]]
    entries = entries_of(given, hash_of)
    root, levels = r.build(entries, hash_of)
    blobs = {name: data for nodes in levels for name, data, _ in nodes}
    r.check(list(r.walk(blobs, hash_of, root)) == entries, "walking does not give back the entries")
    for key, entry in entries[:: max(1, len(entries) // 50)]:
        r.check(r.lookup(blobs, hash_of, root, key) == entry, "a lookup does not find its key")
        r.check(r.lookup(blobs, hash_of, root, key + b"!") is None, "a lookup finds what is not there")
    top = r.totals(len(levels) - 1, levels[-1][0][2])
    out = {"root": root, "keys": top[0], "bytes": top[1], "rootHex": levels[-1][0][1], "levels": []}
    for level, nodes in enumerate(levels):
        summary = {"level": level, "nodes": len(nodes), "bytes": sum(len(data) for _, data, _ in nodes)}
        summary["first"] = [
            {"hash": name, "entries": len(node), "lastKey": node[-1][0].decode() if node else ""}
            for name, _, node in nodes[:8]]
        out["levels"].append(summary)
    return out


def split_vector(given):
    level, trace, a = 0, [], 0
    items = entries_of(given, sha256)
    for (key, _), size in zip(items, r.sizes(level, items)):
        b = a + size
        step = {"before": a, "after": b}
        if 2048 <= b < 65536:
            step.update(h=xxh64(key, level) >> 32, sBefore=r.survival(a), sAfter=r.survival(b))
        step["ends"] = r.ends_after(level, key, a, b)
        trace.append(step)
        a = 0 if step["ends"] else b
    return {"trace": trace, "nodes": [len(node) for node in r.cut(level, items)]}


def manifest_vector(given):
    hash_of = HASHES[given["hash"]]
    parts = ([], [])
    for file in given["files"]:
        key, value = file["key"].encode(), content(file)
        parts[not r.is_metadata(key)].append((key, r.entry_of(key, value, hash_of)))
    meta, chunks = (r.build(sorted(part, key=lambda each: each[0]), hash_of)[0] for part in parts)
    return {"meta": meta, "chunks": chunks, "contentHash": r.content_hash(hash_of, meta, chunks)}


COMMIT_BYTES = ("meta", "chunks", "nonce")
RECORD_BYTES = ("previous", "target", "nonce")
NUMBERS = ("generation", "metaKeys", "metaBytes", "chunkKeys", "chunkBytes",
           "number", "epoch", "floor", "base", "time")


def fields(given, in_hex, lists):
    made = dict(given)
    made.update({f: unhex(given[f]) for f in in_hex if f in given})
    made.update({f: [unhex(h) for h in given[f]] for f in lists if f in given})
    made.update({f: number(given[f]) for f in NUMBERS if f in given})
    return made


def commit_vector(given):
    commit = fields(given, COMMIT_BYTES, ["parents"])
    hash_of = HASHES[commit.pop("hash")]
    data = r.encode_commit(commit)
    r.check(r.decode_commit(data) == commit, "decoding does not give back what was encoded")
    return {"hex": data, "id": hash_of(data)}


def record_vector(given):
    record = fields(given, RECORD_BYTES, ["horizon", "carried"])
    data = r.encode_record(record)
    r.check(r.decode_record(data, record["name"]) == record, "decoding does not give back what was encoded")
    return {"hex": data, "sha256": sha256(data)}


def chain_vector(given):
    old, data, out = None, b"", []
    for step in given["steps"]:
        old = r.next_record(old, data, fields(dict(step, name=given["name"]), RECORD_BYTES, []))
        data = r.encode_record(old)
        out.append({"number": old["number"], "base": old["base"], "hex": data})
    return {"records": out}


def config_vector(given):
    data = r.encode_config(given["hash"], given.get("single_writer", False), given.get("packs", False),
                           given.get("deltas", False))
    r.check(r.decode_config(data) == (given["hash"], True), "decoding does not give back what was encoded")
    return {"hex": data}


def broken_tree(given):
    hash_of = HASHES[given["hash"]]
    blobs = {hash_of(unhex(h)): unhex(h) for h in given["nodes"]}
    list(r.walk(blobs, hash_of, unhex(given["root"])))


def key_vector(given):
    key = given["key"].encode()
    r.check_key(key)
    return {"utf8": key, "tree": "meta" if r.is_metadata(key) else "chunks"}


def varint_vector(given):
    data = r.varint(number(given["value"]))
    r.check(r.Input(data).varint() == number(given["value"]), "decoding does not give back what was encoded")
    return {"hex": data}


def whole_varint(given):
    source = r.Input(unhex(given["hex"]))
    source.varint()
    source.end()


def delta_of(given):
    return r.decode_delta(unhex(given["key"]), unhex(given["row"]), content(given["base"]), HASHES[given["hash"]])


def delta_vector(given):
    under, blob = delta_of(given)
    r.check(HASHES[given["hash"]](content(given["base"])) == under, "the base has another hash")
    return {"base": under, "bytes": blob}


# File: what makes "out" of "in"; what must refuse; what must read objects with unknown parts.
SUITES = {
    "hashes.json": (lambda g: {"hash": HASHES[g["hash"]](content(g))}, None, None),
    "xxh64.json": (lambda g: {"hash": "%016x" % xxh64(content(g), number(g["seed"]))}, None, None),
    "varints.json": (varint_vector, whole_varint, None),
    "keys.json": (key_vector, lambda g: r.check_key(unhex(g["hex"])), None),
    "nodes.json": (node_vector, lambda g: r.decode_node(unhex(g["hex"])), None),
    "splits.json": (split_vector, None, None),
    "trees.json": (tree_vector, broken_tree, None),
    "manifests.json": (manifest_vector, None, None),
    "commits.json": (commit_vector, lambda g: r.decode_commit(unhex(g["hex"])), r.decode_commit),
    "ref-names.json": (lambda g: r.check_ref_name(g["name"]) or {"utf8": g["name"].encode()},
                       lambda g: r.check_ref_name(g["name"]), None),
    "ref-records.json": (record_vector, lambda g: r.decode_record(unhex(g["hex"]), g["ref"]),
                         r.decode_record),
    "ref-chains.json": (chain_vector, None, None),
    "configs.json": (config_vector, lambda g: r.decode_config(unhex(g["hex"])),
                     lambda h: dict(zip(("hash", "writable"), r.decode_config(h)))),
    "differences.json": (delta_vector, delta_of, None),
}


def outcome(action, given):
    try:
        action(given)
        return "read"
    except r.Damaged:
        return "damaged"
    except r.Unsupported:
        return "unsupported"


def main():
    agree, differ = 0, []

    def compare(file, name, expected, found):
        nonlocal agree
        agree += expected == found
        if expected != found:
            differ.append("%s: %s\n  expected %.2000s\n  found    %.2000s" % (file, name, expected, found))

    for file, (make, refuse, read) in SUITES.items():
        suite = json.loads((r.HERE / file).read_text(encoding="utf-8"))
        for case in suite["cases"]:
            compare(file, case["name"], case["out"], plain(make(case["in"])))
        for case in suite.get("refused", []):
            compare(file, case["name"], case["as"], outcome(refuse, case))
        for case in suite.get("read", []):
            compare(file, case["name"], case["out"], plain(read(unhex(case["hex"]))))
    ascending = json.loads((r.HERE / "keys.json").read_text(encoding="utf-8"))["ascending"]
    compare("keys.json", "ascending", ascending, sorted(ascending, key=lambda key: key.encode()))
    table = json.loads((r.HERE / "split-table-1.json").read_text())
    compare("split-table-1.json", "length", [16, 4097], [table["step"], len(table["table"])])
    if differ:
        print("\n".join(differ))
        print("%d of %d vectors differ" % (len(differ), agree + len(differ)))
        return 1
    print("%d vectors ok" % agree)
    return 0
