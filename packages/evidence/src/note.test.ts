import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concatBytes, fromBase64, toBase64, utf8 } from './encoding.ts'
import {
  addSignatures,
  formatSignature,
  formatSignerKey,
  formatVerifierKey,
  isKeyName,
  keyIdOf,
  noteSignaturesMax,
  noteSizeMaxBytes,
  openNote,
  parseNote,
  parseSignerKey,
  parseVerifierKey,
  readVerifierKey,
  signatureType,
  signNote,
} from './note.ts'
import {
  flipAt,
  noteKey,
  publicKeyOf,
  seedOf,
  signEd25519,
  witnessKey,
} from './note-keys.fixture.ts'
import { logKey, logSignerKey, proofOfBeta } from './tlog-vectors.fixture.ts'

const name = 'ledger.example/eval'
const log = noteKey(name, 0)
const verifier = parseVerifierKey(log.vkey)
const exampleNote = proofOfBeta.slice(proofOfBeta.indexOf('\n\n') + 2)
const code = (expected: unknown): unknown => expect.objectContaining({ code: expected })

test('the worked example: keys and signature', async () => {
  expect(log.vkey).toBe(logKey)
  expect(formatSignerKey({ name, publicKey: publicKeyOf(0), seed: seedOf(0) })).toBe(logSignerKey)
  expect(parseSignerKey(logSignerKey)).toEqual({ name, keyId: 0x2a540629, seed: seedOf(0) })
  const { text, verified, unknown } = await openNote(exampleNote, [verifier])
  expect(text.split('\n').slice(0, 2)).toEqual([name, '3'])
  expect(verified.map((s) => s.keyId)).toEqual([0x2a540629])
  expect(unknown.map((s) => [s.name, s.keyId])).toEqual([['witness.example/w1', 0x20324abe]])
  // Ed25519 is deterministic: signing again gives the same note.
  const [, own = ''] = exampleNote.split('\n\n')
  expect(await signNote(text, [log.signer])).toBe(`${text}\n${own.split('\n')[0]}\n`)
})

/** The example of C2SP signed-note; the key that made it is not published, so it is only taken apart. */
test('the example of the specification', () => {
  const text =
    'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n'
  const signature =
    'NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc='
  const note = `${text}\n— quasimodo.example/salvatore ${signature}\n`
  expect(parseNote(note)).toEqual({
    text,
    signatures: [
      {
        name: 'quasimodo.example/salvatore',
        keyId: 0x367ba04b,
        signature: fromBase64(signature).slice(4),
      },
    ],
  })
})

const line = fc.string({ unit: 'grapheme', maxLength: 40 }).map((s) =>
  // oxlint-disable-next-line no-control-regex -- what the format forbids is left out of what is generated
  s.replaceAll(/[\u0000-\u001f\u007f]/g, ''),
)
const noteText = fc
  .array(line, { minLength: 1, maxLength: 6 })
  .map((lines) => `${lines.join('\n')}\n`)
const keyName = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((s) => isKeyName(s) && s.isWellFormed())
  // oxlint-disable-next-line no-control-regex -- see above
  .filter((s) => !/[\u0000-\u001f\u007f]/.test(s))

test('signatures are added, and one by the same key is replaced', async () => {
  const witness = witnessKey('witness.example/w1', 32)
  const [text = ''] = exampleNote.split(/(?<=\n)\n/)
  const newer = await witness.line(utf8(text), 1_800_000_000)
  const { signatures } = parseNote(`${text}\n${newer}`)
  const [own = ''] = exampleNote.slice(text.length + 1).split(/(?<=\n)/)
  expect(addSignatures(exampleNote, signatures)).toBe(`${text}\n${own}${newer}`)
  expect(addSignatures(`${text}\n${own}`, signatures)).toBe(`${text}\n${own}${newer}`)
  expect(addSignatures(exampleNote, [])).toBe(exampleNote)
  const many = Array.from({ length: noteSignaturesMax }, (_, n) => ({
    name: `w${n}`,
    keyId: n,
    signature: utf8('x'),
  }))
  expect(() => addSignatures(exampleNote, many)).toThrow(code('note-malformed'))
})

