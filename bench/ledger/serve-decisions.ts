// The real program, taking decisions over HTTP in a process of its own, and a client of it.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'

const readyShape = Compile(Type.Object({ address: Type.String(), tokenFile: Type.String() }))
/** Of single decisions: as many clients as it takes that none waits for another's answer. */
const singleConnections = 256

/** Starts `decisions serve` on a workspace; how to ask it, and how to stop it. */
export async function serveDecisions(program: string, folder: string) {
  const child = spawn(
    process.execPath,
    [program, 'decisions', 'serve', '--out', folder, '--port', '0', '--json'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const lines = createInterface({ input: child.stdout })
  const [line] = await new Promise<string[]>((resolve) =>
    lines.once('line', (text) => resolve([text])),
  )
  const { address, tokenFile } = readyShape.Parse(JSON.parse(line ?? ''))
  const authorization = `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`
  const agent = new Agent({ keepAlive: true, maxSockets: singleConnections })
  const memoryMb = () => {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024
  }
  return {
    memoryMb,
    post: (body: string) =>
      new Promise<string>((resolve, reject) => {
        const sent = request(
          `${address}/api/v1/decisions`,
          {
            method: 'POST',
            agent,
            headers: {
              authorization,
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(body),
            },
          },
          (response) => {
            const parts: Buffer[] = []
            response.on('data', (part: Buffer) => parts.push(part))
            response.on('end', () => {
              const text = Buffer.concat(parts).toString('utf8')
              if (response.statusCode === 200) resolve(text)
              else reject(new Error(`${response.statusCode}: ${text}`))
            })
          },
        )
        sent.on('error', reject)
        sent.end(body)
      }),
    async stop() {
      agent.destroy()
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGINT')
      await ended
    },
  }
}
