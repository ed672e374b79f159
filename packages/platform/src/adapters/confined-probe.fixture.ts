// A program that tries to get out: started in place of a model's process, it does what its arguments name and says how each went.

import { spawnSync } from 'node:child_process'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import process from 'node:process'
import { Worker } from 'node:worker_threads'

const attempts: Readonly<Record<string, (argument: string) => unknown>> = {
  environment: () => Object.keys(process.env).filter((name) => !name.startsWith('NODE_CHANNEL_')),
  read: (path) => readFileSync(path, 'utf8').length,
  descriptor: (number) => readFileSync(Number(number), 'utf8').length,
  list: (path) => readdirSync(path),
  write: (path) => {
    writeFileSync(path, 'x')
  },
  append: (path) => {
    appendFileSync(path, 'x')
  },
  spawn: (program) => {
    const done = spawnSync(program, ['--user', 'true'], { encoding: 'utf8' })
    if (done.error !== undefined) throw done.error
    return done.status
  },
  worker: () => {
    new Worker('', { eval: true }).unref()
  },
  pid: () => process.pid,
  signal: (pid) => process.kill(Number(pid), 0),
  user: () => process.getuid?.(),
  interfaces: () => Object.keys(networkInterfaces()),
  connect: (port) =>
    new Promise((resolve, reject) => {
      connect(Number(port), '127.0.0.1')
        .on('connect', () => {
          resolve('connected')
        })
        .on('error', reject)
    }),
  allocate: (mebibytes) => new Uint8Array(Number(mebibytes) * 2 ** 20).fill(1).length,
  spin: () => {
    for (;;);
  },
}

const answers: Record<string, unknown> = {}
for (const [what = '', argument = ''] of process.argv.slice(2).map((word) => word.split('=')))
  try {
    answers[what] = await attempts[what]?.(argument)
  } catch (error) {
    answers[what] = error instanceof Error && 'code' in error ? error.code : String(error)
  }
process.send?.(answers, () => process.exit(0))
