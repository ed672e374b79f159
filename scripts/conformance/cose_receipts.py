"""COSE receipts (RFC 9942) by other means: cbor2, Ed25519 of `cryptography` and the tree of RFC 9162 by its definition, and pycose.

In: {"receipts": [{"receipt", "entry", "publicKey"}], "write": {"seed", "origin", "keyId", "entries"}}, all bytes in hexadecimal.
Out: for each receipt what it verifies to, or why not; receipts of every entry that are written here, once per algorithm
(-19 by cbor2, -8 by pycose); and their roots.
"""

import hashlib
import json
import sys

import cbor2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pycose.algorithms import EdDSA
from pycose.headers import KID, Algorithm
from pycose.keys import OKPKey
from pycose.messages import Sign1Message


def sha(data):
    return hashlib.sha256(data).digest()


def leaf(entry):
    return sha(b"\x00" + entry)


def node(left, right):
    return sha(b"\x01" + left + right)


def split(size):
    half = 1
    while half * 2 < size:
        half *= 2
    return half


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = split(len(leaves))
    return node(root_of(leaves[:half]), root_of(leaves[half:]))


def path_of(index, leaves):
    if len(leaves) == 1:
        return []
    half = split(len(leaves))
    if index < half:
        return path_of(index, leaves[:half]) + [root_of(leaves[half:])]
    return path_of(index - half, leaves[half:]) + [root_of(leaves[:half])]


def climb(hashed, index, size, path):
    """The root that a path leads to, by the recursive definition and not by the algorithm of RFC 9162."""
    if size == 1:
        if path:
            raise ValueError("path too long")
        return hashed
    if not path:
        raise ValueError("path too short")
    half = split(size)
    if index < half:
        return node(climb(hashed, index, half, path[:-1]), path[-1])
    return node(path[-1], climb(hashed, index - half, size - half, path[:-1]))


def verify(question):
    receipt = cbor2.loads(bytes.fromhex(question["receipt"]))
    if receipt.tag != 18:
        raise ValueError("not tagged COSE_Sign1")
    protected, unprotected, payload, signature = receipt.value
    header = cbor2.loads(protected)
    if header[395] != 1 or header[1] not in (-19, -8) or payload is not None:
        raise ValueError("not a detached receipt of RFC9162_SHA256 with Ed25519")
    size, index, path = cbor2.loads(unprotected[396][-1][0])
    if index >= size:
        raise ValueError("index beyond the tree")
    root = climb(leaf(bytes.fromhex(question["entry"])), index, size, path)
    signed = cbor2.dumps(["Signature1", protected, b"", root], canonical=True)
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(question["publicKey"]))
    key.verify(signature, signed)
    claims = header[15]
    return {"index": index, "size": size, "root": root.hex(), "issuer": claims[1], "subject": claims[2]}


def answer(question):
    try:
        return verify(question)
    except Exception as error:
        return {"refusal": type(error).__name__}


def write(order):
    seed = bytes.fromhex(order["seed"])
    entries = [bytes.fromhex(entry) for entry in order["entries"]]
    leaves = [leaf(entry) for entry in entries]
    root, size = root_of(leaves), len(leaves)
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    kid, claims = bytes.fromhex(order["keyId"]), {1: order["origin"], 2: f"checkpoint/{size}"}
    written = []
    for index in range(size):
        proofs = {-1: [cbor2.dumps([size, index, path_of(index, leaves)], canonical=True)]}
        protected = cbor2.dumps({1: -19, 4: kid, 15: claims, 395: 1}, canonical=True)
        signature = key.sign(cbor2.dumps(["Signature1", protected, b"", root], canonical=True))
        own = cbor2.dumps(cbor2.CBORTag(18, [protected, {396: proofs}, None, signature]), canonical=True)
        message = Sign1Message(
            phdr={Algorithm: EdDSA, KID: kid, 15: claims, 395: 1}, uhdr={396: proofs}, payload=root
        )
        message.key = OKPKey(crv="ED25519", x=public, d=seed)
        tagged = cbor2.loads(message.encode())
        tagged.value[2] = None
        by_pycose = cbor2.dumps(tagged, canonical=True)
        written.append({"index": index, "ed25519": own.hex(), "eddsa": by_pycose.hex()})
    return {"size": size, "root": root.hex(), "publicKey": public.hex(), "receipts": written}


asked = json.load(sys.stdin)
json.dump(
    {
        "answers": [answer(question) for question in asked["receipts"]],
        "written": [write(order) for order in asked["write"]],
    },
    sys.stdout,
)
