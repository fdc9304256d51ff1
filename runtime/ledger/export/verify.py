#!/usr/bin/env python3
"""Checks a HELIX audit ledger, or an export of one, without any part of HELIX.

    python3 verify.py <folder>            an export, or a ledger's own folder
    python3 verify.py <folder> --key <verifier key noted when the ledger was made>
    python3 verify.py <folder> --marks <folder with hwm.a and hwm.b, if not where ledger.policy says>
    python3 verify.py <folder> --witness <verifier key of a witness that must have cosigned it>
    python3 verify.py <folder> --json

Python 3.8 or later, standard library only; BLAKE3, Ed25519, CBOR and the proofs of RFC 6962 are written
out below from their specifications. The layout on disk is FORMAT.md, format 2.

Of an export the verdict says how much it covers: all records under its checkpoint, or so many of them. Whether
those are all that were asked for shows only where the whole ledger is in the export.

Exit code 0, GOOD: everything fits. 1, BAD: something does not, and the line says what. 2, UNUSABLE: this
is not a ledger or an export, or one of another format. 3, TORN_TAIL: everything fits but what a crash left
of its last write, after every record that was signed for; the next opening sets that aside.
"""
import base64
import csv
import datetime
import decimal
import hashlib
import io
import json
import math
import os
import re
import struct
import sys
import unicodedata
import zlib

FORMAT = 2
# Of segment headers and marks; what batches are padded to, the policy says.
SECTOR = 4096
MARKS = ("hwm.a", "hwm.b")


class Bad(Exception):
    """Something is not as it was signed."""


class Torn(Bad):
    """Not a whole batch: a write that was cut short looks so, and damage too. What follows it tells."""


class Unusable(Exception):
    """Nothing here that could be checked."""


# ---- BLAKE3 (github.com/BLAKE3-team/BLAKE3-specs, sections 2.1 to 2.6) ----------------------------

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
ORDER = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
COLUMNS_AND_DIAGONALS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)
CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED = 1, 2, 4, 8, 16
CHUNK = 1024


def blake3_compress(chaining, words, counter, length, flags):
    mask = 0xFFFFFFFF
    v = list(chaining) + list(IV[:4]) + [counter & mask, counter >> 32, length, flags]
    m = list(words)
    for round_number in range(7):
        for i, (a, b, c, d) in enumerate(COLUMNS_AND_DIAGONALS):
            va, vb, vc, vd = v[a], v[b], v[c], v[d]
            va = (va + vb + m[2 * i]) & mask
            vd ^= va
            vd = ((vd >> 16) | (vd << 16)) & mask
            vc = (vc + vd) & mask
            vb ^= vc
            vb = ((vb >> 12) | (vb << 20)) & mask
            va = (va + vb + m[2 * i + 1]) & mask
            vd ^= va
            vd = ((vd >> 8) | (vd << 24)) & mask
            vc = (vc + vd) & mask
            vb ^= vc
            vb = ((vb >> 7) | (vb << 25)) & mask
            v[a], v[b], v[c], v[d] = va, vb, vc, vd
        if round_number < 6:
            m = [m[i] for i in ORDER]
    return tuple(v[i] ^ v[i + 8] for i in range(8))


def blake3_words(block):
    return struct.unpack("<16I", block.ljust(64, b"\0"))


def blake3_subtree(key, data, first_chunk, flags, is_root):
    """Chaining value over data, whose first chunk has the given number."""
    root = ROOT if is_root else 0
    if len(data) <= CHUNK:
        value = key
        blocks = [data[i:i + 64] for i in range(0, len(data), 64)] or [b""]
        for i, block in enumerate(blocks):
            f = flags | (CHUNK_START if i == 0 else 0)
            if i == len(blocks) - 1:
                f |= CHUNK_END | root
            value = blake3_compress(value, blake3_words(block), first_chunk, len(block), f)
        return value
    chunks = (len(data) + CHUNK - 1) // CHUNK
    left = 1 << ((chunks - 1).bit_length() - 1)
    both = (blake3_subtree(key, data[:left * CHUNK], first_chunk, flags, False)
            + blake3_subtree(key, data[left * CHUNK:], first_chunk + left, flags, False))
    return blake3_compress(key, both, 0, 64, flags | PARENT | root)


def blake3(data, key=None):
    words = IV if key is None else struct.unpack("<8I", key)
    value = blake3_subtree(words, bytes(data), 0, 0 if key is None else KEYED, True)
    return struct.pack("<8I", *value)


PURPOSE_KEYS = {}


def keyed_hash(purpose, data):
    if purpose not in PURPOSE_KEYS:
        PURPOSE_KEYS[purpose] = blake3(("helix-ledger/1 " + purpose).encode())
    return blake3(data, PURPOSE_KEYS[purpose])


# ---- Ed25519 (RFC 8032 section 5.1), verification only ----------------------------------------------

P = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def point_add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e1 = (y1 - x1) * (y2 - x2) % P
    e2 = (y1 + x1) * (y2 + x2) % P
    c = 2 * t1 * t2 * D % P
    d = 2 * z1 * z2 % P
    e, f, g, h = e2 - e1, d - c, d + c, e2 + e1
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        scalar >>= 1
    return result


def point_decode(encoded):
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * SQRT_M1 % P
    if (x * x - square) % P != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point_decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verify(public_key, message, signature):
    if len(signature) != 64 or len(public_key) != 32:
        return False
    a, r = point_decode(public_key), point_decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    h = int.from_bytes(digest, "little") % L
    x1, y1, z1, _ = point_multiply(s, BASE)
    x2, y2, z2, _ = point_add(r, point_multiply(h, a))
    return (x1 * z2 - x2 * z1) % P == 0 and (y1 * z2 - y2 * z1) % P == 0


# ---- Keys and signed notes (c2sp.org/signed-note) ----------------------------------------------------


def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Bad("not base64: %r" % text[:40]) from error
    if base64.b64encode(data).decode() != text:
        raise Bad("base64 in an unusual form: %r" % text[:40])
    return data


class Key:
    def __init__(self, text):
        match = re.fullmatch(r"([^+\s]+)\+([0-9a-f]{8})\+(\S+)", text)
        if not match:
            raise Bad("not a verifier key: %r" % text[:80])
        self.text, self.origin = text, match.group(1)
        data = unbase64(match.group(3))
        if len(data) != 33 or data[0] != 1:
            raise Bad("not an Ed25519 verifier key: %s" % text)
        self.public = data[1:]
        self.id = hashlib.sha256(self.origin.encode() + b"\n" + data).digest()[:4]
        if self.id.hex() != match.group(2):
            raise Bad("key id does not fit its key: %s" % text)

    def verify(self, message, signature):
        return ed25519_verify(self.public, message, signature)


def open_note(note, key):
    """The signed text and the names of other signatures, or None when this key did not sign it."""
    text, gap, rest = note.partition("\n\n")
    if not gap or not rest.endswith("\n"):
        return None
    text += "\n"
    signed, others = 0, []
    for line in rest[:-1].split("\n"):
        match = re.fullmatch(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})", line)
        if not match:
            return None
        blob = unbase64(match.group(2))
        if len(blob) <= 4:
            return None
        if match.group(1) != key.origin or blob[:4] != key.id:
            # Of a witness, or of a kind that came later: told, and counted for nothing.
            others.append("%s+%s" % (match.group(1), blob[:4].hex()))
        elif key.verify(text.encode(), blob[4:]):
            signed += 1
        else:
            return None
    return (text, others) if signed == 1 else None


class Checkpoint:
    def __init__(self, size, root, epoch, others):
        self.size, self.root, self.epoch, self.others = size, root, epoch, others


class Policy:
    """Which ledger, and whose signature counts for which records."""

    def __init__(self, data):
        try:
            note = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Bad("ledger.policy is not text") from error
        first = re.match(r"helix-ledger/([1-9]\d{0,5})\n", note)
        if first and int(first.group(1)) != FORMAT:
            raise Unusable("format %s is not the one that this verifier knows (%d)" % (first.group(1), FORMAT))
        lines = note.partition("\n\n")[0].split("\n")
        if len(lines) < 4 or lines[0] != "helix-ledger/%d" % FORMAT or lines[2] not in ("sector 512", "sector 4096"):
            raise Bad("ledger.policy is not a policy of format %d" % FORMAT)
        match = re.fullmatch(r"ledger ([0-9a-f]{32})", lines[1])
        self.sector = int(lines[2][7:])
        self.mark_folder = None
        if lines[3].startswith("marks "):
            self.mark_folder = lines.pop(3)[6:]
        self.root_key = None
        if len(lines) > 3 and lines[3].startswith("root "):
            self.root_key = Key(lines.pop(3)[5:])
        if not match or len(lines) < 4 or not lines[3].startswith("key "):
            raise Bad("ledger.policy is not a policy of format %d" % FORMAT)
        if not note.endswith("\n"):
            raise Bad("ledger.policy is cut short")
        self.ledger_id = bytes.fromhex(match.group(1))
        self.keys = [Key(lines[3][4:])]
        self.starts = [0]
        self.roots = [None]
        self.trusted = {}
        for line in lines[4:]:
            if line.startswith("compromised "):
                self.add_compromise(line)
            else:
                self.add_rotation(line)
        if open_note(note, self.keys[-1]) is None:
            raise Bad("ledger.policy is not signed by the key it ends with")

    def add_rotation(self, line):
        fields = line.split(" ")
        if len(fields) != (6 if self.root_key is None else 7) or fields[0] != "rotated" or not re.fullmatch(r"0|[1-9]\d*", fields[1]):
            raise Bad("ledger.policy has a line that is no rotation: %r" % line[:60])
        size, root, old, new = int(fields[1]), unbase64(fields[2]), self.keys[-1], Key(fields[3])
        statement = "\n".join([self.ledger_id.hex(), str(len(self.keys)), fields[1], fields[2], old.text, new.text])
        message = b"helix-ledger/1 rotation\n" + statement.encode() + b"\n"
        if size < self.starts[-1] or new.origin != old.origin or len(root) != 32:
            raise Bad("rotation %d does not follow from what is before it" % len(self.keys))
        if not old.verify(message, unbase64(fields[4])):
            raise Bad("rotation %d is not signed by the old key" % len(self.keys))
        if not new.verify(message, unbase64(fields[5])):
            raise Bad("rotation %d is not signed by the new key" % len(self.keys))
        if self.root_key is not None and not self.root_key.verify(message, unbase64(fields[6])):
            raise Bad("rotation %d is not signed by the root key" % len(self.keys))
        self.keys.append(new)
        self.starts.append(size)
        self.roots.append(root)

    def add_compromise(self, line):
        """Of the key before the last rotation: how many records the root key trusts all the same."""
        fields, epoch = line.split(" "), len(self.keys) - 2
        if len(fields) != 4 or self.root_key is None or epoch < 0 or epoch in self.trusted or not re.fullmatch(r"0|[1-9]\d*", fields[1]):
            raise Bad("ledger.policy has a line that is no statement of the root key: %r" % line[:60])
        size, root = int(fields[1]), unbase64(fields[2])
        statement = "\n".join([self.ledger_id.hex(), str(epoch), self.keys[epoch].text, fields[1], fields[2]])
        message = b"helix-ledger/1 compromise\n" + statement.encode() + b"\n"
        if not self.starts[epoch] <= size <= self.starts[epoch + 1] or len(root) != 32:
            raise Bad("the trusted size of key %d does not fit its epoch" % epoch)
        if not self.root_key.verify(message, unbase64(fields[3])):
            raise Bad("the trusted size of key %d is not signed by the root key" % epoch)
        self.trusted[epoch] = (size, root)

    def untrusted(self):
        """(first, one after the last, epoch) of records that a compromised key may have signed for others."""
        return [(size, self.starts[epoch + 1], epoch) for epoch, (size, _) in sorted(self.trusted.items())
                if size < self.starts[epoch + 1]]

    def untrusted_key(self, sequence):
        """Epoch of the compromised key that signed this record; None where it is trusted."""
        return next((epoch for first, after, epoch in self.untrusted() if first <= sequence < after), None)

    def may_cover(self, epoch, size):
        if not 0 <= epoch < len(self.keys) or size < self.starts[epoch]:
            return False
        return epoch + 1 == len(self.keys) or size <= self.starts[epoch + 1]

    def checkpoint(self, note):
        for epoch in reversed(range(len(self.keys))):
            opened = open_note(note, self.keys[epoch])
            if opened is None:
                continue
            text, others = opened
            lines = text.split("\n")
            if len(lines) != 4 or lines[0] != self.keys[epoch].origin or not re.fullmatch(r"0|[1-9]\d*", lines[1]):
                raise Bad("checkpoint is signed and has another form")
            size, root = int(lines[1]), unbase64(lines[2])
            if len(root) != 32 or not self.may_cover(epoch, size):
                raise Bad("checkpoint of %d records is signed by a key that was not in use then" % size)
            return Checkpoint(size, root, epoch, others)
        raise Bad("checkpoint is not signed by a key of this ledger")