test('property: what is signed opens, whatever the text and names', async () => {
  await fc.assert(
    fc.asyncProperty(noteText, keyName, keyName, async (text, first, second) => {
      const a = noteKey(first, 0)
      const b = noteKey(second, 32)
      const note = await signNote(text, [a.signer, b.signer])
      const opened = await openNote(note, [parseVerifierKey(b.vkey)])
      expect(opened.text).toBe(text)
      expect(opened.verified.map((s) => s.name)).toEqual([second])
      expect(opened.unknown.map((s) => s.name)).toEqual([first])
      const both = await openNote(note, [parseVerifierKey(a.vkey), parseVerifierKey(b.vkey)])
      expect(both.verified).toHaveLength(2)
      expect(both.unknown).toEqual([])
    }),
    { numRuns: 100 },
  )
})

test('property: a verifier key and a signer key read back', () => {
  fc.assert(
    fc.property(keyName, fc.constantFrom(1, 4), (keyed, type) => {
      const publicKey = publicKeyOf(64)
      const vkey = formatVerifierKey({ name: keyed, type, publicKey })
      const keyId = keyIdOf(keyed, type, publicKey)
      expect(readVerifierKey(vkey)).toEqual({ name: keyed, keyId, type, publicKey })
      const skey = formatSignerKey({ name: keyed, publicKey, seed: seedOf(64) })
      expect(parseSignerKey(skey)).toMatchObject({ name: keyed, seed: seedOf(64) })
    }),
  )
})

test('negative space: every character of a note with one signature counts', async () => {
  const [text = '', lines = ''] = exampleNote.split('\n\n')
  const note = `${text}\n\n${lines.split('\n')[0]}\n`
  await openNote(note, [verifier])
  for (let n = 0; n < note.length; n++)
    await expect(openNote(flipAt(note, n), [verifier]), `character ${n}`).rejects.toEqual(
      code(expect.stringMatching(/^note-(malformed|signature-invalid)$/)),
    )
})

test('negative space: every bit of a signature counts', async () => {
  const text = 'a note\n'
  const signature = await signEd25519(0, utf8(text))
  const keyId = keyIdOf(name, 1, publicKeyOf(0))
  for (let bit = 0; bit < signature.length * 8; bit++) {
    const flipped = signature.slice()
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const note = `${text}\n${formatSignature({ name, keyId, signature: flipped })}`
    await expect(openNote(note, [verifier]), `bit ${bit}`).rejects.toEqual(
      code('note-signature-invalid'),
    )
  }
})

test('a signature is cut short or too long, or empty', async () => {
  const text = 'a note\n'
  const signature = await signEd25519(0, utf8(text))
  const keyId = keyIdOf(name, 1, publicKeyOf(0))
  for (const wrong of [signature.slice(0, 63), concatBytes(signature, Uint8Array.of(0))])
    await expect(
      openNote(`${text}\n${formatSignature({ name, keyId, signature: wrong })}`, [verifier]),
    ).rejects.toEqual(code('note-signature-invalid'))
  const empty = `${text}\n${formatSignature({ name, keyId, signature: new Uint8Array() })}`
  expect(() => parseNote(empty)).toThrow('is empty')
})

test('negative space: every character of a verifier key counts', () => {
  for (const vkey of [logKey, witnessKey('w.example', 32).vkey])
    for (let n = 0; n < vkey.length; n++)
      expect(() => readVerifierKey(flipAt(vkey, n)), `character ${n}`).toThrow(
        code(expect.stringMatching(/^key-(malformed|unsupported)$/)),
      )
})

