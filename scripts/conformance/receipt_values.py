"""Verifies receipts of decisions by what spec/receipt.md, spec/decisions.md and the C2SP pages say, with nothing of Proofhouse.

Reads [{"receipt": text, "trust": null or {"decisions", "evidence", "keys"}}] and answers, for each, a verdict or "refused".
Knows policies of a log and at most one witness, and erasures whose envelope stands in their entry: what the vectors hold.
"""

import base64
import hashlib
import json
import re
import sys

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import load_pem_public_key

RECEIPT = "https://proofhouse.dev/decision-receipt/v1"
DECISION = "https://proofhouse.dev/decision/v1"
ERASURE = "https://proofhouse.dev/erasure/v1"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
GROUPS = {"context", "explanation", "id", "input", "output", "subject"}


class Refused(Exception):
    """Not to be accepted."""


def need(condition, why):
    if not condition:
        raise Refused(why)


def b64(text):
    need(isinstance(text, str), "base64 is text")
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base64 in another spelling")
    return data


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def no_twice(pairs):
    need(len({name for name, _ in pairs}) == len(pairs), "a member stands twice")
    return dict(pairs)


def read(text):
    return json.loads(text, object_pairs_hook=no_twice)


def verifier_key(line, kind):
    name, key_id, key = line.split("+", 2)
    raw = b64(key)
    need(raw[0] == kind and len(raw) == 33, "a key of another type")
    need(sha256(name.encode(), b"\n", raw)[:4].hex() == key_id, "a key that does not fit its id")
    return name, bytes.fromhex(key_id), ed25519.Ed25519PublicKey.from_public_bytes(raw[1:])


def open_note(note, keys):
    """The text of a note, and the signatures on it of each key."""
    end = note.rindex("\n\n")
    text, lines = note[: end + 1], note[end + 2 :]
    need(lines.endswith("\n"), "the last signature does not end")
    found = {}
    for line in lines[:-1].split("\n"):
        match = re.fullmatch(r"— (\S+) (\S+)", line)
        need(match, "no line of a signature")
        data = b64(match[2])
        for name, key_id, _ in keys:
            if (match[1], data[:4]) == (name, key_id):
                found[name, key_id] = data[4:]
    return text, found


def open_checkpoint(note, log_line, witness_line):
    log = verifier_key(log_line, 1)
    witness = verifier_key(witness_line, 4) if witness_line else None
    text, found = open_note(note, [log, witness] if witness else [log])
    need((log[0], log[1]) in found, "the log did not sign")
    log[2].verify(found[log[0], log[1]], text.encode())
    if witness:
        need((witness[0], witness[1]) in found, "the witness did not sign")
        signature = found[witness[0], witness[1]]
        seconds = int.from_bytes(signature[:8], "big")
        witness[2].verify(signature[8:], f"cosignature/v1\ntime {seconds}\n{text}".encode())
    origin, size, root = text.split("\n")[:3]
    need(origin == log[0] and re.fullmatch(r"0|[1-9]\d*", size), "no checkpoint of that log")
    return origin, int(size), b64(root)


def open_proof(text):
    head, note = text.split("\n\n", 1)
    lines = head.split("\n")
    need(lines.pop(0) == "c2sp.org/tlog-proof@v1", "no tlog-proof")
    if lines and lines[0].startswith("extra "):
        b64(lines.pop(0)[len("extra ") :])
    match = re.fullmatch(r"index (0|[1-9]\d*)", lines.pop(0))
    need(match, "no index")
    hashes = [b64(line) for line in lines]
    need(all(len(one) == 32 for one in hashes), "a hash of another length")
    return int(match[1]), hashes, note