# ---- Tree and proofs (RFC 6962 sections 2.1, 2.1.1 and 2.1.2) -----------------------------------------


def leaf_hash(record):
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    def __init__(self):
        self.size, self.frontier = 0, []

    def append(self, record):
        value, size = leaf_hash(record), self.size
        while size & 1:
            value = node_hash(self.frontier.pop(), value)
            size >>= 1
        self.frontier.append(value)
        self.size += 1

    def root(self):
        if not self.frontier:
            return hashlib.sha256(b"").digest()
        value = self.frontier[-1]
        for left in reversed(self.frontier[:-1]):
            value = node_hash(left, value)
        return value


def split(size):
    """The largest power of two below size."""
    return 1 << ((size - 1).bit_length() - 1)


def root_from_inclusion(index, size, leaf, proof):
    """The root that the proof leads to; the definition of RFC 6962 section 2.1.1 read backwards."""
    if not 0 <= index < size:
        raise Bad("record %d is not among %d" % (index, size))
    if size == 1:
        if proof:
            raise Bad("inclusion proof is too long")
        return leaf
    if not proof:
        raise Bad("inclusion proof is too short")
    k = split(size)
    if index < k:
        return node_hash(root_from_inclusion(index, k, leaf, proof[:-1]), proof[-1])
    return node_hash(proof[-1], root_from_inclusion(index - k, size - k, leaf, proof[:-1]))


def roots_from_consistency(first, second, proof, known, first_root):
    """Old and new root that the proof leads to (section 2.1.2). known: the old subtree is whole here."""
    if first == second:
        if known:
            if proof:
                raise Bad("consistency proof is too long")
            return first_root, first_root
        if len(proof) != 1:
            raise Bad("consistency proof has the wrong length")
        return proof[0], proof[0]
    if not proof:
        raise Bad("consistency proof is too short")
    k = split(second)
    if first <= k:
        old, new = roots_from_consistency(first, k, proof[:-1], known, first_root)
        return old, node_hash(new, proof[-1])
    old, new = roots_from_consistency(first - k, second - k, proof[:-1], False, first_root)
    return node_hash(proof[-1], old), node_hash(proof[-1], new)


def check_consistency(first, first_root, second, second_root, proof):
    if first > second:
        raise Bad("an earlier tree cannot be larger")
    if first == 0:
        if proof or first_root != hashlib.sha256(b"").digest():
            raise Bad("consistency with the empty tree")
        return
    old, new = roots_from_consistency(first, second, proof, True, first_root)
    if old != first_root or new != second_root:
        raise Bad("the tree of %d records does not continue the one of %d" % (second, first))


# ---- CBOR (RFC 8949), what an event is made of --------------------------------------------------------


class Unsupported(Exception):
    pass


class NotText(str):
    """What JSON has only text for."""


class Whole(NotText):
    """An integer that is counted without limit."""


class Octets(NotText):
    """Bytes, in hex."""


class Unbounded(NotText):
    """NaN or an infinity, by name."""


class Keyed(dict):
    """A map with keys of its own, which are no fields."""


def cbor_item(data, at):
    """One item as the export's JSON shows it, and where it ends."""
    initial = data[at]
    major, low = initial >> 5, initial & 31
    at += 1
    if low < 24:
        value = low
    elif low <= 27:
        width = 1 << (low - 24)
        raw = data[at:at + width]
        if len(raw) != width:
            raise Bad("event is cut short")
        at += width
        value = int.from_bytes(raw, "big")
        if major == 7:
            return cbor_simple(low, raw, value), at
    else:
        raise Unsupported()
    if major == 0:
        return value, at
    if major == 1:
        return -1 - value, at
    if major in (2, 3):
        raw = data[at:at + value]
        if len(raw) != value:
            raise Bad("event is cut short")
        return (Octets(raw.hex()) if major == 2 else raw.decode("utf-8")), at + value
    if major == 4:
        items = []
        for _ in range(value):
            item, at = cbor_item(data, at)
            items.append(item)
        return items, at
    if major == 5:
        fields = {}
        for _ in range(value):
            key, at = cbor_item(data, at)
            fields[str(key)], at = cbor_item(data, at)
        return fields, at
    if major == 6:
        item, at = cbor_item(data, at)
        if value in (2, 3):
            number = int(item or "0", 16)
            return Whole(number if value == 2 else -1 - number), at
        if value == 259:
            return Keyed(item), at
        raise Unsupported()
    return cbor_simple(low, b"", value), at


def cbor_simple(low, raw, value):
    if low == 25:
        return as_json_number(struct.unpack(">e", raw)[0])
    if low == 26:
        return as_json_number(struct.unpack(">f", raw)[0])
    if low == 27:
        return as_json_number(struct.unpack(">d", raw)[0])
    if value in (20, 21):
        return value == 21
    if value in (22, 23):
        return None
    raise Unsupported()


def as_json_number(number):
    if math.isnan(number):
        return Unbounded("NaN")
    if math.isinf(number):
        return Unbounded("Infinity" if number > 0 else "-Infinity")
    return number


def decode_event(body):
    try:
        event, end = cbor_item(body, 0)
    except (IndexError, UnicodeDecodeError, struct.error) as error:
        raise Bad("event is not CBOR") from error
    if end != len(body) or not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise Bad("event is not a map with a type")
    return event


# ---- Time-stamps: RFC 3161 in signed data (RFC 5652), RSA (RFC 8017 section 8.2.2), ECDSA (FIPS 186-5) ----


def der_items(data):
    """Tag, content and whole of each value, one after the other."""
    items, at = [], 0
    while at < len(data):
        tag, length, start = data[at], data[at + 1], at + 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[at + 2:start], "big")
        end = start + length
        if end > len(data) or start == at + 2 + 0x80:
            raise Bad("time-stamp is cut short")
        items.append((tag, data[start:end], data[at:end]))
        at = end
    return items


def der_in(item, tag):
    """What is in a constructed value, which must have this tag."""
    return der_items(der_content(item, tag))


def der_content(item, tag):
    if item[0] != tag:
        raise Bad("time-stamp has another form")
    return item[1]


SEQUENCE, SET, INTEGER, OCTETS, OID, FIRST = 0x30, 0x31, 0x02, 0x04, 0x06, 0xA0
SHA_OIDS = {"608648016503040201": "sha256", "608648016503040202": "sha384", "608648016503040203": "sha512"}
RSA_OID, EC_OID, TIME_STAMPING = "2a864886f70d010101", "2a8648ce3d0201", bytes.fromhex("06082b06010505070308")
# signing-certificate (RFC 2634) and its second version (RFC 5816)
SIGNING_CERTIFICATE = ("2a864886f70d010910020c", "2a864886f70d010910022f")
RSA_SIGNATURES = (RSA_OID, "2a864886f70d01010b", "2a864886f70d01010c", "2a864886f70d01010d")
# p, b, order, base point; a is -3 (FIPS 186-5, SP 800-186 section 3.2.1)
CURVES = {
    "2a8648ce3d030107": (
        0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
         0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)),
    "2b81040022": (
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        (0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
         0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F)),
}


def rsa_verify(key, digest_name, message, signature):
    modulus, exponent = [int.from_bytes(der_content(part, INTEGER), "big") for part in der_in(der_items(key)[0], SEQUENCE)]
    size = (modulus.bit_length() + 7) // 8
    oid = next(bytes.fromhex(o) for o, name in SHA_OIDS.items() if name == digest_name)
    digest = hashlib.new(digest_name, message).digest()
    algorithm = b"\x06" + bytes([len(oid)]) + oid + b"\x05\x00"
    info = b"\x30" + bytes([len(algorithm)]) + algorithm + b"\x04" + bytes([len(digest)]) + digest
    info = b"\x30" + bytes([len(info)]) + info
    padded = b"\x00\x01" + b"\xff" * (size - len(info) - 3) + b"\x00" + info
    return len(signature) == size and pow(int.from_bytes(signature, "big"), exponent, modulus) == int.from_bytes(padded, "big")


def curve_add(p, one, other):
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % p == 0:
        return None
    if one == other:
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], p - 2, p)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], p - 2, p)
    x = (slope * slope - one[0] - other[0]) % p
    return x, (slope * (one[0] - x) - one[1]) % p


def curve_multiply(p, scalar, point):
    result = None
    for bit in bin(scalar)[2:]:
        result = curve_add(p, result, result)
        if bit == "1":
            result = curve_add(p, result, point)
    return result


def ecdsa_verify(curve, key, digest_name, message, signature):
    p, b, order, base = CURVES[curve]
    size = (p.bit_length() + 7) // 8
    r, s = [int.from_bytes(der_content(part, INTEGER), "big") for part in der_in(der_items(signature)[0], SEQUENCE)]
    x, y = int.from_bytes(key[1:1 + size], "big"), int.from_bytes(key[1 + size:], "big")
    if key[0] != 4 or len(key) != 1 + 2 * size or (y * y - x * x * x + 3 * x - b) % p or not (0 < r < order and 0 < s < order):
        return False
    digest = hashlib.new(digest_name, message).digest()
    e = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - order.bit_length())
    inverse = pow(s, order - 2, order)
    point = curve_add(p, curve_multiply(p, e * inverse % order, base), curve_multiply(p, r * inverse % order, (x, y)))
    return point is not None and point[0] % order == r


def der_time(item):
    """Digits down to the second, of a GeneralizedTime or a UTCTime; both in UTC."""
    match = re.fullmatch(r"(\d\d)?(\d{12})(?:\.\d+)?Z", item[1].decode("ascii"))
    if not match:
        raise Bad("time-stamp has a time of another form")
    century = match.group(1) or ("19" if match.group(2)[:2] >= "50" else "20")
    return century + match.group(2)


class Certificate:
    """What a time-stamp's signer says of itself. Whether that is so, a root that the reader trusts would have to say."""

    def __init__(self, item):
        self.whole = item[2]
        fields = der_in(der_in(item, SEQUENCE)[0], SEQUENCE)
        fields = fields[1:] if fields[0][0] == FIRST else fields
        serial, _, issuer, validity, subject, key = fields[:6]
        self.identity = issuer[2] + serial[2]
        self.begins, self.ends = [der_time(part) for part in der_in(validity, SEQUENCE)]
        names = [pair for part in der_in(subject, SEQUENCE) for pair in [der_in(p, SEQUENCE) for p in der_in(part, SET)]]
        common = [value[1].decode("utf-8", "replace") for oid, value in names if oid[1].hex() == "550403"]
        self.name = common[0] if common else "an authority without a name"
        algorithm, bits = der_in(key, SEQUENCE)
        self.algorithm = [part[1].hex() for part in der_in(algorithm, SEQUENCE)]
        self.key = bits[1][1:]
        usages = [e[-1][1] for part in fields[6:] if part[0] == 0xA3 for e in
                  [der_in(x, SEQUENCE) for x in der_in(der_items(part[1])[0], SEQUENCE)] if e[0][1].hex() == "551d25"]
        self.may_stamp = any(TIME_STAMPING in usage for usage in usages)

    def verify(self, kind, digest_name, message, signature):
        """True or False; None for a kind of signature that this verifier does not know."""
        if self.algorithm[0] == RSA_OID and kind in RSA_SIGNATURES:
            return rsa_verify(self.key, digest_name, message, signature)
        if self.algorithm[0] == EC_OID and self.algorithm[1] in CURVES:
            return ecdsa_verify(self.algorithm[1], self.key, digest_name, message, signature)
        return None


