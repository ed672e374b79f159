// Who may write to a ledger directory, and what a torn commit leaves.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { committedPath, lockPath, slotSizeBytes } from '../ledger/index.ts'
import { DiskTileStore } from './disk-tile-store.ts'
import { FileLockStore } from './file-lock-store.ts'

let folder = ''
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** Another process that holds the lock; resolves once it does, with its outcome. */
async function startHolder(): Promise<{ child: ChildProcess; said: string }> {
  const module = JSON.stringify(join(import.meta.dirname, 'file-lock-store.ts'))
  const source = `
    const { FileLockStore } = await import(${module})
    const got = await FileLockStore.open(${JSON.stringify(folder)}, 0).catch((error) => error)
    process.stdout.write(got.code ?? 'holds')
    if (got.code === undefined) setInterval(() => {}, 1_000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const said: unknown[] = await once(child.stdout, 'data')
  return { child, said: String(said[0]) }
}

describe('the right to write', () => {
  test('belongs to one holder, in the same process too', async () => {
    const store = await FileLockStore.open(folder, 0)
    await expect(FileLockStore.open(folder, 0)).rejects.toMatchObject({ code: 'ledger-busy' })
    await store.release()
    await (await FileLockStore.open(folder, 0)).release()
  })

  test('is refused to another process, also after the lock file was read', async () => {
    const store = await FileLockStore.open(folder, 0)
    expect((await startHolder()).said).toBe('ledger-busy')
    const tiles = new DiskTileStore(folder)
    for await (const path of tiles.list()) await tiles.read(path)
    expect((await startHolder()).said).toBe('ledger-busy')
    await store.release()
    expect((await startHolder()).said).toBe('holds')
  })

  test('ends with its process, however that ends', async () => {
    const { child, said } = await startHolder()
    expect(said).toBe('holds')
    await expect(FileLockStore.open(folder, 0)).rejects.toMatchObject({ code: 'ledger-busy' })
    child.kill('SIGKILL')
    // Waits for the other one to go.
    const store = await FileLockStore.open(folder, 10_000)
    await store.release()
  })

  test('leaves the lock file empty and nothing beside it', async () => {
    const store = await FileLockStore.open(folder, 0)
    await store.swap(null, 'note')
    expect(statSync(join(folder, lockPath)).size).toBe(0)
    expect(readdirSync(folder).toSorted()).toEqual([committedPath, lockPath].toSorted())
    await store.release()
    expect(statSync(join(folder, lockPath)).size).toBe(0)
    await expect(store.swap('note', 'next')).rejects.toMatchObject({ code: 'ledger-conflict' })
  })
})

describe('a torn commit', () => {
  async function commits(count: number): Promise<void> {
    const store = await FileLockStore.open(folder, 0)
    for (let n = 0; n < count; n++) await store.swap(n === 0 ? null : `note ${n}`, `note ${n + 1}`)
    await store.release()
  }
  const path = () => join(folder, committedPath)

  test('leaves the one before, and the next one takes its place', async () => {
    await commits(4)
    const whole = readFileSync(path())
    // The fourth commit is in slot 0; the third one in slot 1.
    for (let at = 0; at < slotSizeBytes; at += 97) {
      const torn = Buffer.from(whole)
      torn.fill(0xee, at, slotSizeBytes)
      writeFileSync(path(), torn)
      const store = await FileLockStore.open(folder, 0)
      expect(await store.read()).toBe('note 3')
      await store.swap('note 3', 'note 4 again')
      await store.release()
      const after = await FileLockStore.open(folder, 0)
      expect(await after.read()).toBe('note 4 again')
      await after.release()
    }
  })

  test('is told from damage of both slots', async () => {
    await commits(2)
    const damaged = readFileSync(path())
    damaged[20] = 0xee
    damaged[slotSizeBytes + 20] = 0xee
    writeFileSync(path(), damaged)
    await expect(FileLockStore.open(folder, 0)).rejects.toMatchObject({ code: 'ledger-corrupt' })
    // The lock was let go.
    writeFileSync(path(), new Uint8Array())
    const store = await FileLockStore.open(folder, 0)
    expect(await store.read()).toBeNull()
    expect(statSync(path()).size).toBe(2 * slotSizeBytes)
    await store.release()
  })

  test('cannot come of a file that was cut short', async () => {
    await commits(3)
    const whole = readFileSync(path())
    writeFileSync(path(), whole.subarray(0, slotSizeBytes + 100))
    await expect(FileLockStore.open(folder, 0)).rejects.toMatchObject({ code: 'ledger-corrupt' })
  })
})
