// Anchors of a real ledger on disk, by a real server that stamps.

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utf8 } from '@proofhouse/evidence'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { httpServers } from '../adapters/http-servers.ts'
import {
  openLedgerDirectory,
  openLedgerFiles,
  openMirrorFiles,
} from '../adapters/ledger-directory.ts'
import { localFiles } from '../adapters/local-files.ts'
import { newRoot } from '../artifacts/certificates/certificates.fixture.ts'
import { stampAuthority, type StampChanges } from '../artifacts/time-stamps/time-stamp.fixture.ts'
import { newLedgerKey } from '../ledger/fsck/fsck.fixture.ts'
import { anchorLedger, readAnchors } from './anchor-ledger.ts'
import { checkLedger } from './check-ledger.ts'

const folder = mkdtempSync(join(tmpdir(), 'proofhouse-test-anchors-'))
const ledger = join(folder, 'ledger')
const certificatesPath = join(folder, 'roots.pem')
const otherPath = join(folder, 'other.pem')
const authority = stampAuthority()
const key = newLedgerKey()
let changes: StampChanges = {}
let server: Server
let tsa = ''

const services = {
  files: localFiles,
  httpServers,
  openLedgerFiles,
  openMirrorFiles,
  startLeafHasher: () => {
    throw new Error('a small log is hashed here')
  },
}

async function append(to: string, count: number, word = 'entry') {
  const open = await openLedgerDirectory(to, key)
  await Promise.all(Array.from({ length: count }, (_, n) => open.append(utf8(`${word} ${n}`))))
  await open.close()
}

const request = { folder: ledger, trustPath: null }
const anchor = () => anchorLedger(services, { ...request, tsa, certificatesPath })
const anchorsOf = (at = ledger, path: string | null = certificatesPath) =>
  readAnchors(services, { folder: at, trustPath: null, certificatesPath: path })
const fsck = (at = ledger) =>
  checkLedger({ folder: at, trustFile: null, mirrorFolder: null }, services)

beforeAll(async () => {
  writeFileSync(certificatesPath, authority.root.pem)
  writeFileSync(otherPath, newRoot('stranger').pem)
  server = createServer((asked, answer) => {
    const parts: Uint8Array[] = []
    asked.on('data', (part: Uint8Array) => parts.push(part))
    asked.on('end', () => {
      answer.setHeader('content-type', 'application/timestamp-reply')
      answer.end(authority.answer(new Uint8Array(Buffer.concat(parts)), changes))
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  tsa = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/tsr`
  await append(ledger, 5)
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('anchors', () => {
  test('an answer that does not hold is not kept', async () => {
    for (const wrong of [
      { status: 2 },
      { nonce: Uint8Array.of(1) },
      { withoutCertificate: true },
    ]) {
      changes = wrong
      await expect(anchor()).rejects.toThrow(/time stamp/)
    }
    changes = {}
    const stranger = { ...request, tsa, certificatesPath: otherPath }
    await expect(anchorLedger(services, stranger)).rejects.toMatchObject({
      code: 'certificate-untrusted',
    })
    expect(await anchorsOf()).toEqual([])
  })

  test('are kept, shown and checked, also once the ledger has grown', async () => {
    const made = await anchor()
    expect(made).toMatchObject({
      size: 5,
      at: '2026-06-01T12:00:00.000Z',
      authority: 'CN=stamp authority',
      established: true,
      problem: null,
    })
    await append(ledger, 300)
    changes = { at: '2026-06-02T12:00:00' }
    await anchor()
    changes = {}
    expect((await anchorsOf()).map(({ size, problem }) => [size, problem])).toEqual([
      [5, null],
      [305, null],
    ])
    expect((await anchorsOf(ledger, null)).map(({ established }) => established)).toEqual([
      false,
      false,
    ])
    const [stranger] = await anchorsOf(ledger, otherPath)
    expect(stranger?.problem).toContain('does not lead to any of the given roots')
    expect(await fsck()).toMatchObject({ ok: true, anchors: 2 })
  })

  test('of a ledger that was cut back or rewritten are findings', async () => {
    const [shorter, other] = [join(folder, 'shorter'), join(folder, 'other')]
    await append(shorter, 5)
    await append(other, 400, 'another')
    for (const path of [shorter, other])
      cpSync(join(ledger, 'anchors'), join(path, 'anchors'), { recursive: true })
    expect((await anchorsOf(shorter)).map(({ problem }) => problem)).toEqual([
      null,
      '305 entries were published, and the log has 5: it was cut back',
    ])
    const report = await fsck(other)
    expect(report.ok).toBe(false)
    expect(report.summary).toContain('damaged: 2 findings')
    expect(report.findings.map(({ problem }) => problem)).toEqual(
      [5, 305].map(
        (size) => `the log published another root for its ${size} entries: it was rewritten`,
      ),
    )
  })

  test('each changed byte of one is found', async () => {
    const copy = join(folder, 'copy')
    cpSync(ledger, copy, { recursive: true })
    const [name = ''] = readdirSync(join(copy, 'anchors')).toSorted()
    const path = join(copy, 'anchors', name)
    const bytes = readFileSync(path)
    const tokenEnd = bytes.indexOf('\n\n')
    for (let at = 0; at < bytes.length; at += at > 40 && at < tokenEnd ? 7 : 1) {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 2
      writeFileSync(path, changed)
      const [first] = await anchorsOf(copy, null)
      expect(first?.problem, `byte ${at}`).not.toBeNull()
    }
    writeFileSync(path, bytes)
    const named = path.replace('0000000000000005', '0000000000000006')
    cpSync(path, named)
    expect((await anchorsOf(copy)).map(({ problem }) => problem)).toEqual([
      null,
      'is named for another checkpoint or stamp',
      null,
    ])
    writeFileSync(join(copy, 'anchors', 'other.txt'), '')
    expect((await fsck(copy)).findings.map(({ file }) => file)).toContain('anchors/other.txt')
  })
})
