// The key of a spool in a file of its own, beside the spool and not in it, that only its owner may read.

import { randomBytes } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'
import { spoolKeySizeBytes } from '../spool/spool-cipher.ts'

const othersMask = 0o077

/**
 * The key in a file; made where there is none and `isNew` says that nothing was sealed under one.
 * @throws key-missing, key-malformed where others may read it or it is no key
 */
export function keyInFile(path: string, isNew: boolean): Buffer {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (cause) {
    if (isNew && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      return makeKey(path)
    throw new OperatingError('key-missing', `the spool's key \`${path}\` cannot be read`, { cause })
  }
  try {
    if ((fstatSync(file).mode & othersMask) !== 0)
      throw new OperatingError(
        'key-malformed',
        `\`${path}\` may be read by others: make it readable by its owner only (mode 0600)`,
      )
    const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
    if (key.length === spoolKeySizeBytes) return key
    throw new OperatingError(
      'key-malformed',
      `\`${path}\` holds no key of ${spoolKeySizeBytes} bytes in base64`,
    )
  } finally {
    closeSync(file)
  }
}

function makeKey(path: string): Buffer {
  const key = randomBytes(spoolKeySizeBytes)
  try {
    const file = openSync(path, 'wx', 0o600)
    writeFileSync(file, `${key.toString('base64')}\n`)
    fsyncSync(file)
    closeSync(file)
    const folder = openSync(dirname(path), 'r')
    fsyncSync(folder)
    closeSync(folder)
  } catch (cause) {
    throw new OperatingError('storage-failed', `the spool's key \`${path}\` cannot be made`, {
      cause,
    })
  }
  return key
}