test('unknown keys are set aside, also when they share a name or an id with a known one', async () => {
  const text = 'a note\n'
  const own = await signNote(text, [log.signer])
  const sameName = noteKey(name, 64).signer
  const note = await signNote(text, [sameName, log.signer])
  expect((await openNote(note, [verifier])).unknown.map((s) => s.keyId)).toEqual([sameName.keyId])
  const sameId = { name: 'other.example', keyId: log.signer.keyId, signature: utf8('anything') }
  const beside = await openNote(own + formatSignature(sameId), [verifier])
  expect(beside.unknown.map((s) => s.name)).toEqual(['other.example'])
  await expect(openNote(own, [parseVerifierKey(noteKey(name, 64).vkey)])).rejects.toEqual(
    code('note-signature-invalid'),
  )
  await expect(openNote(own, [])).rejects.toThrow('no signature by a known key')
})

test('one bad signature by a known key refuses the note, beside any number of good ones', async () => {
  const text = 'a note\n'
  const other = noteKey('other.example', 32)
  const forged = { ...other.signer, sign: () => Promise.resolve(new Uint8Array(64)) }
  const note = await signNote(text, [log.signer, forged])
  expect((await openNote(note, [verifier])).verified).toHaveLength(1)
  await expect(openNote(note, [verifier, parseVerifierKey(other.vkey)])).rejects.toThrow(
    'the signature of `other.example` does not fit',
  )
})

test('the text may hold blank lines; the last one parts it from the signatures', async () => {
  for (const text of ['\n', '\n\n', 'a\n\nb\n', '— not a signature\n', 'a\n\n\n\n'])
    expect((await openNote(await signNote(text, [log.signer]), [verifier])).text).toBe(text)
})

/** Signature lines by keys that nobody knows. */
const more = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    formatSignature({ name: `k${n}.example`, keyId: n, signature: utf8('x') }),
  ).join('')

test('limits: a hundred signatures, a million bytes', async () => {
  const text = 'a note\n'
  const own = await signNote(text, [log.signer])
  const full = await openNote(own + more(noteSignaturesMax - 1), [verifier])
  expect(full.unknown).toHaveLength(noteSignaturesMax - 1)
  expect(() => parseNote(own + more(noteSignaturesMax))).toThrow('at most 100 signatures')
  const signatures = own.slice(text.length)
  const room = noteSizeMaxBytes - utf8(signatures).length - 1
  expect(parseNote(`${'a'.repeat(room)}\n${signatures}`).signatures).toHaveLength(1)
  expect(() => parseNote(`${'a'.repeat(room + 1)}\n${signatures}`)).toThrow('larger than 1 MB')
  // The limit counts bytes, not characters.
  expect(() => parseNote(`${'€'.repeat(room / 2)}\n${signatures}`)).toThrow('larger than 1 MB')
})

const signatureLine = `— ${name} ${toBase64(new Uint8Array(68))}`

test.each([
  ['nothing', ''],
  ['no blank line', `text\n${signatureLine}\n`],
  ['no signature', 'text\n\n'],
  ['no final line feed', `text\n\n${signatureLine}`],
  ['line endings of Windows', `text\r\n\r\n${signatureLine}\r\n`],
  ['a carriage return in the text', `te\rxt\n\n${signatureLine}\n`],
  ['a carriage return after a signature', `text\n\n${signatureLine}\r\n`],
  ['a tab', `te\txt\n\n${signatureLine}\n`],
  ['a null character', `te\u0000xt\n\n${signatureLine}\n`],
  ['an escape character', `te\u001b[31mxt\n\n${signatureLine}\n`],
  ['a control character in a name', `text\n\n— na\u0007me ${toBase64(new Uint8Array(68))}\n`],
  ['a lone surrogate', `te\ud800xt\n\n${signatureLine}\n`],
  ['a hyphen in place of the dash', `text\n\n${signatureLine.replace('—', '-')}\n`],
  ['two spaces', `text\n\n${signatureLine.replace('— ', '—  ')}\n`],
  ['a trailing space', `text\n\n${signatureLine} \n`],
  ['a space in the name', `text\n\n— a b ${toBase64(new Uint8Array(68))}\n`],
  ['a no-break space in the name', `text\n\n— a\u00a0b ${toBase64(new Uint8Array(68))}\n`],
  ['a plus in the name', `text\n\n— a+b ${toBase64(new Uint8Array(68))}\n`],
  ['no name', `text\n\n— ${toBase64(new Uint8Array(68))}\n`],
  ['no base64', `text\n\n— ${name} ****\n`],
  ['base64 without padding', `text\n\n— ${name} AAAAAAA\n`],
  ['base64 in another spelling', `text\n\n— ${name} AAAAAAB=\n`],
  ['only a key id', `text\n\n— ${name} AAAAAA==\n`],
  ['something before the signatures', `text\n\nmore\n${signatureLine}\n`],
])('a note with %s is malformed', (_, note) => {
  expect(() => parseNote(note)).toThrow(code('note-malformed'))
})