def read_time_stamp(token, note):
    """When the note was there, and who says so. It must be granted, of this note and signed as it says."""
    try:
        status, content = der_in(der_items(token)[0], SEQUENCE)[:2]
        if der_in(status, SEQUENCE)[0][1] not in (b"\x00", b"\x01"):
            raise Bad("time-stamp was not granted")
        signed = der_in(der_in(der_in(content, SEQUENCE)[1], FIRST)[0], SEQUENCE)
        kind, content = der_in(signed[2], SEQUENCE)
        if der_content(kind, OID).hex() != "2a864886f70d0109100104":
            raise Bad("what is signed is not a time-stamp")
        info = der_content(der_in(content, FIRST)[0], OCTETS)
        fields = der_in(der_items(info)[0], SEQUENCE)
        algorithm, imprint = der_in(fields[2], SEQUENCE)
        if SHA_OIDS.get(der_in(algorithm, SEQUENCE)[0][1].hex()) != "sha256" or imprint[1] != hashlib.sha256(note).digest():
            raise Bad("time-stamp is not of this checkpoint")
        time = der_time(fields[4])
        certificates = [Certificate(c) for part in signed[3:-1] if part[0] == FIRST for c in der_items(part[1])]
        return time, check_signer(der_in(signed[-1], SET)[0], info, certificates, time)
    except (IndexError, ValueError) as error:
        raise Bad("time-stamp has another form") from error


def check_signer(signer, info, certificates, time):
    _, identity, digest, attributes, kind, signature = der_in(signer, SEQUENCE)[:6]
    digest_name = SHA_OIDS.get(der_in(digest, SEQUENCE)[0][1].hex())
    certificate = next((c for c in certificates if c.identity == identity[1]), None)
    if certificate is None:
        raise Bad("time-stamp does not bring the certificate of its signer")
    if digest_name is None:
        return "%s (over a hash that is not known here, so not checked)" % certificate.name
    stated = [der_in(a, SEQUENCE) for a in der_in(attributes, FIRST)]
    message = [value[1] for oid, values in stated if oid[1].hex() == "2a864886f70d010904" for value in der_in(values, SET)]
    if message != [hashlib.new(digest_name, info).digest()]:
        raise Bad("time-stamp has changed since it was signed")
    named = [value for oid, values in stated if oid[1].hex() in SIGNING_CERTIFICATE for value in der_in(values, SET)]
    for value in named:
        parts = der_in(der_in(der_in(value, SEQUENCE)[0], SEQUENCE)[0], SEQUENCE)
        hashes = [part[1] for part in parts if part[0] == OCTETS]
        known = [hashlib.new(name, certificate.whole).digest() for name in ("sha1", "sha256", "sha384", "sha512")]
        if not hashes or hashes[0] not in known:
            raise Bad("time-stamp does not bring the certificate that it was signed with")
    # What is signed are the attributes as a SET, not as the [0] that they stand in.
    good = certificate.verify(der_in(kind, SEQUENCE)[0][1].hex(), digest_name, b"\x31" + attributes[2][1:], signature[1])
    if good is None:
        return "%s (by a kind of signature that is not known here, so not checked)" % certificate.name
    if not good:
        raise Bad("time-stamp is not signed by the certificate that it names")
    if not certificate.may_stamp or not certificate.begins <= time <= certificate.ends:
        raise Bad("time-stamp is signed by a certificate that was not valid for it then")
    return certificate.name


def digits_text(time):
    return "%s-%s-%s %s:%s:%s" % (time[:4], time[4:6], time[6:8], time[8:10], time[10:12], time[12:])


def time_stamp_line(name, size, stamp):
    time, authority = stamp
    return "%s.tsr: the first %d records were there at %s UTC, signed by %s" % (name, size, digits_text(time), authority)


def read_anchors(folder, policy):
    """Name, checkpoint and time-stamp of each time-stamped checkpoint that lies in the folder."""
    for file in sorted(os.listdir(folder)):
        if not re.fullmatch(r"anchor-\d+\.tsr", file):
            continue
        name = file[:-4]
        try:
            with open(os.path.join(folder, name + ".txt"), "rb") as opened:
                note = opened.read()
            with open(os.path.join(folder, file), "rb") as opened:
                token = opened.read()
            yield name, policy.checkpoint(note.decode("utf-8", "replace")), read_time_stamp(token, note)
        except FileNotFoundError as error:
            raise Bad("%s.txt is missing, which %s is a time-stamp of" % (name, file)) from error
        except Bad as problem:
            raise Bad("%s: %s" % (name, problem)) from problem


WHOSE = "whether the signer of a time-stamp is who it says is not checked here: openssl ts -verify with its root does"


# ---- Cosigned checkpoints (c2sp.org/tlog-cosignature, Ed25519) ------------------------------------------


class Witness:
    """A second site's key, of a kind of its own."""

    def __init__(self, text):
        match = re.fullmatch(r"([^+\s]+)\+([0-9a-f]{8})\+(\S+)", text)
        data = unbase64(match.group(3)) if match else b""
        if len(data) != 33 or data[0] != 4:
            raise Unusable("not the verifier key of a witness: %r" % text[:80])
        self.text, self.name, self.public = text, match.group(1), data[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4]
        if self.id.hex() != match.group(2):
            raise Unusable("key id does not fit its key: %s" % text)

    def told(self):
        return "%s+%s" % (self.name, self.id.hex())

    def time_in(self, note):
        """Seconds since 1970 UTC at which it signed this note first, None where it did not."""
        text, _, rest = note.partition("\n\n")
        times = []
        for line in rest[:-1].split("\n"):
            name, _, encoded = line[2:].partition(" ")
            blob = unbase64(encoded)
            if name != self.name or blob[:4] != self.id:
                continue
            time = int.from_bytes(blob[4:12], "big")
            message = "cosignature/v1\ntime %d\n%s\n" % (time, text)
            if len(blob) != 76 or time >= 2 ** 63 or not ed25519_verify(self.public, message.encode(), blob[12:]):
                raise Bad("a cosignature is not %s's signature of this checkpoint" % self.name)
            times.append(time)
        return min(times, default=None)


def read_cosigned(folder, policy):
    """File, note and checkpoint of each cosigned checkpoint that lies in the folder."""
    found = []
    for file in sorted(os.listdir(folder)):
        if re.fullmatch(r"cosigned-\d+\.txt", file):
            try:
                with open(os.path.join(folder, file), "rb") as opened:
                    note = opened.read().decode("utf-8", "replace")
                found.append((file, note, policy.checkpoint(note)))
            except Bad as problem:
                raise Bad("%s: %s" % (file, problem)) from problem
    return found


def witness_lines(cosigned, witnesses):
    """What those say that were named with --witness; the others are told, and count for nothing."""
    lines = []
    for witness in witnesses:
        times = {}
        for file, note, checkpoint in cosigned:
            try:
                time = witness.time_in(note)
            except Bad as problem:
                raise Bad("%s: %s" % (file, problem)) from problem
            if time is not None:
                times[checkpoint.size] = time
        if not times:
            raise Bad("%s, which was named with --witness, has cosigned nothing that is here" % witness.told())
        size = max(times)
        lines.append("cosigned by %s: the first %d records were all that it had seen at %s"
                     % (witness.name, size, utc_text(times[size] * 10 ** 9)))
    named = {witness.told() for witness in witnesses}
    for other in sorted({other for _, _, checkpoint in cosigned for other in checkpoint.others} - named):
        lines.append("cosigned by %s, which is not checked here: --witness takes its key" % other)
    return lines


# ---- A whole ledger ------------------------------------------------------------------------------------

CLASSES = {1: "A", 2: "B", 3: "C"}
QUALITIES = ("not-stated", "synchronised", "free-running", "stepped", "virtual")
ORIGINS = (None, "physical", "simulated", "replayed", "faulted")


def word(words, code):
    """A later version may know more words than these."""
    return words[code] if code < len(words) else "code %d" % code


def utc_text(utc_ns):
    seconds, ns = divmod(utc_ns, 10 ** 9)
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    return "%s.%09dZ" % (moment.isoformat(), ns)


def local_text(utc_ns, minutes):
    if minutes == 0:
        return utc_text(utc_ns)
    return utc_text(utc_ns + minutes * 60 * 10 ** 9)[:-1] + zone_text(minutes)


