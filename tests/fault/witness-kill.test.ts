// A witness is killed with SIGKILL at random instants while a log that lies sends it two histories. Whatever it answered before, it never
// cosigns both: what it cosigned was durable before the answer left.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { setTimeout as delay } from 'node:timers/promises'
import {
  appendLeaf,
  emptyFrontier,
  formatAddCheckpoint,
  formatCheckpoint,
  frontierRoot,
  leafHash,
  nodeHash,
  proveConsistency,
  signNote,
  utf8,
} from '@proofhouse/evidence'
import { afterAll, expect, test } from 'vitest'
import { witnessServer } from '../../packages/platform/src/adapters/witness-client.ts'
import { allFaults } from '../../packages/platform/src/ledger/all-faults.fixture.ts'
import { newLedgerKey } from '../../packages/platform/src/ledger/fsck/fsck.fixture.ts'
import { programPath } from '../assess/run-program.fixture.ts'

const logs = allFaults ? 20 : 1
const killsPerLog = allFaults ? 4 : 2
const lifeMaxMs = 40
const sizeMax = 200
/** Heads that each history sends in a life that is not cut short. */
const lastHeads = 5

const root = mkdtempSync(join(tmpdir(), 'witness-kill-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

/** A history by its name: its heads, and proofs between them. */
function historyOf(name: string, key: ReturnType<typeof newLedgerKey>) {
  const leaves = Array.from({ length: sizeMax }, (_, n) => leafHash(utf8(`${name} ${n}`)))
  const nodeOf = (level: number, index: number): Uint8Array =>
    level === 0
      ? (leaves[index] ?? new Uint8Array(32))
      : nodeHash(nodeOf(level - 1, index * 2), nodeOf(level - 1, index * 2 + 1))
  return {
    name,
    async request(oldSize: number, size: number) {
      const frontier = leaves.slice(0, size).reduce((f, leaf) => appendLeaf(f, leaf), emptyFrontier)
      const head = { origin: key.signer.name, size, root: new Uint8Array(frontierRoot(frontier)) }
      const proof =
        oldSize === 0
          ? []
          : await proveConsistency(oldSize, size, ({ level, index }) => nodeOf(level, index))
      const checkpoint = await signNote(formatCheckpoint(head), [key.signer])
      return utf8(formatAddCheckpoint({ oldSize, proof, checkpoint }))
    },
  }
}

async function startWitness(folder: string) {
  const args = ['--key', 'key', '--name', 'w.example/1', '--logs', 'logs', '--state', 'state']
  const child = spawn(
    process.execPath,
    [programPath, 'ledger', 'witness', '--listen', '127.0.0.1:0', ...args],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  for await (const line of createInterface(child.stdout)) {
    const [, url] = /^witness \S+ \S+ (\S+)$/.exec(line) ?? []
    if (url !== undefined) return { child, server: witnessServer(url) }
  }
  throw new Error('the witness ended')
}

test(
  'a witness that is killed at any instant never cosigns two histories',
  async () => {
    for (let n = 0; n < logs; n++) {
      const key = newLedgerKey('log.example/lying')
      const folder = mkdtempSync(join(root, 'log-'))
      writeFileSync(join(folder, 'logs'), `log ${key.verifierKey}\n`)
      const cosigned: { readonly by: string; readonly size: number }[] = []
      for (let life = 0; life <= killsPerLog; life++) {
        const { child, server } = await startWitness(folder)
        const dead = new AbortController()
        /** Sends ever larger heads of one history, from the size that it was last cosigned at, or that the witness names. */
        const send = async (history: ReturnType<typeof historyOf>) => {
          let oldSize = Math.max(
            0,
            ...cosigned.flatMap((c) => (c.by === history.name ? c.size : [])),
          )
          const most = life < killsPerLog ? sizeMax : lastHeads
          for (let sent = 0, size = oldSize + 1; sent < most && size <= sizeMax; sent++, size++) {
            if (dead.signal.aborted) return
            const body = await history.request(oldSize, size)
            const reply = await server.addCheckpoint(body, dead.signal).catch(() => null)
            if (reply === null) return
            if (reply.status === 200) {
              cosigned.push({ by: history.name, size })
              oldSize = size
            } else if (reply.status === 409) {
              oldSize = Number(Buffer.from(reply.body).toString())
              // What was cosigned when it was killed may not have been heard of, and is no less.
              for (const { by, size: heard } of cosigned)
                if (by) expect(oldSize >= heard).toBe(true)
              size = oldSize
            } else expect(reply.status).toBe(422)
          }
        }
        const sending = Promise.all([historyOf('a', key), historyOf('b', key)].map(send))
        // The last life is not cut short, and so ends with a history cosigned to its end or refused.
        if (life < killsPerLog) await delay(Math.random() * lifeMaxMs)
        else await sending
        child.kill('SIGKILL')
        await once(child, 'exit')
        dead.abort()
        await sending
      }
      expect(cosigned.length).toBeGreaterThan(0)
      expect(new Set(cosigned.map(({ by }) => by)).size).toBe(1)
      expect(cosigned.map(({ size }) => size)).toEqual(
        cosigned.map(({ size }) => size).toSorted((a, b) => a - b),
      )
    }
  },
  allFaults ? 300_000 : 30_000,
)
