import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CborValue, decodeCbor, encodeCbor } from './cbor.ts'
import { formatCheckpoint } from './checkpoint.ts'
import { parseCoseReceipt, signCoseReceipt, verifyCoseReceipt } from './cose-receipt.ts'
import { fromHex, textOf, toHex, utf8 } from './encoding.ts'
import { appendLeaf, emptyFrontier, frontierRoot, leafHash, proveInclusion } from './merkle.ts'
import { parseVerifierKey, signNote } from './note.ts'
import { noteKey } from './note-keys.fixture.ts'
import { logKey, policy } from './tlog-vectors.fixture.ts'
import { parseTrustPolicy, trustLogOnly } from './trust-policy.ts'
import vectors from '../../../spec/vectors/cose-receipt.json' with { type: 'json' }

const origin = 'ledger.example/eval'
const { signer } = noteKey(origin, 0)
const log = parseVerifierKey(logKey)
const trust = trustLogOnly(logKey)
const code = (expected: string): unknown => expect.objectContaining({ code: expected })

const flipAt = (bytes: Uint8Array, at: number, mask: number) =>
  bytes.map((byte, n) => (n === at ? byte ^ mask : byte))

const entriesOf = (count: number) => Array.from({ length: count }, (_, n) => utf8(`entry-${n}`))

/** A receipt of an entry of a log of `entry-0`, `entry-1` … */
async function receiptOf(size: number, index: number) {
  const leaves = entriesOf(size).map((entry) => leafHash(entry))
  const frontiers = leaves.reduce((f, leaf) => appendLeaf(f, leaf), emptyFrontier)
  const root = new Uint8Array(frontierRoot(frontiers))
  const checkpoint = await signNote(formatCheckpoint({ origin, size, root }), [signer])
  const nodeOf = ({ level, index: at }: { level: number; index: number }) =>
    frontierRoot(
      leaves
        .slice(at * 2 ** level, (at + 1) * 2 ** level)
        .reduce((f, leaf) => appendLeaf(f, leaf), emptyFrontier),
    )
  const path = await proveInclusion(index, size, nodeOf)
  return {
    checkpoint,
    path,
    receipt: await signCoseReceipt({ checkpoint, log, signer, index, path }),
  }
}

describe('CBOR', () => {
  // RFC 8949 appendix A, of the kinds that are read here.
  test.each([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['18ff', 255],
    ['190100', 256],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3863', -100],
    ['3903e7', -1000],
    ['40', new Uint8Array()],
    ['4401020304', Uint8Array.of(1, 2, 3, 4)],
    ['6449455446', 'IETF'],
    ['62c3bc', 'ü'],
    ['80', []],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    ['a0', new Map()],
    [
      'a201020304',
      new Map([
        [1, 2],
        [3, 4],
      ]),
    ],
    ['f6', null],
    ['c11a514b67b0', { tag: 1, value: 1_363_896_240 }],
  ] as const)('%s', (hex, value) => {
    expect(toHex(encodeCbor(value))).toBe(hex)
    expect(decodeCbor(fromHex(hex))).toEqual(value)
  })

  test.each([
    ['a longer number than need be', '1817'],
    ['a longer number of two bytes', '1900ff'],
    ['a longer number of four bytes', '1a0000ffff'],
    ['a longer number of eight bytes', '1b00000000ffffffff'],
    ['a number beyond 2^53', '1b0020000000000000'],
    ['a negative number beyond 2^53', '3b001fffffffffffff'],
    ['an indefinite text', '7f657374726561646d696e67ff'],
    ['an indefinite array', '9fff'],
    ['a reserved length', '1c'],
    ['true', 'f5'],
    ['undefined', 'f7'],
    ['a float', 'f93c00'],
    ['keys out of order', 'a203040102'],
    ['a key twice', 'a201020102'],
    ['a text for a key', 'a1616101'],
    ['text that is not UTF-8', '61ff'],
    ['an early end', '8301'],
    ['no value', ''],
    ['more than a value', '0000'],
    ['bytes of more than there are', '5b001fffffffffffff'],
    ['nesting without end', '81'.repeat(40)],
  ])('refuses %s', (_, hex) => {
    expect(() => decodeCbor(fromHex(hex))).toThrow(code('proof-malformed'))
  })

  test('property: a value is read back, and what is read is spelled the same', () => {
    const { value } = fc.letrec<{ value: CborValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constant(null),
        fc.maxSafeInteger(),
        fc.string({ unit: 'grapheme' }),
        fc.uint8Array(),
        fc.array(tie('value'), { maxLength: 4 }),
        fc
          .array(fc.tuple(fc.maxSafeInteger(), tie('value')), { maxLength: 4 })
          .map((all) => new Map(all)),
        fc.record({ tag: fc.maxSafeNat(), value: tie('value') }),
      ),
    }))
    fc.assert(
      fc.property(value, (one) => {
        const bytes = encodeCbor(one)
        expect(encodeCbor(decodeCbor(bytes))).toEqual(bytes)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        let read: CborValue
        try {
          read = decodeCbor(bytes)
        } catch {
          return
        }
        expect(encodeCbor(read)).toEqual(new Uint8Array(bytes))
      }),
    )
  })
})

