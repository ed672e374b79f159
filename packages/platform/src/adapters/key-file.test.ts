import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { formatCheckpoint, fromBase64, signNote, utf8 } from '@proofhouse/evidence'
import { keyFileNames, openLedgerKey, openSigningKey } from '../keys/index.ts'
import { diskKeyFiles } from './key-file.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proofhouse-keys-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('a private key file', () => {
  test('is created for its owner only, and never replaced', async () => {
    const path = join(folder, 'deep', 'a.key')
    expect(await diskKeyFiles.readPrivate(path)).toBeNull()
    expect(await diskKeyFiles.createPrivate(path, 'first')).toBe(true)
    expect(await diskKeyFiles.createPrivate(path, 'second')).toBe(false)
    expect(await diskKeyFiles.readPrivate(path)).toBe('first')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(folder, 'deep'))).toEqual(['a.key'])
  })

  test.each([0o640, 0o604, 0o620, 0o666])('is refused with mode %o', async (mode) => {
    const path = join(folder, 'a.key')
    await writeFile(path, 'secret')
    await chmod(path, mode)
    await expect(diskKeyFiles.readPrivate(path)).rejects.toThrow(`chmod 600 ${path}`)
    await chmod(path, 0o400)
    expect(await diskKeyFiles.readPrivate(path)).toBe('secret')
  })

  test('is refused when it is a folder or too large', async () => {
    await expect(diskKeyFiles.readPrivate(folder)).rejects.toThrow(folder)
    const path = join(folder, 'big.key')
    await writeFile(path, 'x'.repeat(70_000), { mode: 0o600 })
    await expect(diskKeyFiles.readPrivate(path)).rejects.toThrow('too large')
  })

  test('that cannot be created leaves nothing behind', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    const created = diskKeyFiles.createPrivate(join(file, 'a.key'), 'x')
    await expect(created).rejects.toMatchObject({ code: 'file-unwritable' })
    expect(await readdir(folder)).toEqual(['file'])
  })
})

describe('the keys of a workspace', () => {
  test('are made once, and the signing key signs', async () => {
    const first = await openSigningKey(diskKeyFiles, folder)
    const again = await openSigningKey(diskKeyFiles, folder)
    expect(again.publicKeyPem).toBe(first.publicKeyPem)
    expect(first.verifier.curve).toBe('P-256')
    const message = utf8('m')
    expect(await first.verifier.verify(message, await again.signer.sign(message))).toBe(true)
    const path = join(folder, keyFileNames.signingPublic)
    expect(await readFile(path, 'utf8')).toBe(first.publicKeyPem)
  })

  test('are one key for everybody who starts at once', async () => {
    const opened = Array.from({ length: 8 }, () => openSigningKey(diskKeyFiles, folder))
    const ledgers = Array.from({ length: 8 }, () =>
      openLedgerKey(diskKeyFiles, folder, 'x.example/l'),
    )
    const pems = new Set((await Promise.all(opened)).map(({ publicKeyPem }) => publicKeyPem))
    const verifierKeys = new Set((await Promise.all(ledgers)).map(({ verifierKey }) => verifierKey))
    expect([pems.size, verifierKeys.size]).toEqual([1, 1])
    expect((await readdir(folder)).toSorted()).toEqual(Object.values(keyFileNames).toSorted())
  })

  test('a public half that was lost or changed is written again', async () => {
    const { publicKeyPem } = await openSigningKey(diskKeyFiles, folder)
    const path = join(folder, keyFileNames.signingPublic)
    await writeFile(path, 'nonsense')
    await openSigningKey(diskKeyFiles, folder)
    expect(await readFile(path, 'utf8')).toBe(publicKeyPem)
  })

  test('the ledger key of a known seed has the known id and public key', async () => {
    const seed = Uint8Array.from({ length: 32 }, (_, i) => i)
    const text = `PRIVATE+KEY+ledger.example/eval+2a540629+${Uint8Array.of(1, ...seed).toBase64()}\n`
    await writeFile(join(folder, keyFileNames.ledger), text, { mode: 0o600 })
    const { signer, verifierKey } = await openLedgerKey(diskKeyFiles, folder, 'ledger.example/eval')
    expect(verifierKey).toBe(
      'ledger.example/eval+2a540629+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4',
    )
    const root = fromBase64('OF2jDzkXKCyJOd/4UZV+UZqxhGsTUaFMCts7EWMnQqo=')
    const checkpoint = formatCheckpoint({ origin: signer.name, size: 3, root })
    expect(await signNote(checkpoint, [signer])).toContain(
      '\n— ledger.example/eval KlQGKeVAdmDKjK+U9JPfvM36RNw1yvC4XYvVty1ZXkMHaxGLwPY2nBKjAsUtfBLXVJvTwODfg5vJcVddvs5TVuG7Cgk=\n',
    )
    await expect(openLedgerKey(diskKeyFiles, folder, 'other.example/l')).rejects.toThrow(
      'belongs to the log `ledger.example/eval`, not `other.example/l`',
    )
  })

  test.each([
    ['not a key', 'hello\n', 'key-malformed'],
    [
      'another id',
      `PRIVATE+KEY+l.example/x+00000000+${new Uint8Array(33).fill(1).toBase64()}\n`,
      'key-malformed',
    ],
    [
      'another type',
      `PRIVATE+KEY+l.example/x+00000000+${new Uint8Array(33).fill(2).toBase64()}\n`,
      'key-unsupported',
    ],
  ])('a ledger key file with %s is refused', async (_, text, code) => {
    await writeFile(join(folder, keyFileNames.ledger), text, { mode: 0o600 })
    await expect(openLedgerKey(diskKeyFiles, folder, 'l.example/x')).rejects.toMatchObject({
      code,
    })
  })
})