test('signing refuses a text that no note can carry', async () => {
  for (const text of ['', 'no line feed', 'a\r\n', 'a\u0000\n', '\ud800\n'])
    await expect(signNote(text, [log.signer])).rejects.toEqual(code('note-malformed'))
})

test('names', () => {
  for (const good of ['a', 'ledger.example/eval', 'è', '日本', '\u{1f600}', '-', 'a=b'])
    expect(isKeyName(good), good).toBe(true)
  for (const bad of [
    '',
    ' ',
    'a b',
    'a+b',
    'a\tb',
    'a\nb',
    'a\u00a0',
    'a\u0085',
    '\u3000',
    '\u2028',
  ])
    expect(isKeyName(bad), JSON.stringify(bad)).toBe(false)
})

const base64Of = (type: number, size: number) =>
  toBase64(concatBytes(Uint8Array.of(type), publicKeyOf(0).slice(0, size)))

test.each([
  ['an empty line', '', 'key-malformed'],
  ['a name only', 'name', 'key-malformed'],
  ['no key', 'name+2a540629', 'key-malformed'],
  ['no name', `+2a540629+${base64Of(1, 32)}`, 'key-malformed'],
  ['a space in the name', `a b+2a540629+${base64Of(1, 32)}`, 'key-malformed'],
  ['a short key', `${name}+2a540629+${base64Of(1, 31)}`, 'key-malformed'],
  ['an id in capitals', logKey.replace('2a540629', '2A540629'), 'key-malformed'],
  ['a line feed at its end', `${logKey}\n`, 'key-malformed'],
  ['no base64', `${name}+2a540629+!`, 'key-malformed'],
  ['the type of ECDSA', `${name}+2a540629+${base64Of(2, 32)}`, 'key-unsupported'],
])('a verifier key with %s is refused', (_, vkey, expected) => {
  expect(() => parseVerifierKey(vkey)).toThrow(code(expected))
})

test('a witness key is no log key, and a private key says nothing of itself when refused', () => {
  expect(() => parseVerifierKey(witnessKey(name, 32).vkey)).toThrow(code('key-unsupported'))
  const [prefix, secret = ''] = logSignerKey.split(/(?=AQAB)/)
  for (const wrong of [
    logKey,
    `${prefix}${secret.slice(0, -4)}`,
    `${prefix}*${secret}`,
    `${prefix}Ag==`,
  ]) {
    const read = () => parseSignerKey(wrong)
    expect(read).toThrow(code(expect.stringMatching(/^key-(malformed|unsupported)$/)))
    expect(read).not.toThrow(secret.slice(4, 12))
  }
})

test('a key is known by name and id: the same key under another name is another', () => {
  expect(keyIdOf('a', signatureType.ed25519, publicKeyOf(0))).not.toBe(
    keyIdOf('b', signatureType.ed25519, publicKeyOf(0)),
  )
  expect(keyIdOf('a', signatureType.ed25519, publicKeyOf(0))).not.toBe(
    keyIdOf('a', signatureType.cosignatureV1, publicKeyOf(0)),
  )
})
