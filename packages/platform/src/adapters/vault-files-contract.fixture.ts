// One contract for the files of a decision log; every adapter passes it.

import { randomBytes } from 'node:crypto'
import { textOf, utf8 } from '@proofhouse/evidence'
import { describe, expect, test } from 'vitest'
import type { VaultFiles } from '../decisions/index.ts'

/** A place of vault files, and how the next process opens it. */
export interface VaultPlace {
  readonly files: VaultFiles
  readonly again: () => Promise<VaultFiles>
}

const failed: unknown = expect.objectContaining({ code: 'storage-failed' })

/** Tries vault files; each place that is made is new and empty. */
export function describeVaultFiles(where: string, makePlace: () => Promise<VaultPlace>): void {
  const make = async () => (await makePlace()).files
  describe(`vault files ${where}`, () => {
    const read = async (files: VaultFiles, name: string, offset = 0, length = 100) => {
      const bytes = await files.read(name, offset, length)
      return bytes === null ? null : textOf(bytes)
    }

    test('append keeps what is before a place and cuts what is after', async () => {
      const files = await make()
      expect(await read(files, 'a')).toBeNull()
      await files.append('a', 0, utf8('one'))
      await files.append('a', 3, utf8('two three'))
      await files.append('a', 6, utf8('!'))
      expect(await read(files, 'a')).toBe('onetwo!')
      await files.append('a', 2, new Uint8Array())
      expect(await read(files, 'a')).toBe('on')
      await expect(files.append('a', 3, utf8('x'))).rejects.toThrow(failed)
      await expect(files.append('new', 1, utf8('x'))).rejects.toThrow(failed)
      expect(await read(files, 'a')).toBe('on')
    })

    test('read gives at most what is there', async () => {
      const files = await make()
      await files.append('a', 0, utf8('0123456789'))
      expect(await read(files, 'a', 8, 5)).toBe('89')
      expect(await read(files, 'a', 10, 5)).toBe('')
      expect(await read(files, 'a', 50, 5)).toBe('')
      expect(await read(files, 'a', 5, 0)).toBe('')
      expect(await read(files, 'a', 3, Number.MAX_SAFE_INTEGER)).toBe('3456789')
    })

    test('overwrite changes places and no size', async () => {
      const files = await make()
      await files.append('a', 0, utf8('0123456789'))
      await files.overwrite('a', [
        { offset: 0, bytes: utf8('ab') },
        { offset: 8, bytes: utf8('yz') },
      ])
      expect(await read(files, 'a')).toBe('ab234567yz')
      const beyond = [{ offset: 9, bytes: utf8('xx') }]
      await expect(files.overwrite('a', beyond)).rejects.toThrow(failed)
      await expect(files.overwrite('none', beyond)).rejects.toThrow(failed)
      expect(await files.list()).toEqual([{ name: 'a', sizeBytes: 10 }])
    })

    test('replace makes, replaces and removes', async () => {
      const files = await make()
      await files.replace('a', utf8('one'))
      await files.append('a', 3, utf8('more'))
      await files.replace('a', utf8('two'))
      expect(await read(files, 'a')).toBe('two')
      await files.append('a', 3, utf8('!'))
      expect(await read(files, 'a')).toBe('two!')
      await files.replace('a', null)
      await files.replace('a', null)
      expect(await read(files, 'a')).toBeNull()
      await files.append('a', 0, utf8('again'))
      expect(await read(files, 'a')).toBe('again')
    })

    test('keeps its own copy, and tells every file', async () => {
      const files = await make()
      const bytes = utf8('content')
      await files.append('a', 0, bytes)
      await files.replace('b', bytes)
      bytes.fill(0)
      for (const name of ['a', 'b']) {
        ;(await files.read(name, 0, 10))?.fill(0)
        expect(await read(files, name)).toBe('content')
      }
      const listed = await files.list()
      expect(listed.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
        { name: 'a', sizeBytes: 7 },
        { name: 'b', sizeBytes: 7 },
      ])
      await files.close()
      await files.close()
    })

    test('places in many appends, and across them, are kept when the next process opens it', async () => {
      const { files, again } = await makePlace()
      const whole = randomBytes(70_000)
      for (let at = 0; at < whole.length; at += 20_011)
        await files.append('a', at, whole.subarray(at, at + 20_011))
      const rest = randomBytes(33_333)
      await files.append('a', 50_000, rest)
      const expected = Buffer.concat([whole.subarray(0, 50_000), rest])
      const pieces = [0, 7, 16_380, 40_000, 49_999, 80_000].map((offset) => ({
        offset,
        bytes: randomBytes(3),
      }))
      pieces.push({ offset: 20_000, bytes: randomBytes(18_000) })
      await files.overwrite('a', pieces)
      for (const { offset, bytes } of pieces) expected.set(bytes, offset)
      await files.replace('b', rest)
      await files.replace('c', rest)
      await files.replace('c', null)
      await files.append('d', 0, new Uint8Array())
      const same = async (found: VaultFiles) => {
        for (const [offset, length] of [
          [0, 100_000],
          [20_000, 30_000],
          [49_990, 20],
          [83_332, 9],
        ] as const)
          expect(
            Buffer.compare(
              (await found.read('a', offset, length)) ?? new Uint8Array(),
              expected.subarray(offset, offset + length),
            ),
          ).toBe(0)
        expect((await found.list()).toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
          { name: 'a', sizeBytes: 83_333 },
          { name: 'b', sizeBytes: 33_333 },
          { name: 'd', sizeBytes: 0 },
        ])
      }
      await same(files)
      await files.close()
      const next = await again()
      await same(next)
      await next.append('a', 83_333, utf8('more'))
      expect(await read(next, 'a', 83_333)).toBe('more')
      await next.close()
    })

    test('writes that are asked for at once are each done whole', async () => {
      const files = await make()
      const names = ['a', 'b', 'c']
      await Promise.all(names.map((one) => files.append(one, 0, utf8('first '))))
      await Promise.all(
        names.flatMap((one) => [
          files.append(one, 6, utf8(`of ${one}`)),
          files.replace(`${one} beside`, utf8(one)),
        ]),
      )
      for (const one of names) {
        expect(await read(files, one)).toBe(`first of ${one}`)
        expect(await read(files, `${one} beside`)).toBe(one)
      }
    })
  })
}
