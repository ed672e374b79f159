// A thread that runs the program's command line whenever it is asked to: the composition and the commands of the real program, over the
// real disk, without the start of a process, which is most of the time of a short command.

import { randomUUID } from 'node:crypto'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { commands, runCommandLine } from '../../packages/platform/src/cli/index.ts'
import { composeServices, composeTerminal } from '../../packages/platform/src/compose.ts'
import { version } from '../../packages/platform/src/config.ts'

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what run-program.fixture.ts gives
const { port, turn } = workerData as { port: MessagePort; turn: Int32Array }

parentPort?.on('message', (args: readonly string[]) => {
  void answer(args)
})

async function answer(args: readonly string[]): Promise<void> {
  port.postMessage(await run(args), [])
  Atomics.store(turn, 0, 1)
  Atomics.notify(turn, 0)
}

async function run(args: readonly string[]) {
  const said = { out: '', err: '' }
  const pipe = (to: 'out' | 'err') => ({
    isTTY: false,
    write: (text: string) => {
      said[to] += text
      return true
    },
  })
  const host = { stdout: pipe('out'), stderr: pipe('err'), env: process.env }
  try {
    const status = await runCommandLine({
      commands,
      args,
      version,
      services: composeServices({ newId: randomUUID, now: () => new Date() }),
      terminal: composeTerminal(host),
      signal: new AbortController().signal,
    })
    return { status, ...said }
  } catch (error) {
    // As a process ends that nobody catches an error in.
    const stack = error instanceof Error ? error.stack : String(error)
    return { status: 1, out: said.out, err: `${said.err}${stack}\n` }
  }
}