def zone_text(minutes):
    return "%s%02d:%02d" % ("-" if minutes < 0 else "+", abs(minutes) // 60, abs(minutes) % 60)


class Record:
    def __init__(self, raw):
        if len(raw) < 104:
            raise Bad("record is too short")
        (self.length, version, code, self.sequence, self.utc_ns, self.monotonic_ns) = struct.unpack_from("<IHHQqQ", raw)
        if self.length != len(raw):
            raise Bad("record %d has another length than it says" % self.sequence)
        if version != 1 or code != 0 or raw[67] not in CLASSES or any(raw[70:72]):
            raise Bad("record %d has a header that this format does not know" % self.sequence)
        self.raw = raw
        self.boot_id, self.event_id = raw[32:48], raw[48:64]
        self.durability = CLASSES[raw[67]]
        self.zone_minutes = struct.unpack_from("<h", raw, 64)[0]
        self.zone = zone_text(self.zone_minutes)
        self.clock_quality = word(QUALITIES, raw[66])
        self.origin = word(ORIGINS, raw[68])
        self.schema = raw[69]
        self.previous = raw[72:104]
        self.hash = keyed_hash("record", raw)


class Batch:
    """One batch at offset. Raises Bad when there is none that is whole."""

    def __init__(self, data, offset, sector):
        if data[offset:offset + 4] != b"HLXB" or len(data) - offset < 96:
            raise Torn("no batch header at byte %d" % offset)
        count, self.number, self.first, length = struct.unpack_from("<IQQI", data, offset + 4)
        self.link = data[offset + 32:offset + 64]
        trailer_at = offset + 96 + length
        self.end = offset + -(-(96 + length + 72) // sector) * sector
        if self.end > len(data):
            raise Torn("batch at byte %d is longer than the file" % offset)
        self.trailer = data[trailer_at:trailer_at + 72]
        zeros = (data[offset + 28:offset + 32], data[offset + 64:offset + 96], self.trailer[4:8],
                 data[trailer_at + 72:self.end])
        if self.trailer[:4] != b"HLXE" or any(any(part) for part in zeros):
            raise Torn("batch at byte %d has no proper end" % offset)
        raws, at = [], offset + 96
        while at < trailer_at:
            size = int.from_bytes(data[at:at + 4], "little")
            if size < 104 or at + size > trailer_at:
                raise Torn("record at byte %d has an impossible length" % at)
            raws.append(data[at:at + size])
            at += size
        if count != len(raws) or count == 0:
            raise Torn("batch at byte %d does not hold the records it counts" % offset)
        hashes = [keyed_hash("record", raw) for raw in raws]
        if any(raw[72:104] != before for raw, before in zip(raws[1:], hashes)):
            raise Torn("the records of the batch at byte %d do not follow from each other" % offset)
        self.hash = self.trailer[8:40]
        if keyed_hash("batch", data[offset:offset + 96] + hashes[-1]) != self.hash:
            raise Torn("batch at byte %d does not have the hash it states" % offset)
        # Whole from here on: what is wrong with it now, no crash has done.
        self.records = [Record(raw) for raw in raws]
        # The trailer's last 32 bytes are a tag that only the holder of the private key can check.


class Header:
    def __init__(self, data, policy):
        raw = data[:SECTOR]
        if len(raw) < SECTOR or raw[:4] != b"HLXS":
            raise Bad("no segment header")
        form, sector, self.number, self.epoch = struct.unpack_from("<HHII", raw, 4)
        self.ledger_id = raw[16:32]
        self.sequence, self.batch, self.created = struct.unpack_from("<QQq", raw, 32)
        self.link, self.record_hash = raw[56:88], raw[88:120]
        self.previous_end, self.torn_length = struct.unpack_from("<QQ", raw, 120)
        self.torn_hash = raw[136:168]
        count = bin(self.sequence).count("1")
        self.frontier = [raw[176 + 32 * i:208 + 32 * i] for i in range(count)]
        if self.epoch >= len(policy.keys) or form != FORMAT or sector != policy.sector:
            raise Bad("segment header of an unknown form or key")
        if not policy.keys[self.epoch].verify(b"helix-ledger/1 segment\n" + raw[:4032], raw[4032:]):
            raise Bad("segment header is not signed")
        if any(raw[168:176]) or any(raw[176 + 32 * count:4032]):
            raise Bad("segment header has bytes that must be zero")


def read_file(folder, name):
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return file.read()
    except FileNotFoundError as error:
        raise Bad("%s is missing" % name) from error


class TimeOrder:
    """Records that are dated before one that stands before them: the wall clock was set back."""

    def __init__(self):
        self.latest, self.count, self.first = None, 0, None

    def look(self, record):
        if self.latest is None or record.utc_ns >= self.latest:
            self.latest = record.utc_ns
        elif self.latest - record.utc_ns >= 10 ** 9:
            self.count += 1
            self.first = self.first or (record.sequence, self.latest - record.utc_ns)

    def lines(self):
        if self.first is None:
            return []
        return ["%d records are dated before an earlier one, the first is record %d, by %.1f s: the clock was set back"
                % (self.count, self.first[0], self.first[1] / 1e9)]


class LedgerCheck:
    """Walks every segment, in the order in which it was written."""

    def __init__(self, folder, policy, on_record=lambda record, event: None, mark_folder=None):
        """on_record: called with each record and its event, None where that cannot be shown."""
        self.folder, self.policy, self.on_record = folder, policy, on_record
        self.mark_folder = self.place_of_marks(mark_folder)
        self.tree = Tree()
        self.batch_number = 0
        self.record_hash = bytes(32)
        self.link = keyed_hash("link", policy.ledger_id)
        self.leaves = {}
        self.frames = []
        self.signed = 0
        self.aside = []
        self.stamped = []
        self.times = TimeOrder()
        self.torn = None
        self.marks = self.read_marks()
        self.statements = [(c.size, c.root, name) for name, c in self.marks]
        self.statements += [(s, r, "ledger.policy") for s, r in zip(policy.starts, policy.roots) if r is not None]
        self.statements += [(s, r, "ledger.policy") for s, r in self.policy.trusted.values()]
        self.covered = max((c.size for _, c in self.marks), default=0)
        self.anchors = list(read_anchors(folder, policy))
        self.anchored = {}
        for name, checkpoint, _ in self.anchors:
            self.anchored.setdefault(checkpoint.size, []).append((checkpoint.root, name))
        self.cosigned = read_cosigned(folder, policy)
        self.statements += [(c.size, c.root, name) for name, _, c in self.cosigned]

    def read(self, name):
        return read_file(self.folder, name)

    def place_of_marks(self, told):
        stated = self.policy.mark_folder
        if stated is None and told is not None and os.path.abspath(told) != os.path.abspath(self.folder):
            raise Unusable("this ledger keeps its high-water marks in its own folder, not in %s" % told)
        place = told or stated or self.folder
        if stated is not None and told != self.folder and not any(os.path.exists(os.path.join(place, name)) for name in MARKS):
            raise Unusable("this ledger keeps its high-water marks in %s, and they are not in %s; say where with --marks" % (stated, place))
        return place

    def read_marks(self):
        """A crash tears at most the one that was being written, and never removes one."""
        marks = []
        for name in MARKS:
            data = read_file(self.mark_folder, name)
            if not data:
                raise Bad("%s is empty" % name)
            try:
                marks.append((name, self.mark(name, data)))
            except Bad as problem:
                if self.torn is not None:
                    raise
                self.torn = "%s: %s" % (name, problem)
        return marks

    def mark(self, name, data):
        if len(data) != SECTOR:
            raise Bad("not one sector")
        text, _, zeros = data[:2048].partition(b"\0")
        checkpoint = self.policy.checkpoint(text.decode("utf-8", "replace"))
        point = data[2048:]
        if any(zeros) or keyed_hash("resume", point[:2016]) != point[2016:]:
            raise Bad("it has changed")
        batch, records = struct.unpack_from("<QQ", point, 16)
        if records != checkpoint.size:
            raise Bad("it signs for %d records and goes on after %d" % (checkpoint.size, records))
        self.frames.append((name, records, batch, point[32:64]))
        return checkpoint

    def compare_frames(self):
        """What the mark was written after is the frame around the last record it signs for."""
        for name, records, batch, link in self.frames:
            if records == self.tree.size and (batch, link) != (self.batch_number, self.link):
                raise Bad("the batch before record %d is not the one that %s was written after" % (records, name))

    def compare(self):
        for size, root, name in self.statements:
            if size == self.tree.size and root != self.tree.root():
                raise Bad("the first %d records are not those that %s was signed for" % (size, name))
        for root, name in self.anchored.get(self.tree.size, ()):
            if root != self.tree.root():
                raise Bad("the first %d records are not those that %s.txt was signed for" % (self.tree.size, name))

    def run(self):
        names = sorted(n for n in os.listdir(self.folder) if re.fullmatch(r"seg-\d{4}-\d{8}\.hlx", n))
        names.sort(key=lambda n: int(n[9:17]))
        if not names:
            raise Bad("no segment file is there")
        for i, name in enumerate(names):
            try:
                self.segment(i, name, names[i + 1] if i + 1 < len(names) else None)
            except Bad as problem:
                raise Bad("%s: %s" % (name, problem)) from problem
        for name in os.listdir(self.folder):
            torn = re.fullmatch(r"torn-([0-9a-f]{64})\.bin", name)
            if torn and keyed_hash("torn", self.read(name)).hex() != torn.group(1):
                raise Bad("%s has changed since it was set aside" % name)
        for sequence, name in self.aside:
            if not os.path.exists(os.path.join(self.folder, name)):
                raise Bad("%s, which record %d says was set aside, is gone" % (name, sequence))
        for sequence, name in self.stamped:
            if not os.path.exists(os.path.join(self.folder, name)):
                raise Bad("%s, which record %d says was kept, is gone" % (name, sequence))
        if self.tree.size < self.covered:
            raise Bad("a signed checkpoint counts %d records, %d are here" % (self.covered, self.tree.size))
        if max(self.anchored, default=0) > self.tree.size:
            raise Bad("a time-stamped checkpoint counts %d records, %d are here" % (max(self.anchored), self.tree.size))
        cosigned = max((c.size for _, _, c in self.cosigned), default=0)
        if cosigned > self.tree.size:
            raise Bad("a cosigned checkpoint counts %d records, %d are here" % (cosigned, self.tree.size))

    def segment(self, number, name, successor):
        data = self.read(name)
        header = Header(data, self.policy)
        if header.number != number or int(name[9:17]) != number or int(name[4:8]) != header.epoch:
            raise Bad("segment %d is missing or in the wrong place" % number)
        here = (header.ledger_id, header.sequence, header.batch, header.link, header.record_hash, header.frontier)
        if here != (self.policy.ledger_id, self.tree.size, self.batch_number, self.link, self.record_hash, self.tree.frontier):
            raise Bad("segment does not follow from what is before it")
        if not self.policy.may_cover(header.epoch, header.sequence):
            raise Bad("segment is signed by a key that was not in use then")
        self.compare()
        following = Header(self.read(successor), self.policy) if successor else None
        end = following.previous_end if following else len(data)
        body = data[:end]
        at = SECTOR
        # Zeros up to the end are room that was never used; counting them is quick, looking at each is not.
        while at < end and (any(data[at:at + self.policy.sector]) or data.count(0, at, end) < end - at):
            try:
                batch = Batch(body, at, self.policy.sector)
            except Torn as problem:
                if following or self.whole_batch_after(body, at, self.policy.sector):
                    raise
                self.torn = "%s: %s" % (name, problem)
                break
            self.batch(batch)
            at = batch.end
        if not self.policy.may_cover(header.epoch, self.tree.size):
            raise Bad("records go on after the key that signs them was replaced")
        if following:
            rest = data[following.previous_end:]
            torn, zeros = rest[:following.torn_length], rest[following.torn_length:]
            if at != end or keyed_hash("torn", torn) != following.torn_hash or any(zeros):
                raise Bad("segment does not end as the next one says")

    @staticmethod
    def whole_batch_after(data, at, sector):
        """No crash leaves one behind a write that it cut short."""
        for later in range(at + sector, len(data), sector):
            try:
                Batch(data, later, sector)
                return True
            except Torn:
                continue
            except Bad:
                return True
        return False

    def batch(self, batch):
        first = batch.records[0]
        if (batch.number, batch.first, batch.link) != (self.batch_number, self.tree.size, self.link):
            raise Bad("batch %d stands where batch %d belongs" % (batch.number, self.batch_number))
        if first.previous != self.record_hash:
            raise Bad("record %d does not follow from the one before it" % first.sequence)
        for record in batch.records:
            if record.sequence != self.tree.size:
                raise Bad("record %d stands where record %d belongs" % (record.sequence, self.tree.size))
            event = decode_body(record)
            self.leaves[record.sequence] = record.hash
            self.signed += check_signature(record.sequence, event, self.leaves, True)
            if event is not None and event["type"] == "RECOVERY" and isinstance(event.get("quarantineFile"), str):
                self.aside.append((record.sequence, os.path.basename(event["quarantineFile"])))
            if event is not None and event["type"] == "TIME_STAMPED" and isinstance(event.get("file"), str):
                self.stamped.append((record.sequence, os.path.basename(event["file"])))
            self.times.look(record)
            self.on_record(record, event)
            self.tree.append(record.raw)
            self.compare()
        self.record_hash = batch.records[-1].hash
        self.link = keyed_hash("link", batch.trailer)
        self.batch_number += 1
        self.compare_frames()

    def unsigned(self):
        """Records at the end that fit, and are under no signature yet."""
        return self.tree.size - max([self.covered] + [size for size, _, _ in self.statements if size <= self.tree.size])


def note_name(event, about):
    """Keeps the newest event about each person's name."""
    if event["type"] in ("PERSON_NAMED", "PERSON_NAME_ERASED"):
        about[event.get("person")] = event


def is_committed(person, name, salt, about):
    event = about.get(person, {})
    hashed = hashlib.sha256(salt + person.encode() + b"\0" + name.encode()).hexdigest()
    return event.get("type") == "PERSON_NAMED" and event.get("commitment") == hashed


def read_names(folder):
    """Name and salt by the id of the person; of nobody where there is no names.json."""
    if not os.path.exists(os.path.join(folder, "names.json")):
        return {}
    try:
        people = json.loads(read_file(folder, "names.json").decode("utf-8"))["people"]
        return {one["person"]: (one["name"], bytes.fromhex(one["salt"])) for one in people}
    except (ValueError, KeyError, TypeError) as error:
        raise Bad("names.json is not a table of names") from error


def name_lines(folder, about):
    """No damage to a ledger: a name that its records do not stand for counts for nothing."""
    try:
        names = read_names(folder)
    except Bad as problem:
        return [str(problem)]
    lines = ["names.json: no record stands for the name of %s" % person
             for person, (name, salt) in names.items() if not is_committed(person, name, salt, about)]
    return lines + ["names.json lacks the name of %s, which is on record" % person
                    for person, event in about.items() if event["type"] == "PERSON_NAMED" and person not in names]


def decode_body(record):
    try:
        return decode_event(record.raw[104:])
    except Unsupported:
        # A later version may write what this one cannot show; its bytes are proven all the same.
        return None


def check_signature(sequence, event, hashes, all_are_here):
    """1 for an electronic signature, which must be of the record that it names; else 0."""
    if event is None or event["type"] != "ELECTRONIC_SIGNATURE":
        return 0
    signed = event.get("signed")
    if not isinstance(signed, dict) or not re.fullmatch(r"\d+", str(signed.get("sequence"))):
        raise Bad("the signature in record %d is of no record" % sequence)
    target = int(signed["sequence"])
    if target >= sequence or (target not in hashes and all_are_here):
        raise Bad("the signature in record %d is of a record that was not there then" % sequence)
    if target in hashes and hashes[target].hex() != signed.get("recordHash"):
        raise Bad("the signature in record %d is not of the record that it names" % sequence)
    return 1


# ---- records.pdf (ISO 32000-1), in the one form in which it is written ---------------------------------

PDF_HEAD = b"%PDF-1.7\n%\xff\xff\xff\xff\n"
PDF_TOKEN = re.compile(rb"\s*(?:(?P<open><<|\[)|(?P<close>>>|\])|/(?P<name>[^\s<>\[\]()/]*)|(?P<ref>\d+) 0 R"
                       rb"|(?P<number>[-+]?\d*\.?\d+)|<(?P<hex>[0-9a-fA-F]*)>|\((?P<text>(?:[^()\\]|\\.)*)\))", re.S)
# A4, landscape, in points. Pages are drawn with these operators and no others, always in this order.
PAGE_SIZE = (841.89, 595.28)
NUM = rb"(-?\d+(?:\.\d+)?)"
FLIP = rb"1 0 0 -1 0 595\.28 cm\n"
TEXT = re.compile(rb"q\n" + FLIP + rb"BT\n1 0 0 1 %b %b Tm\n/(F\d) %b Tf\n((?:\[[^\]]*\] TJ\n|1 0 0 1 %b %b Tm\n)+)ET\nQ\n" % ((NUM,) * 5))
COLOUR = re.compile(rb"/DeviceRGB cs\n%b %b %b scn\n" % ((NUM,) * 3))
FILL = re.compile(rb"%b %b %b %b re\n/DeviceRGB cs\n%b %b %b scn\nf\n" % ((NUM,) * 7))
RULE = re.compile(rb"%b %b m\n%b %b l\n0\.5 w\n/DeviceRGB CS\n%b %b %b SCN\nS\n" % ((NUM,) * 7))
GLYPHS = re.compile(rb"<([0-9a-f]*)>|" + NUM)
# No text lighter than this, no ground darker than that; kerning moves a letter by no more than this, in 1/1000 em.
DARK, LIGHT, KERNING = 0.34, 0.93, 300
LEFT, WIDTH, INDENT, PADDING = 36, 769.89, 32, 3
REGULAR, BOLD = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"
TITLE_SIZE, HEAD_SIZE, ROW_SIZE, DETAIL_SIZE, FOOT_SIZE = 15, 8.5, 7.5, 6.3, 7


def pdf_value(data, at):
    """One value, and where it ends: a dict, a list, a number, bytes of a string, "/Name", or ("ref", number)."""
    match = PDF_TOKEN.match(data, at)
    if not match:
        raise Bad("records.pdf: byte %d is not as HELIX writes it" % at)
    at, kind, raw = match.end(), match.lastgroup, match.group(match.lastgroup)
    if kind == "open":
        items = []
        while True:
            closing = PDF_TOKEN.match(data, at)
            if closing and closing.lastgroup == "close":
                break
            item, at = pdf_value(data, at)
            items.append(item)
        if closing.group("close") != (b"]" if raw == b"[" else b">>"):
            raise Bad("records.pdf: byte %d closes what is not open" % at)
        return (items if raw == b"[" else dict_of(items)), closing.end()
    if kind == "name":
        return "/" + raw.decode("latin-1"), at
    if kind == "ref":
        return ("ref", int(raw)), at
    if kind == "number":
        return float(raw), at
    if kind == "hex":
        return bytes.fromhex(raw.decode()), at
    if kind == "text":
        return raw, at
    raise Bad("records.pdf: byte %d closes what is not open" % at)


def dict_of(items):
    names = items[0::2]
    if len(items) % 2 or any(not isinstance(name, str) for name in names) or len(set(names)) != len(names):
        raise Bad("records.pdf has a dictionary that says a thing twice, or of another form")
    return dict(zip(names, items[1::2]))


class Drawn:
    """One line of text where it stands, in points from the lower left corner."""

    def __init__(self, page, x, y, font, size, text):
        self.page, self.x, self.y, self.font, self.size, self.text = page, x, y, font, size, text


class Pdf:
    """What the file draws. It must hold nothing else that a viewer could show, hide or run."""

    def __init__(self, data):
        self.data = data
        self.objects, self.streams = {}, {}
        trailer = self.file()
        root = self.get(trailer["/Root"], "/Type", "/Pages", "/Names", "/OutputIntents", "/Metadata")
        if self.get(root["/Names"]) != {"/Dests": {"/Names": []}}:
            raise Bad("records.pdf has more in it than its pages")
        pages = self.get(root["/Pages"], "/Type", "/Count", "/Kids")
        if pages["/Count"] != len(pages["/Kids"]):
            raise Bad("records.pdf has other pages than it counts")
        self.fonts = {}
        self.drawn = [line for i, page in enumerate(pages["/Kids"]) for line in self.page(i + 1, page)]
        self.pages = len(pages["/Kids"])

    def file(self):
        """Objects one after the other, each once, each where the table says; nothing before, between or after."""
        data, at, places = self.data, len(PDF_HEAD), {}
        if not data.startswith(PDF_HEAD):
            raise Bad("records.pdf does not begin as HELIX writes it")
        while not data.startswith(b"xref\n", at):
            match = re.compile(rb"([1-9]\d*) 0 obj\n").match(data, at)
            if not match or int(match.group(1)) in places:
                raise Bad("records.pdf: byte %d is not as HELIX writes it" % at)
            number = int(match.group(1))
            places[number] = at
            self.objects[number], at = pdf_value(data, match.end())
            if data.startswith(b"\nstream\n", at):
                length = int(self.objects[number]["/Length"])
                self.streams[number] = data[at + 8:at + 8 + length]
                at += 8 + length
                if not data.startswith(b"\nendstream", at):
                    raise Bad("records.pdf: object %d has another length than it says" % number)
                at += 10
            if not data.startswith(b"\nendobj\n", at):
                raise Bad("records.pdf: object %d does not end as HELIX writes it" % number)
            at += 8
        count = len(places) + 1
        table = b"xref\n0 %d\n0000000000 65535 f \n" % count
        if sorted(places) != list(range(1, count)):
            raise Bad("records.pdf lacks an object")
        table += b"".join(b"%010d 00000 n \n" % places[number] for number in range(1, count)) + b"trailer\n"
        if not data.startswith(table, at):
            raise Bad("records.pdf: its table of objects does not say where they are")
        trailer, end = pdf_value(data, at + len(table))
        if data[end:] != b"\nstartxref\n%d\n%%%%EOF\n" % at or set(trailer) != {"/Size", "/Root", "/Info", "/ID"}:
            raise Bad("records.pdf does not end as HELIX writes it")
        return trailer

    def get(self, value, *names):
        """What a reference leads to; of a dictionary with these entries and no others, where they are named."""
        for _ in range(2):
            if isinstance(value, tuple):
                value = self.objects[value[1]]
        if names and set(value) != set(names):
            raise Bad("records.pdf: something has other entries than %s" % " ".join(names))
        return value

    def stream(self, reference):
        if self.get(reference).get("/Filter") != "/FlateDecode":
            raise Bad("records.pdf has a stream in another coding")
        inflater = zlib.decompressobj()
        content = inflater.decompress(self.streams[reference[1]])
        if not inflater.eof or inflater.unused_data:
            raise Bad("records.pdf has a stream that is not whole")
        return content

    def font(self, reference):
        """Its name, and the letters of each glyph by the table that a copy to the clipboard goes by."""
        if reference not in self.fonts:
            font = self.get(reference, "/Type", "/Subtype", "/BaseFont", "/Encoding", "/DescendantFonts", "/ToUnicode")
            (inner,) = font["/DescendantFonts"]
            name = font["/BaseFont"].partition("+")[2]
            if font["/Encoding"] != "/Identity-H" or self.get(inner)["/CIDToGIDMap"] != "/Identity" or name not in (REGULAR, BOLD):
                raise Bad("records.pdf has a font of another kind")
            letters, seen = {}, set()
            for first, last, row in re.findall(rb"<([0-9a-f]{4})> <([0-9a-f]{4})> \[([^\]]*)\]", self.stream(font["/ToUnicode"])):
                texts = [bytes.fromhex(t.decode()).decode("utf-16-be") for t in re.findall(rb"<([0-9a-f ]*)>", row)]
                if len(texts) != int(last, 16) - int(first, 16) + 1:
                    raise Bad("records.pdf has a font with a table of another form")
                for i, text in enumerate(texts):
                    letters[int(first, 16) + i] = text
                    # Two shapes for one letter: then one could be drawn and another one read. A mark sits higher on a capital.
                    if text in seen and not unicodedata.combining(text[0]):
                        raise Bad("records.pdf has a font with two shapes for %r" % text)
                    seen.add(text)
            self.fonts[reference] = name, letters
        return self.fonts[reference]

    def page(self, number, reference):
        page = self.get(reference, "/Type", "/Parent", "/MediaBox", "/Contents", "/Resources", "/UserUnit")
        resources = self.get(page["/Resources"], "/ProcSet", "/Font", "/ColorSpace")
        if tuple(page["/MediaBox"][2:]) != PAGE_SIZE or page["/MediaBox"][:2] != [0, 0] or page["/UserUnit"] != 1 or resources["/ColorSpace"]:
            raise Bad("records.pdf: page %d is not as HELIX writes it" % number)
        fonts = {name[1:]: self.font(font) for name, font in resources["/Font"].items()}
        content, lines, dark = self.stream(page["/Contents"]), [], True
        at = re.match(FLIP, content).end() if re.match(FLIP, content) else len(content) + 1
        while at != len(content):
            match = next((m for m in (p.match(content, at) for p in (TEXT, COLOUR, FILL, RULE)) if m), None)
            if match is None:
                raise Bad("records.pdf: page %d draws something that is no text, ground or rule" % number)
            at = match.end()
            if match.re is TEXT:
                lines.append(self.line(number, match, fonts))
                good = dark
            else:
                numbers = [float(n) for n in match.groups()]
                good = self.ornament(match.re, numbers, lines)
                dark = all(part <= DARK for part in numbers) if match.re is COLOUR else dark and match.re is RULE
            if not good:
                raise Bad("records.pdf: page %d hides something" % number)
        return lines

    @staticmethod
    def ornament(kind, numbers, lines):
        """A ground is light and lies below what is drawn on it; a rule goes from left to right between lines."""
        if kind is COLOUR:
            return True
        if kind is RULE:
            x, y, to_x, to_y = numbers[:4]
            return x == LEFT and abs(to_x - LEFT - WIDTH) < 0.01 and y == to_y
        x, y, width, height = numbers[:4]
        top, bottom = PAGE_SIZE[1] - y, PAGE_SIZE[1] - y - height
        wide = x in (LEFT, LEFT + INDENT) and abs(x + width - LEFT - WIDTH) < 0.01 and height > 0
        return wide and all(part >= LIGHT for part in numbers[4:]) and not any(bottom <= line.y <= top for line in lines)

    @staticmethod
    def line(page, match, fonts):
        x, y, size = float(match.group(1)), float(match.group(2)), float(match.group(4))
        if not (0 < x < PAGE_SIZE[0] and 0 < y < PAGE_SIZE[1]):
            raise Bad("records.pdf: page %d has text that is beside it" % page)
        name, letters = fonts[match.group(3).decode()]
        text = []
        for part in match.group(5).decode().splitlines():
            if part.endswith("Tm"):
                # A mark above or below a letter, and what follows it.
                to_x, to_y = [float(n) for n in part.split(" ")[4:6]]
                if to_x < x or abs(to_y - y) > size:
                    raise Bad("records.pdf: page %d has letters that have left their line" % page)
                continue
            for codes, move in GLYPHS.findall(part.encode()):
                if move and abs(float(move)) > KERNING:
                    raise Bad("records.pdf: page %d has letters that have left their place" % page)
                text += [letters[int(codes[i:i + 4], 16)] for i in range(0, len(codes), 4)]
        return Drawn(page, x, y, name, size, "".join(text))


# What stands in the print, word for word.

VERDICTS = {"CLEAN": "CLEAN: no record is missing, none has changed",
            "TORN_TAIL": "TORN_TAIL: a crash cut the last write short; all before it is there and unchanged"}
COLUMNS = (("No.", 32), ("When (local time)", 86), ("What", 98), ("Who (role)", 88), ("Instrument, batch", 78),
           ("Changed", 74), ("Old value", 72), ("New value, or outcome", 104), ("Why", 138))
WORDS = {"since": "from", "until": "before", "from": "record", "to": "before record"}
LONGEST = {"cell": 400, "value": 400, "detail": 4000}
MAX_PRINTED = 20000
IN_CELLS, REASONS = ("type", "actor", "instrument", "change", "batch"), ("reason", "comment", "description")
NOTHING_FOUND = "No record was found that is asked for."


def cut(text, longest):
    """Text as far as there is room for it. A letter that might be printed as its code point takes more."""
    room = longest
    for i, letter in enumerate(text):
        room -= 1 if " " <= letter <= "~" or "\xa1" <= letter <= "\u052f" else 10
        if room < 0:
            return text[:i] + "... (whole in records.json)"
    return text


def squeezed(text):
    """Without spaces, which a line's end swallows, and with the letters that are printed as their code point."""
    plain = re.sub(r"\[U\+([0-9A-F]{4,6})\]", lambda match: chr(int(match.group(1), 16)), "".join(text.split()))
    return "".join(plain.split())


def to_second(text):
    return re.sub(r"\.\d+", "", text).replace("T", " ")


def untrusted_text(first, after, epoch):
    return "records %d to %d: key %d, which signed them, was compromised; the root key trusts what is before" % (first, after - 1, epoch)


def stamps_printed(stamps):
    if not stamps:
        return "none by an outside authority"
    _, _, (time, _) = max(stamps, key=lambda stamp: stamp[1].size)
    return "%d by an outside authority, the newest %s UTC (anchor-*.tsr; who it is, their certificates say)" % (len(stamps), digits_text(time))


def printed_time(record):
    return re.sub(r"\.(\d{3})\d+", r".\1", local_text(record.utc_ns, record.zone_minutes)).replace("T", " ").replace("Z", "+00:00")


def printed_cells(record):
    row = table_row(record.entry, record)
    who = row["who"] if row["name"] == "" else "%s <%s>" % (row["name"], row["who"])
    place = [text for text in (row["instrument"], row["batch"]) if text != ""]
    old, new = ["%s %s" % (js_number(row[side + "_value"]), row[side + "_unit"]) for side in ("old", "new")]
    return [
        str(record.sequence), printed_time(record), row["type"].replace("_", " ").lower(),
        who if row["role"] == "" else "%s (%s)" % (who, row["role"]),
        ", ".join(place), row["changed"], old,
        new if row["changed"] else row["signature"] or row["outcome"], row["why"],
    ]


def printed_signature(record):
    signer = fields_of(record.event.get("signer"))
    said = (text_of(signer.get("name")), text_of(signer.get("role")), text_of(record.event.get("meaning")))
    why = audit_columns(record.event)["why"]
    return "Signed: %s, %s: %s, %s (record %d)%s" % (said + (printed_time(record), record.sequence, ', "%s"' % why if why else ""))


def printed_details(record):
    """What the cells do not show, and what the header of the record says."""
    why, parts = audit_columns(record.event)["why"], []
    for name, value in record.entry["event"].items():
        in_cells = name in IN_CELLS or (name in REASONS and value == why)
        if not in_cells:
            parts.append("%s: %s" % (name, cut(value if isinstance(value, str) else js_json(value), LONGEST["value"])))
    header = "clock: %s;  plant: %s;  class %s;  record hash %s" % (record.clock_quality, record.origin or "not stated", record.durability, record.hash.hex())
    return ";  ".join([cut(";  ".join(parts), LONGEST["detail"])] * bool(parts) + [header])


class Print:
    """Goes through what is drawn, line by line, in the order in which a person reads it."""

    def __init__(self, pdf):
        self.pages = pdf.pages
        self.lines = [line for line in pdf.drawn if line.size != FOOT_SIZE]
        self.feet = [line for line in pdf.drawn if line.size == FOOT_SIZE]
        self.at = 0
        self.below = (1, PAGE_SIZE[1])
        self.in_table = False

    def next(self):
        return self.lines[self.at] if self.at < len(self.lines) else None

    def block(self, name, text, x, font, size, level=None):
        """The next lines, which must say this; where they begin. level: where they must; else below all before."""
        if level is None:
            self.turn()
        first, before, want, got = self.next(), None, squeezed(text), ""
        while squeezed(got) != want:
            line = self.next()
            if line is None or (line.x, line.font, line.size, line.page) != (x, font, size, first.page):
                where = "" if first is None else ", page %d," % first.page
                raise Bad("records.pdf%s says %r for %s, and should say %r" % (where, got, name, text))
            if before is not None:
                good = before.y - 2 * size < line.y < before.y
            elif level is not None:
                good = line.page == level[0] and abs(line.y - level[1]) < 0.01
            else:
                good = (line.page == self.below[0] and line.y < self.below[1]) or line.page == self.below[0] + 1
            if not good:
                raise Bad("records.pdf, page %d: %s does not stand where it belongs" % (line.page, name))
            got, before = got + line.text, line
            self.at += 1
        return None if before is None else (first.page, first.y)

    def alone(self, name, text, x, font, size):
        start = self.at
        self.block(name, text, x, font, size)
        self.under(start)

    def row(self, of, texts, font):
        """Cells side by side, which all begin at the same height."""
        self.turn()
        start, x, level = self.at, LEFT, None
        for (column, width), text in zip(COLUMNS, texts):
            level = self.block("%s of %s" % (column, of), text, x, font, ROW_SIZE, level) or level
            x += width
        self.under(start)

    def under(self, start):
        """What comes next stands below all of these lines, or on the next page."""
        lines = self.lines[start:self.at]
        if lines:
            self.below = (lines[-1].page, min(line.y for line in lines))

    def turn(self):
        """Each page of the table begins with its heading."""
        if self.in_table and self.next() is not None and self.next().page == self.below[0] + 1:
            self.in_table = False
            self.heading()

    def heading(self):
        self.row("the heading", [name for name, _ in COLUMNS], BOLD)
        self.in_table = True

    def stated(self, name, form):
        """What the head says under this name, as far as it is in this form."""
        for one, other in zip(self.lines, self.lines[1:]):
            match = re.fullmatch(form, squeezed(other.text)) if one.text == name and one.font == BOLD else None
            if match:
                return match.group(1)
        raise Bad("records.pdf does not say in its head, in a form that is known here: %s" % name)

    def head(self, title, pairs):
        self.alone("the title", title, LEFT, BOLD, TITLE_SIZE)
        for name, text in pairs:
            start = self.at
            level = self.block("a name in the head", name, LEFT, BOLD, HEAD_SIZE)
            self.block("%s in the head" % name, text, LEFT + 62, REGULAR, HEAD_SIZE, level)
            self.under(start)

    def end(self, foot):
        if self.next() is not None:
            raise Bad("records.pdf, page %d: %r is more than it should say" % (self.next().page, self.next().text))
        expected = [(page, text) for page in range(1, self.pages + 1) for text in (foot, "page %d of %d" % (page, self.pages))]
        if [(line.page, squeezed(line.text)) for line in self.feet] != [(page, squeezed(text)) for page, text in expected]:
            raise Bad("records.pdf has a page whose foot says something else")
        if any(line.y > 30 for line in self.feet):
            raise Bad("records.pdf has the foot of a page where it does not belong")


# ---- An export ------------------------------------------------------------------------------------------


def plain_cell(cell):
    """Without the apostrophe that keeps a spreadsheet from taking a cell for a formula."""
    return cell[1:] if cell.startswith("'") else cell


def same_cell(cell, value):
    if isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool)):
        return re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", cell) is not None and float(cell) == value
    return cell == value


