"""Section 3 of docs/format.md: the hash functions, by their own specifications."""

import hashlib
import struct

M64 = (1 << 64) - 1


def xxh64(data, seed=0):
    p1, p2, p3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
    p4, p5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5

    def rotl(x, n):
        return (x << n | x >> 64 - n) & M64

    def lane(acc, x):
        return rotl((acc + x * p2) & M64, 31) * p1 & M64

    at, end = 0, len(data)
    if end >= 32:
        v = [(seed + p1 + p2) & M64, (seed + p2) & M64, seed, (seed - p1) & M64]
        while at + 32 <= end:
            v = [lane(a, x) for a, x in zip(v, struct.unpack_from("<4Q", data, at))]
            at += 32
        h = (rotl(v[0], 1) + rotl(v[1], 7) + rotl(v[2], 12) + rotl(v[3], 18)) & M64
        for a in v:
            h = ((h ^ lane(0, a)) * p1 + p4) & M64
    else:
        h = (seed + p5) & M64
    h = (h + end) & M64
    while at + 8 <= end:
        h = (rotl(h ^ lane(0, struct.unpack_from("<Q", data, at)[0]), 27) * p1 + p4) & M64
        at += 8
    if at + 4 <= end:
        h = (rotl(h ^ struct.unpack_from("<I", data, at)[0] * p1 & M64, 23) * p2 + p3) & M64
        at += 4
    for byte in data[at:]:
        h = rotl(h ^ byte * p5 & M64, 11) * p1 & M64
    h = (h ^ h >> 33) * p2 & M64
    h = (h ^ h >> 29) * p3 & M64
    return h ^ h >> 32


IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
WORDS = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
LANES = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
         (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))


def blake3(data):
    start, end, parent, root = 1, 2, 4, 8

    def compress(cv, block, counter, length, flags):
        m = struct.unpack("<16I", block.ljust(64, b"\0"))
        s = list(cv + IV[:4]) + [counter & 0xFFFFFFFF, counter >> 32, length, flags]
        for _ in range(7):
            for i, (a, b, c, d) in enumerate(LANES):
                for x, first, second in ((m[2 * i], 16, 12), (m[2 * i + 1], 8, 7)):
                    s[a] = s[a] + s[b] + x & 0xFFFFFFFF
                    t = s[d] ^ s[a]
                    s[d] = (t >> first | t << 32 - first) & 0xFFFFFFFF
                    s[c] = s[c] + s[d] & 0xFFFFFFFF
                    t = s[b] ^ s[c]
                    s[b] = (t >> second | t << 32 - second) & 0xFFFFFFFF
            m = [m[w] for w in WORDS]
        return tuple(s[i] ^ s[i + 8] for i in range(8))

    def subtree(lo, hi, counter, top):
        if hi - lo <= 1024:
            cv, blocks = IV, range(lo, max(hi, lo + 1), 64)
            for at in blocks:
                block = data[at:min(at + 64, hi)]
                flags = (start if at == lo else 0) | (end | top if at == blocks[-1] else 0)
                cv = compress(cv, block, counter, len(block), flags)
            return cv
        half = 1024
        while half * 2 < hi - lo:
            half *= 2
        both = subtree(lo, lo + half, counter, 0) + subtree(lo + half, hi, counter + half // 1024, 0)
        return compress(IV, struct.pack("<16I", *both), 0, 64, parent | top)

    return struct.pack("<8I", *subtree(0, len(data), 0, root))


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def sha256(data):
    return hashlib.sha256(data).digest()


HASHES = {"sha256": sha256, "blake3": blake3}
HASH_CODES = {1: "sha256", 2: "blake3"}