describe('COSE receipts', () => {
  test('property: every entry of a log of two or more is proven, and no other by its receipt', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 40 }), fc.nat(), async (size, at) => {
        const index = at % size
        const { receipt } = await receiptOf(size, index)
        const entry = utf8(`entry-${index}`)
        expect(await verifyCoseReceipt({ receipt, entry, trust })).toMatchObject({
          index,
          checkpoint: { origin, size },
        })
        const other = utf8(`entry-${(index + 1) % size}`)
        await expect(verifyCoseReceipt({ receipt, entry: other, trust })).rejects.toThrow(
          code('proof-invalid'),
        )
      }),
      { numRuns: 25 },
    )
  })

  test('each changed byte is refused', async () => {
    const { receipt } = await receiptOf(7, 4)
    const entry = utf8('entry-4')
    for (let at = 0; at < receipt.length; at++)
      for (const mask of [1, 0x20, 0x80])
        await expect(
          verifyCoseReceipt({ receipt: flipAt(receipt, at, mask), entry, trust }),
          `byte ${at}`,
        ).rejects.toMatchObject({ code: expect.stringMatching(/^proof-/) as unknown })
  })

  test('a size or an index that another tree would have is refused', async () => {
    const { receipt } = await receiptOf(7, 4)
    const { path, signature, protectedHeader } = parseCoseReceipt(receipt)
    const made = (size: number, index: number) =>
      encodeCbor({
        tag: 18,
        value: [
          protectedHeader,
          new Map([[396, new Map([[-1, [encodeCbor([size, index, [...path]])]]])]]),
          null,
          signature,
        ],
      })
    const entry = utf8('entry-4')
    expect(made(7, 4)).toEqual(receipt)
    for (let size = 1; size < 20; size++)
      for (let index = 0; index < size; index++)
        if (size !== 7 || index !== 4)
          await expect(
            verifyCoseReceipt({ receipt: made(size, index), entry, trust }),
            `${index} of ${size}`,
          ).rejects.toThrow(code('proof-invalid'))
  })

  test('is not made by another key, of one entry, or over a root that the log has not signed', async () => {
    const { checkpoint, path } = await receiptOf(3, 1)
    const request = { checkpoint, log, signer, index: 1, path }
    const other = noteKey(origin, 64).signer
    await expect(signCoseReceipt({ ...request, signer: other })).rejects.toThrow(
      code('key-malformed'),
    )
    await expect(signCoseReceipt({ ...request, path: [] })).rejects.toThrow(code('usage-invalid'))
    const unsigned = checkpoint.replace('\n3\n', '\n4\n')
    await expect(signCoseReceipt({ ...request, checkpoint: unsigned })).rejects.toThrow(
      code('note-signature-invalid'),
    )
  })

  test('is of the log that the policy names, and meets no policy that asks for witnesses', async () => {
    const { receipt } = await receiptOf(3, 1)
    const entry = utf8('entry-1')
    for (const vkey of [noteKey(origin, 64).vkey, noteKey('ledger.example/other', 0).vkey])
      await expect(
        verifyCoseReceipt({ receipt, entry, trust: trustLogOnly(vkey) }),
      ).rejects.toThrow(code('proof-invalid'))
    await expect(
      verifyCoseReceipt({ receipt, entry, trust: parseTrustPolicy(policy) }),
    ).rejects.toThrow(code('trust-not-met'))
  })

  test('nothing that is signed for a receipt can be a note', async () => {
    const signed: Uint8Array[] = []
    const { checkpoint, path } = await receiptOf(3, 1)
    const spy = {
      ...signer,
      sign: (message: Uint8Array<ArrayBuffer>) => {
        signed.push(message)
        return signer.sign(message)
      },
    }
    await signCoseReceipt({ checkpoint, log, signer: spy, index: 1, path })
    const [message = new Uint8Array()] = signed
    expect(message[0]).toBe(0x84)
    expect(() => textOf(message)).toThrow(code('encoding-invalid'))
  })

  test.each(vectors.valid)('vector: $name', async ({ receipt, entry, vkey, index, size }) => {
    const bytes = fromHex(receipt)
    const verified = await verifyCoseReceipt({
      receipt: bytes,
      entry: fromHex(entry),
      trust: trustLogOnly(vkey),
    })
    expect(verified).toMatchObject({ index, checkpoint: { size } })
    expect(Object.entries(vectors.roots)).toContainEqual([
      String(size),
      toHex(verified.checkpoint.root),
    ])
  })

  test.each(vectors.invalid)('invalid vector: $name', async ({ receipt, entry, vkey, error }) => {
    await expect(
      verifyCoseReceipt({
        receipt: fromHex(receipt),
        entry: fromHex(entry),
        trust: trustLogOnly(vkey),
      }),
    ).rejects.toThrow(code(error))
  })
})