def fields_of(value):
    return value if isinstance(value, dict) and not isinstance(value, Keyed) else {}


def text_of(*values):
    """The first that is there, when it is text."""
    value = next((v for v in values if v is not None), None)
    return value if is_text(value) else ""


def is_text(value):
    return isinstance(value, str) and not isinstance(value, NotText)


def is_number(value):
    return isinstance(value, (int, float, Unbounded)) and not isinstance(value, bool)


def quantity(value):
    """Value and unit of one side of a change."""
    if isinstance(value, bool):
        return ("true" if value else "false"), ""
    if is_text(value):
        return value, ""
    number = fields_of(value).get("value")
    if is_number(number):
        return number, text_of(fields_of(value).get("unit"))
    return "not known", ""


def audit_columns(event):
    """Who, in which role, where and why, by the fields that events share."""
    actor = next((event[name] for name in ("actor", "user", "signer") if event.get(name) is not None), None)
    command = fields_of(event.get("command"))
    reasons = [event.get("reason"), event.get("rationale"), command.get("rationale"), event.get("comment"),
               event.get("description"), event.get("message")]
    return {
        "type": event["type"],
        "who": text_of(fields_of(actor).get("id"), fields_of(actor).get("name"), event.get("user"), event.get("signer"), event.get("actor")),
        "role": text_of(fields_of(actor).get("role"), event.get("role")),
        "instrument": text_of(event.get("instrument")),
        "batch": text_of(event.get("batch"), event.get("batchId"), command.get("batch")),
        "why": next((r for r in reasons if is_text(r) and r != ""), ""),
    }