def is_included(entry, index, size, hashes, root):
    """RFC 9162, 2.1.3.2."""
    if index >= size:
        return False
    node, last, computed = index, size - 1, sha256(b"\0", entry)
    for sibling in hashes:
        if last == 0:
            return False
        if node & 1 or node == last:
            computed = sha256(b"\1", sibling, computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = sha256(b"\1", computed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == root


def policy(text):
    lines = [line.split() for line in text.splitlines() if line]
    log = next(words[1] for words in lines if words[0] == "log")
    witness = next((words[2] for words in lines if words[0] == "witness"), None)
    return log, witness


def is_group(name):
    group, slash, field = name.partition("/")
    return group in GROUPS and (not slash or field != "") and len(name.encode()) <= 255


def open_entry(text):
    entry = read(text)
    need(rfc8785.dumps(entry) == text.encode(), "an entry that is not canonical")
    need(entry["type"] == DECISION, "no decision")
    for name in ("deployment", "source"):
        need(re.fullmatch(r"[A-Za-z0-9._-]{1,128}", entry[name]), f"no {name}")
    need(re.fullmatch(TIME, entry["time"]), "no time")
    need(re.fullmatch(r"[0-9a-f]{64}", entry["model"]), "no digest of a model")
    need(isinstance(entry["sequence"], int), "no sequence")
    need(entry["commitments"] and all(map(is_group, entry["commitments"])), "no groups")
    need(all(len(b64(one)) == 32 for one in entry["commitments"].values()), "no digest")
    return entry


def open_groups(revealed, commitments):
    for name, shown in revealed.items():
        need(is_group(name) and name in commitments, "not committed to")
        salt, label = b64(shown["salt"]), name.encode()
        need(len(salt) == 16, "a salt of another length")
        value = rfc8785.dumps(shown["value"])
        opened = sha256(DECISION[len("https://") :].encode(), b"\0", bytes([len(label)]), label, salt, value)
        need(opened == b64(commitments[name]), "another value or salt")


def ecdsa_holds(pem, message, signature):
    key = load_pem_public_key(pem.encode())
    digest = {"secp256r1": SHA256, "secp384r1": SHA384, "secp521r1": SHA512}[key.curve.name]()
    try:
        key.verify(signature, message, ec.ECDSA(digest))
    except InvalidSignature:
        return False
    return True


def open_erasure(erasure, trust):
    need(set(erasure) >= {"entry", "envelope", "proof", "logKey", "publicKey"}, "a part is missing")
    log, witness = policy(trust["evidence"]) if trust else (erasure["logKey"], None)
    index, hashes, note = open_proof(erasure["proof"])
    _, size, root = open_checkpoint(note, log, witness)
    need(is_included(erasure["entry"].encode(), index, size, hashes, root), "not in its log")
    envelope = read(erasure["entry"])
    need(rfc8785.dumps(envelope) == erasure["entry"].encode(), "an envelope that is not canonical")
    payload, kind = b64(envelope["payload"]), envelope["payloadType"].encode()
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    keys = trust["keys"] if trust else [erasure["publicKey"]]
    signatures = [b64(one["sig"]) for one in envelope["signatures"]]
    need(any(ecdsa_holds(key, message, one) for key in keys for one in signatures), "not signed")
    statement = read(payload)
    need(kind == b"application/vnd.in-toto+json" and statement["predicateType"] == ERASURE, "no erasure")
    return statement["predicate"]


def need_corrections(corrections, of, place):
    need(isinstance(corrections, list) and 1 <= len(corrections) <= 16, "no list of 1 to 16")
    (origin, index), (log, witness) = of, place
    for one in corrections:
        need(set(one) >= {"entry", "proof"}, "a part is missing")
        entry = open_entry(one["entry"])
        need(entry.get("corrects") == {"log": origin, "index": index}, "it supersedes another one")
        at, hashes, note = open_proof(one["proof"])
        its_log, size, root = open_checkpoint(note, log, witness)
        need(its_log == origin and at > index, "it does not stand after it")
        need(is_included(one["entry"].encode(), at, size, hashes, root), "not in the log")


def verdict(receipt, trust):
    receipt = read(receipt)
    need(receipt["type"] == RECEIPT, "no receipt")
    need(set(receipt) >= {"entry", "revealed", "proof", "logKey", "erasure"}, "a part is missing")
    entry = open_entry(receipt["entry"])
    open_groups(receipt["revealed"], entry["commitments"])
    index, hashes, note = open_proof(receipt["proof"])
    log, witness = policy(trust["decisions"]) if trust else (receipt["logKey"], None)
    origin, size, root = open_checkpoint(note, log, witness)
    erased = False
    if receipt["erasure"] is not None:
        for one in open_erasure(receipt["erasure"], trust)["entries"]:
            within = any(span["from"] <= index < span["to"] for span in one["ranges"])
            erased = erased or (one["log"] == origin and within)
    if "corrections" in receipt:
        need_corrections(receipt["corrections"], (origin, index), (log, witness))
    if not is_included(receipt["entry"].encode(), index, size, hashes, root):
        return "missing"
    return "valid" if receipt["revealed"] else "erased" if erased else "withheld"


def answer(question):
    try:
        return verdict(question["receipt"], question["trust"])
    except Exception as error:  # whatever goes wrong while reading what a stranger wrote is a refusal
        return f"refused: {type(error).__name__} {error}"


print(json.dumps([answer(question) for question in json.load(sys.stdin)]))
