// Wrapped keys in a folder: `TENANT/KIND/ID.json`. One writer at a time, by the lock that the
// operating system holds for a process and takes
// back however it ends; a record is written aside, synced, and renamed into place, so readers need
// no lock and see the old or the new.

import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  assert,
  canonicalJson,
  isJsonObject,
  OperatingError,
  parseCanonicalJson,
} from '@proofhouse/evidence'
import {
  isKeyId,
  isKeyVersion,
  type KeyAddress,
  keyKinds,
  type KeyRecord,
  type KeyStore,
  type RecordAddress,
} from '../keys/index.ts'
import { tryLock } from './file-lock-store.ts'
import { systemCodeOf } from './storage-error.ts'
import { syncFolder, writeSynced } from './synced-files.ts'

const lockName = '.lock'
const ownerOnly = 0o600
const pollMs = 5
/** A write takes milliseconds; whoever waits for so long waits for something that hangs. */
const lockWaitMaxMs = 10_000

/** The adapter of KeyStore over a folder. */
export function directoryKeyStore(folder: string): KeyStore {
  /** Writes of this process, one after the other: only then is the lock worth asking for. */
  let last: Promise<unknown> = Promise.resolve()
  return {
    read: (address) => readRecord(pathOf(folder, address)),
    swap(address, expected, body) {
      const path = pathOf(folder, address)
      const write = async () => {
        const lock = await takeLock(folder)
        try {
          const present = await readRecord(path)
          if ((present?.revision ?? 0) !== expected) return false
          await writeRecord(folder, path, { revision: expected + 1, body })
          return true
        } finally {
          lock.close()
        }
      }
      const written = last.then(write)
      last = written.catch(() => undefined)
      return written
    },
    list: (tenant, after, limit) => listKeys(folder, { tenant, after, limit }),
  }
}

/** Names of files, also where upper and lower case are the same: each capital is written `+` and its small letter. */
function fileNameOf(id: string): string {
  assert(isKeyId(id), 'tenants and keys have names of letters and digits')
  return id.replaceAll(/[A-Z]/g, (capital) => `+${capital.toLowerCase()}`)
}

function idOf(fileName: string): string {
  return fileName.replaceAll(/\+([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function pathOf(folder: string, { tenant, kind, id }: RecordAddress): string {
  return join(folder, fileNameOf(tenant), kind, `${fileNameOf(id)}.json`)
}

async function takeLock(folder: string): Promise<{ close(): void }> {
  const deadline = performance.now() + lockWaitMaxMs
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw failed(folder, cause)
  }
  for (;;) {
    const lock = tryLock(join(folder, lockName))
    if (lock !== null) return lock
    if (performance.now() > deadline)
      throw new OperatingError('key-conflict', `another process holds the keys in \`${folder}\``)
    await delay(pollMs)
  }
}

async function readRecord(path: string): Promise<KeyRecord | null> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return null
    throw failed(path, cause)
  }
  const record = recordIn(bytes)
  if (record !== null) return record
  throw new OperatingError(
    'key-malformed',
    `the stored key \`${path}\` is damaged; restore it from its backup`,
  )
}

function recordIn(bytes: Uint8Array): KeyRecord | null {
  try {
    const value = parseCanonicalJson(bytes)
    if (!isJsonObject(value)) return null
    const { revision, body } = value
    return isKeyVersion(revision) && isJsonObject(body) ? { revision, body } : null
  } catch {
    return null
  }
}

async function writeRecord(folder: string, path: string, record: KeyRecord): Promise<void> {
  const place = dirname(path)
  const temporary = join(place, `.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await mkdir(place, { recursive: true, mode: 0o700 })
    await writeSynced(temporary, canonicalJson({ ...record }), ownerOnly)
    await rename(temporary, path)
    if (record.revision > 1) await syncFolder(place)
    // New folders are durable once those above them are.
    else
      for (let each = place; each.length >= dirname(folder).length; each = dirname(each)) {
        await syncFolder(each)
        if (each === dirname(each)) break
      }
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw failed(path, cause)
  }
}

async function listKeys(
  folder: string,
  given: { readonly tenant: string; readonly after: KeyAddress | null; readonly limit: number },
): Promise<readonly KeyAddress[]> {
  const { tenant, after, limit } = given
  const found: KeyAddress[] = []
  for (const kind of keyKinds.toSorted()) {
    if (found.length === limit) break
    if (after !== null && kind < after.kind) continue
    const names = await namesIn(join(folder, fileNameOf(tenant), kind))
    const ids = names
      .flatMap((name) => (name.endsWith('.json') ? [idOf(name.slice(0, -'.json'.length))] : []))
      .filter((id) => isKeyId(id) && (after?.kind !== kind || id > after.id))
      .toSorted((a, b) => (a < b ? -1 : 1))
    found.push(...ids.slice(0, limit - found.length).map((id) => ({ tenant, kind, id })))
  }
  return found
}

async function namesIn(place: string): Promise<string[]> {
  try {
    return await readdir(place)
  } catch (cause) {
    if (systemCodeOf(cause) === 'ENOENT') return []
    throw failed(place, cause)
  }
}

function failed(path: string, cause: unknown): OperatingError {
  return new OperatingError('storage-failed', `stored key \`${path}\`: ${systemCodeOf(cause)}`, {
    cause,
  })
}
