// Key files on the local disk. A private key is written to a temporary file that only its owner may
// read, synced, and linked into place, so that it is there whole or not at all, and an existing key
// is never replaced. A key file that others may read is refused: it may have been copied. Windows
// has no such mode bits; there the folder's permissions have to do.

import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import type { KeyFiles } from '../keys/index.ts'
import { openRegularFile } from './regular-file.ts'
import { syncFolder, writeSynced } from './synced-files.ts'

const keySizeMaxBytes = 65_536
const ownerOnly = 0o600
const otherPeople = 0o077

/** The adapter of KeyFiles for this machine's disk. */
export const diskKeyFiles: KeyFiles = {
  readPrivate: (path) => readPrivateFile(path),
  createPrivate: (path, text) => createPrivateFile(path, text),
  writePublic: (path, text) => writePublicFile(path, text),
}

async function readPrivateFile(path: string): Promise<string | null> {
  let handle: Awaited<ReturnType<typeof open>>
  try {
    handle = await openRegularFile(path)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null
    throw cause instanceof OperatingError ? cause : unreadable(path, cause)
  }
  try {
    const { mode, size } = await handle.stat()
    if (process.platform !== 'win32' && (mode & otherPeople) !== 0)
      throw new OperatingError(
        'key-malformed',
        `\`${path}\` is secret and can be read or changed by other users; run \`chmod 600 ${path}\`, ` +
          'and make a new key if anybody may have copied it',
      )
    if (size > keySizeMaxBytes)
      throw new OperatingError('key-malformed', `\`${path}\` is too large to be a key`)
    return await handle.readFile('utf8')
  } catch (cause) {
    throw cause instanceof OperatingError ? cause : unreadable(path, cause)
  } finally {
    await handle.close()
  }
}

async function createPrivateFile(path: string, text: string): Promise<boolean> {
  const temporary = temporaryFor(path)
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeSynced(temporary, text, ownerOnly)
    const created = await linkIfNew(temporary, path)
    await syncFolder(dirname(path))
    return created
  } catch (cause) {
    throw unwritable(path, cause)
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined)
  }
}

/** Gives a file a second name in one step; false when that name is taken. */
async function linkIfNew(existing: string, path: string): Promise<boolean> {
  try {
    await link(existing, path)
    return true
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false
    throw cause
  }
}

async function writePublicFile(path: string, text: string): Promise<void> {
  const current = await readFile(path, 'utf8').catch(() => null)
  if (current === text) return
  const temporary = temporaryFor(path)
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeSynced(temporary, text, 0o644)
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw unwritable(path, cause)
  }
}

function temporaryFor(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.tmp`
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}

function unreadable(path: string, cause: unknown): OperatingError {
  const message = `cannot read key file \`${path}\` (${codeOf(cause)}); check that you own it`
  return new OperatingError('file-unreadable', message, { cause })
}

function unwritable(path: string, cause: unknown): OperatingError {
  const message = `cannot create key file \`${path}\` (${codeOf(cause)}); check its folder`
  return new OperatingError('file-unwritable', message, { cause })
}