def person_of(event):
    """The id of whoever is named beside the records; None where nobody is."""
    by = event.get("actor") if event.get("actor") is not None else event.get("signer")
    person = fields_of(by).get("id")
    return person if is_text(person) else None


def signature_text(event):
    name, meaning = text_of(fields_of(event.get("signer")).get("name")), text_of(event.get("meaning"))
    sequence = fields_of(event.get("signed")).get("sequence")
    return "%s: %s record %s" % (name, meaning, sequence) if name != "" and isinstance(sequence, Whole) else ""


def js_number(number):
    """A number as the print and the table write it: its shortest digits (ECMA-262, Number::toString)."""
    if isinstance(number, str) or number == 0:
        return str(number) if isinstance(number, str) else "0"
    sign, digits, exponent = decimal.Decimal(repr(number)).as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    point = len(digits) + exponent
    if len(text) <= point <= 21:
        shown = text.ljust(point, "0")
    elif 0 < point <= 21:
        shown = text[:point] + "." + text[point:]
    elif -6 < point <= 0:
        shown = "0." + "0" * -point + text
    else:
        shown = text[0] + ("." + text[1:] if len(text) > 1 else "") + "e%+d" % (point - 1)
    return ("-" if sign else "") + shown


def js_json(value):
    """JSON without spaces, of what records.json holds."""
    if isinstance(value, dict):
        return "{%s}" % ",".join("%s:%s" % (js_json(key), js_json(item)) for key, item in value.items())
    if isinstance(value, list):
        return "[%s]" % ",".join(js_json(item) for item in value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return js_number(value)
    return json.dumps(value, ensure_ascii=False)


def outcome_text(event):
    """Of records that report a value or a state instead of changing one."""

    def amount(value):
        return (" %s %s" % (js_number(value), text_of(event.get("unit")))).rstrip() if is_number(value) else ""

    def text(name):
        return text_of(event.get(name))

    def code(version, module):
        return "%s (%s)" % (text(version), text(module)[:12])

    if event["type"].startswith("DRIVER_"):
        if "newModuleHash" in event:
            old, new = code("oldDriverVersion", "oldModuleHash"), code("newDriverVersion", "newModuleHash")
            return "%s %s -> %s" % (text("driverName"), old, new)
        stays = " stays: %s" % text("failure") if text("failure") else ""
        return "%s %s%s" % (text("driverName"), code("driverVersion", "moduleHash"), stays)
    if is_text(event.get("outcome")):
        return event["outcome"] + amount(event.get("acknowledgedValue"))
    if isinstance(event.get("executed"), bool):
        return "%s, read back%s" % ("executed" if event["executed"] else "not executed", amount(event.get("readBack")))
    if isinstance(event.get("stepNs"), Whole):
        return "clock stepped by %s s" % js_number(float(event["stepNs"]) / 1e9)
    if isinstance(event.get("stampedUtcNs"), Whole):
        records = event.get("records")
        return "%s records were there at %s" % (js_number(records) if is_number(records) else records, utc_text(int(event["stampedUtcNs"])))
    if is_text(event.get("quality")):
        return "clock: %s -> %s" % (text("previous"), event["quality"])
    return ""


def table_row(entry, record):
    """What the columns of records.csv say of a record."""
    event = record.event
    change = fields_of(event.get("change"))
    changed = change.get("new") is not None
    of = text_of(change.get("of")) if changed else ""
    (old, old_unit), (new, new_unit) = (quantity(change.get("old")), quantity(change["new"])) if changed else (("", ""), ("", ""))
    return dict(
        audit_columns(event), sequence=entry["sequence"], time_utc=entry["time"],
        time_local=local_text(record.utc_ns, record.zone_minutes), clock=record.clock_quality,
        origin=record.origin or "not-stated", durability=record.durability,
        event_id=entry["eventId"], record_hash=entry["recordHash"],
        changed=of, outcome="" if of else outcome_text(event),
        old_value=old, old_unit=old_unit, new_value=new, new_unit=new_unit,
        signature=signature_text(event), name=entry.get("personName", ""),
        untrusted="" if record.untrusted is None else "key %d was compromised" % record.untrusted,
    )


class Wanted:
    """What an export says was asked for; with the whole ledger beside it, whether something was left out."""

    def __init__(self, selection):
        known = ("who", "what", "why", "instrument", "batch", "since", "until", "from", "to")
        if not isinstance(selection, dict) or any(key not in known or not isinstance(text, str) for key, text in selection.items()):
            raise Bad("records.json does not say what was asked for")
        self.selection = selection
        self.is_all = selection == {}

    def text(self):
        shown = [(key, utc_text(int(text)) if key in ("since", "until") else text) for key, text in self.selection.items()]
        return ", ".join("%s %s" % pair for pair in shown)

    def printed(self):
        """As the print has it, which tells of them in an order of its own."""
        shown = ["%s %s" % (WORDS.get(key, key), utc_text(int(text)) if key in ("since", "until") else text)
                 for key, text in self.selection.items()]
        return ", ".join(shown) or "all"

    def holds(self, record, event, name):
        columns = audit_columns(event)
        at = {"since": record.utc_ns, "until": record.utc_ns, "from": record.sequence, "to": record.sequence}
        for key, text in self.selection.items():
            if key in ("since", "from"):
                good = at[key] >= int(text)
            elif key in ("until", "to"):
                good = at[key] < int(text)
            elif key == "what":
                good = columns["type"].lower() in [one.strip().lower() for one in text.split(",")]
            else:
                within = (columns["who"], columns["role"], name) if key == "who" else (columns[key],)
                good = any(text.lower() in one.lower() for one in within)
            if not good:
                return False
        return True


class ExportCheck:
    def __init__(self, folder):
        self.folder = folder
        self.lines = []
        self.torn = None
        self.covers = ""
        # Electronic signatures in the whole ledger, where it is here.
        self.signed = None

    def read(self, name):
        return read_file(self.folder, name)

    def read_json(self, name, form):
        try:
            value = json.loads(self.read(name).decode("utf-8"))
        except ValueError as error:
            raise Bad("%s is not whole: %s" % (name, error)) from error
        if not isinstance(value, form):
            raise Bad("%s does not hold what an export holds in it" % name)
        return value

    def run(self):
        policy = Policy(self.read("ledger.policy"))
        note = self.read("checkpoint.txt")
        checkpoint = policy.checkpoint(note.decode("utf-8", "replace"))
        self.lines.append("checkpoint over %d records, signed by key %d" % (checkpoint.size, checkpoint.epoch))
        document = self.read_json("records.json", dict)
        if document.get("format") != "helix-ledger-export/1" or document.get("ledger") != policy.ledger_id.hex():
            raise Bad("records.json belongs to another ledger or form")
        if not isinstance(document.get("records"), list):
            raise Bad("records.json does not hold what an export holds in it")
        wanted = Wanted(document.get("selection"))
        records = [self.record(entry, policy, checkpoint) for entry in document["records"]]
        self.sequences([r.sequence for r in records], wanted, checkpoint)
        self.lines.append("%d records proven to be in it" % len(records))
        times = TimeOrder()
        for record in records:
            times.look(record)
        self.lines += times.lines()
        self.signatures(document["records"], records)
        names = self.names(document["records"])
        for other in checkpoint.others:
            self.lines.append("also signed by %s, which is not checked here" % other)
        self.table(document["records"], records)
        self.proof_files(document["records"], note)
        is_all = len(records) == checkpoint.size
        proven = self.consistency(policy, checkpoint)
        stamps = self.time_stamps(policy, proven | {(checkpoint.size, checkpoint.root)})
        for name, _, cosigned in read_cosigned(self.folder, policy):
            if (cosigned.size, cosigned.root) not in proven | {(checkpoint.size, checkpoint.root)}:
                raise Bad("%s: no proof that its %d records are still the same" % (name, cosigned.size))
        with_ledger = os.path.isdir(os.path.join(self.folder, "ledger"))
        if with_ledger:
            self.whole_ledger(policy, checkpoint, records, wanted, names)
        else:
            self.without_ledger(document, names, is_all)
        self.print(policy, checkpoint, records, wanted, stamps)
        self.covers = "all %d records under its checkpoint" % checkpoint.size if is_all else (
            "%d of the %d records under its checkpoint" % (len(records), checkpoint.size))
        if not wanted.is_all:
            self.covers += "; asked for: %s" % wanted.text()
        return policy, checkpoint, len(records)

    def record(self, entry, policy, checkpoint):
        record = Record(unbase64(entry["raw"]))
        name = "record %s" % entry["sequence"]
        shown = (entry["sequence"], entry["time"], entry["utcNs"], entry["monotonicNs"], entry["eventId"].replace("-", ""), entry["bootId"], entry["durability"], entry["recordHash"],
                 entry["zone"], entry["clockQuality"], entry["origin"], entry["schema"])
        stored = (str(record.sequence), utc_text(record.utc_ns), str(record.utc_ns), str(record.monotonic_ns), record.event_id.hex(), record.boot_id.hex(), record.durability, record.hash.hex(),
                  record.zone, record.clock_quality, record.origin, record.schema)
        if shown != stored:
            raise Bad("%s: what is shown is not what is stored" % name)
        event = decode_body(record)
        if event is not None and event != entry["event"]:
            raise Bad("%s: the event that is shown is not the one stored" % name)
        record.entry = entry
        # As the records it stands among: what a stolen key signed, nothing in the record itself shows.
        record.untrusted = policy.untrusted_key(record.sequence)
        if entry.get("untrustedKey") != record.untrusted:
            raise Bad("%s: that its key was compromised, or not, is not what ledger.policy says" % name)
        record.event = entry["event"] if event is None else event
        proof = [unbase64(h) for h in entry["inclusion"]]
        if root_from_inclusion(record.sequence, checkpoint.size, leaf_hash(record.raw), proof) != checkpoint.root:
            raise Bad("%s is not in the tree of the checkpoint" % name)
        return record

    def sequences(self, sequences, wanted, checkpoint):
        if sequences != sorted(set(sequences)):
            raise Bad("records are not in order, or one is there twice")
        if wanted.is_all and len(sequences) != checkpoint.size:
            raise Bad("a record is missing from an export of all: %d are here, the checkpoint counts %d" % (len(sequences), checkpoint.size))

    def signatures(self, entries, records):
        hashes = {r.sequence: r.hash for r in records}
        signs = [e["event"] for e, r in zip(entries, records) if check_signature(r.sequence, e["event"], hashes, False)]
        here = sum(int(event["signed"]["sequence"]) in hashes for event in signs)
        if here:
            self.lines.append("%d electronic signatures, each of the record it names" % here)
        if here < len(signs):
            self.lines.append("%d electronic signatures of records that are not here, so not held against them" % (len(signs) - here))

    def names(self, entries):
        """Names by id, as names.json has them; the records must show these and no others."""
        names = read_names(self.folder)
        for entry in entries:
            name = names.get(person_of(entry["event"]), (None,))[0]
            if entry.get("personName") != name:
                raise Bad("record %s shows the name %r, names.json has %r" % (entry["sequence"], entry.get("personName"), name))
        return names

    def committed(self, names, about, all_are_here):
        """Each name must be the one that the newest record about its person commits to."""
        proven = 0
        for person, (name, salt) in names.items():
            if not is_committed(person, name, salt, about):
                if not all_are_here:
                    continue
                raise Bad("names.json: no record stands for the name of %s" % person)
            proven += 1
        if proven:
            self.lines.append("names.json: %d names, each the one on record" % proven)
        if proven < len(names):
            self.lines.append("names.json: %d names that no record here stands for, so for reading and not checked" % (len(names) - proven))

    def without_ledger(self, document, names, is_all):
        entries, about = document["records"], {}
        for entry in entries:
            note_name(entry["event"], about)
        self.committed(names, about, is_all and document.get("notCovered") == 0)
        for entry in entries:
            event = entry["event"]
            if event["type"] == "TIME_STAMPED" and isinstance(event.get("file"), str):
                if not os.path.exists(os.path.join(self.folder, os.path.basename(event["file"]))):
                    raise Bad("%s, which record %s says was kept, is gone" % (event["file"], entry["sequence"]))
        self.lines.append("ledger/ is not here: batches, and what came after the checkpoint, are not checked")
        if not is_all:
            self.lines.append("whether these are all that were asked for is not checked: only an export with the whole ledger shows it")

    def table(self, entries, records):
        table = csv.DictReader(io.StringIO(self.read("records.csv").decode("utf-8-sig"), newline=""))
        rows = list(table)
        if any(None in row or None in row.values() for row in rows):
            raise Bad("records.csv has a row with another number of cells than its first one")
        if len(rows) != len(records):
            raise Bad("records.csv has %d rows, not %d" % (len(rows), len(records)))
        for row, entry, record in zip(rows, entries, records):
            shown = {name: plain_cell(cell) for name, cell in row.items()}
            if json.loads(shown.get("event", "null")) != entry["event"]:
                raise Bad("records.csv shows another event for record %s" % entry["sequence"])
            for name, value in table_row(entry, record).items():
                if name not in shown:
                    raise Bad("records.csv has no column %s" % name)
                if not same_cell(shown[name], value):
                    raise Bad("records.csv says %r for %s of record %s, recorded is %r"
                              % (shown[name], name, entry["sequence"], value))
        self.lines.append("records.csv says the same")

    def proof_files(self, entries, note):
        """They say for other verifiers what was proven here from records.json."""
        for entry in entries:
            name = "proofs/%s.tlog-proof" % entry["sequence"]
            lines = ["c2sp.org/tlog-proof@v1", "index %s" % entry["sequence"]] + entry["inclusion"]
            if self.read(name) != "\n".join(lines).encode() + b"\n\n" + note:
                raise Bad("%s is not the proof of its record" % name)
        self.lines.append("proofs/ says the same")

    def consistency(self, policy, checkpoint):
        proofs = self.read_json("consistency.json", list)
        proven = set()
        for entry in proofs:
            first, root = int(entry["records"]), unbase64(entry["root"])
            if "note" in entry:
                signed = policy.checkpoint(entry["note"])
                if (signed.size, signed.root) != (first, root):
                    raise Bad("an earlier checkpoint says something else than its proof")
            check_consistency(first, root, checkpoint.size, checkpoint.root, [unbase64(h) for h in entry["proof"]])
            proven.add((first, root))
        for size, root in list(zip(policy.starts[1:], policy.roots[1:])) + list(policy.trusted.values()):
            if size <= checkpoint.size and (size, root) not in proven:
                raise Bad("no proof that the first %d records, which the policy states, are still the same" % size)
        self.lines.append("%d earlier states proven to be part of it" % len(proofs))
        return proven

    def time_stamps(self, policy, proven):
        stamps = list(read_anchors(self.folder, policy))
        for name, anchored, stamp in stamps:
            if (anchored.size, anchored.root) not in proven:
                raise Bad("%s.txt: no proof that its %d records are still the same" % (name, anchored.size))
            self.lines.append(time_stamp_line(name, anchored.size, stamp))
        if stamps:
            self.lines.append(WHOSE)
        return stamps

    def print(self, policy, checkpoint, records, wanted, stamps):
        """Every letter of records.pdf must be what the proven records say, in its place."""
        if len(records) > MAX_PRINTED and not os.path.exists(os.path.join(self.folder, "records.pdf")):
            self.lines.append("records.pdf is not here: more than %d records are not printed" % MAX_PRINTED)
            return
        try:
            page = Print(Pdf(self.read("records.pdf")))
        except (LookupError, TypeError, ValueError, AttributeError, zlib.error) as error:
            raise Bad("records.pdf is not whole, or not as HELIX writes it (%s)" % error) from error
        self.print_head(page, policy, checkpoint, records, wanted, stamps)
        signatures = {}
        for record in records:
            if record.event["type"] == "ELECTRONIC_SIGNATURE":
                signatures.setdefault(int(record.event["signed"]["sequence"]), []).append(record)
        if records:
            page.heading()
        else:
            page.alone("an export of no records", NOTHING_FOUND, LEFT, REGULAR, ROW_SIZE)
        for record in records:
            name = "record %d" % record.sequence
            page.row(name, [cut(text, LONGEST["cell"]) for text in printed_cells(record)], REGULAR)
            if record.untrusted is not None:
                untrusted = "UNTRUSTED: key %d, which signed this record, was compromised" % record.untrusted
                page.alone("the key of %s" % name, untrusted, LEFT + INDENT + PADDING, BOLD, ROW_SIZE)
            for signature in signatures.get(record.sequence, []):
                page.alone("a signature of %s" % name, cut(printed_signature(signature), LONGEST["cell"]), LEFT + INDENT + PADDING, BOLD, ROW_SIZE)
            page.alone("the rest of %s" % name, printed_details(record), LEFT + INDENT, REGULAR, DETAIL_SIZE)
        root = checkpoint.root.hex()
        page.end("%s   ledger %s   root %s..." % (policy.keys[0].origin, policy.ledger_id.hex(), root[:16]))
        self.lines.append("records.pdf says the same, letter for letter; the verdict in its head is what HELIX found then")

    def print_head(self, page, policy, checkpoint, records, wanted, stamps):
        span = "".join(", %s to %s" % tuple(to_second(local_text(r.utc_ns, r.zone_minutes)) for r in (records[0], records[-1])) for _ in records[:1])
        # What the ledger was found to be, this export cannot show; how much is signed in it, only with all of it.
        verdict = page.stated("Verdict", r"(CLEAN|TORN_TAIL).*")
        signed = self.signed or page.stated("Signatures", r"(\d+)inthewholeledger.*")
        page.head("Audit trail of %s" % policy.keys[0].origin, [
            ("Records", "%d (%s)%s" % (len(records), wanted.printed(), span)),
            ("Verdict", VERDICTS[verdict]),
            ("Signatures", "%s in the whole ledger, each bound to the record it names" % signed),
            ("Time-stamps", stamps_printed(stamps)),
            ("Ledger", "%s, signed checkpoint over %d records" % (policy.ledger_id.hex(), checkpoint.size)),
            ("Root", checkpoint.root.hex()),
        ] + [("Key %d" % i, key.text) for i, key in enumerate(policy.keys)] + [
            ("Untrusted", untrusted_text(*span)) for span in policy.untrusted()
        ] + [
            ("Times", "local time with its offset from UTC; exact to the nanosecond in records.json"),
            ("Letters", "one that cannot be shown stands as its code point, such as [U+7530]; records.json has it as it is"),
            ("To check", "python3 verify.py <the folder that this file is in>   (README.txt tells the rest)"),
        ])

    def whole_ledger(self, policy, checkpoint, records, wanted, names):
        folder = os.path.join(self.folder, "ledger")
        if self.read(os.path.join("ledger", "ledger.policy")) != self.read("ledger.policy"):
            raise Bad("ledger/ has another policy than the export")
        here, about, left_out = {r.sequence for r in records}, {}, []

        def look(record, event):
            if event is None:
                return
            note_name(event, about)
            if record.sequence >= checkpoint.size or record.sequence in here:
                return
            signs = event["type"] == "ELECTRONIC_SIGNATURE" and int(event["signed"]["sequence"]) in here
            if signs or wanted.holds(record, event, names.get(person_of(event), ("",))[0]):
                left_out.append(record.sequence)

        # An export brings the marks along.
        check = LedgerCheck(folder, policy, look, folder)
        check.statements.append((checkpoint.size, checkpoint.root, "checkpoint.txt"))
        check.run()
        if left_out:
            raise Bad("record %d was asked for and is not in records.json" % left_out[0])
        self.committed(names, about, True)
        self.signed = str(check.signed)
        self.torn = check.torn
        if check.tree.size < checkpoint.size:
            raise Bad("ledger/ ends before the checkpoint")
        for record in records:
            if check.leaves.get(record.sequence) != record.hash:
                raise Bad("record %d is another one in ledger/" % record.sequence)
        self.lines.append("ledger/: %d records in %d batches, gap-free, the last %d under no signature yet"
                          % (check.tree.size, check.batch_number, check.unsigned()))


def check_folder(folder, mark_folder=None, witnesses=()):
    """Lines for people, and the result for programs."""
    if not os.path.isdir(folder):
        raise Unusable("%s is not a folder" % folder)
    if any(os.path.exists(os.path.join(folder, name)) for name in ("records.json", "checkpoint.txt", "consistency.json")):
        if mark_folder is not None:
            raise Unusable("an export has its marks with it; leave out --marks")
        export = ExportCheck(folder)
        policy, checkpoint, count = export.run()
        result = {"kind": "export", "covers": export.covers, "torn": export.torn, "records": count, "checkpointRecords": checkpoint.size, "root": checkpoint.root.hex()}
        return policy, export.lines + witness_lines(read_cosigned(folder, policy), witnesses), result
    if not os.path.exists(os.path.join(folder, "ledger.policy")):
        raise Unusable("%s is neither a ledger nor an export of one" % folder)
    with open(os.path.join(folder, "ledger.policy"), "rb") as file:
        policy = Policy(file.read())
    about = {}
    check = LedgerCheck(folder, policy, lambda record, event: event and note_name(event, about), mark_folder)
    check.run()
    lines = ["%d records in %d batches, gap-free, %d under a signed checkpoint, the last %d under no signature yet"
             % (check.tree.size, check.batch_number, check.covered, check.unsigned())]
    if check.signed:
        lines.append("%d electronic signatures, each of the record it names" % check.signed)
    lines += check.times.lines() + name_lines(folder, about)
    lines += [time_stamp_line(name, anchored.size, stamp) for name, anchored, stamp in check.anchors]
    if check.anchors:
        lines.append(WHOSE)
    for other in sorted({other for _, c in check.marks for other in c.others}):
        lines.append("also signed by %s, which is not checked here" % other)
    lines += witness_lines(check.cosigned, witnesses)
    result = {"kind": "ledger", "covers": "all %d records of the ledger" % check.tree.size, "torn": check.torn, "records": check.tree.size, "checkpointRecords": check.covered,
              "unsigned": check.unsigned(), "root": check.tree.root().hex()}
    return policy, lines, result


def taken_out(arguments, option):
    """The option's value, or None where it is not given."""
    if option not in arguments:
        return None
    at = arguments.index(option)
    value = arguments[at + 1] if at + 1 < len(arguments) else ""
    del arguments[at:at + 2]
    return value


def main(arguments):
    as_json = "--json" in arguments
    rest = [a for a in arguments if a != "--json"]
    noted, mark_folder = (taken_out(rest, option) for option in ("--key", "--marks"))
    witnesses = []
    while "--witness" in rest:
        witnesses.append(taken_out(rest, "--witness"))
    if len(rest) != 1:
        print(__doc__)
        return 2
    try:
        policy, lines, result = check_folder(rest[0], mark_folder, [Witness(text) for text in witnesses])
        roots = [] if policy.root_key is None else [policy.root_key.text]
        if noted is not None and noted not in [key.text for key in policy.keys] + roots:
            raise Bad("the key that was noted is not one of this ledger's")
    except (Unusable, OSError) as problem:
        print(json.dumps({"verdict": "UNUSABLE", "reason": str(problem)}) if as_json else "UNUSABLE  %s" % problem)
        return 2
    except (Bad, ValueError, KeyError, TypeError, AttributeError, IndexError, struct.error) as problem:
        reason = str(problem) if isinstance(problem, Bad) else "a file does not hold what it should (%s: %s)" % (type(problem).__name__, problem)
        print(json.dumps({"verdict": "BAD", "reason": reason}) if as_json else "BAD  %s" % reason)
        return 1
    keys = [key.text for key in policy.keys]
    torn = result.pop("torn")
    verdict, code = ("GOOD", 0) if torn is None else ("TORN_TAIL", 3)
    if as_json:
        untrusted = [{"from": a, "to": b, "epoch": epoch} for a, b, epoch in policy.untrusted()]
        print(json.dumps(dict(result, verdict=verdict, keys=keys, rootKey=(roots or [None])[0], untrusted=untrusted, **({} if torn is None else {"reason": torn}))))
        return code
    print("%s  %s: %s" % (verdict, rest[0], result["covers"]))
    if torn is not None:
        lines = ["a crash cut the last write short (%s); all before it is as it was written" % torn] + lines
    lines.append("root key  %s" % (roots[0] if roots else "none was named when the ledger was made"))
    for first, after, epoch in policy.untrusted():
        lines.append("UNTRUSTED %s" % untrusted_text(first, after, epoch))
    for line in lines + ["key %d  %s" % (i, text) for i, text in enumerate(keys)]:
        print("  " + line)
    if noted is None:
        print("  Compare the keys with the one that was noted when the ledger was made (--key does it).")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
