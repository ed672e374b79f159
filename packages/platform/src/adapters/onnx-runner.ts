// Runs ONNX models in a child process that can do no more than compute (confined-process.ts), by ONNX Runtime as native code or
// as WebAssembly, which has its own memory and nothing else: a bug in it is no way into the process around it. Limits on memory
// and time, and death by SIGKILL when the caller aborts or closes. The session says what confined it.
// INVARIANT: no byte of a model reaches a child before the child has said that it stands, as confined as it is going to be.

import type { ChildProcess } from 'node:child_process'
import process from 'node:process'
import { OperatingError } from '@proofhouse/evidence'
import {
  interruption,
  type Confinement,
  type LoadModelRequest,
  type ModelRunner,
  type ModelRuntime,
  type ModelSession,
  type Tensor,
  throwIfAborted,
} from '../assess/index.ts'
import {
  type ConfinedStart,
  giveUp,
  type Isolation,
  namespacesOf,
  spawnConfined,
  strongestIsolation,
} from './confined-process.ts'
import type { ChildMessage, RunnerMessage } from './onnx-messages.ts'
import { isAnswer } from './onnx-answers.ts'
import { memoryText, onnxStart, withinRuntime } from './onnx-start.ts'

/** How much of what the child writes to stderr is kept for the error's details. */
const stderrKeptBytes = 4096

/** A runner whose child processes use up to `threads` threads each; WebAssembly has one. */
export function onnxRunner({ threads = 2 }: { readonly threads?: number } = {}): ModelRunner {
  return {
    load: async (asked) => {
      const request = withinRuntime(asked)
      throwIfAborted(request.signal)
      const start = onnxStart(request, request.runtime === 'wasm' ? 1 : threads)
      const child = new ModelProcess(request, start)
      try {
        const { version } = await child.ready()
        const { bytes, sha256 } = request
        const answer = await child.ask({ ask: 'load', bytes, sha256, threads })
        if (answer.answer !== 'loaded') throw child.unexpected()
        return new OnnxSession(
          child,
          answer,
          confinementOf(request, start, child.isolation, version),
        )
      } catch (error) {
        await child.end()
        throw error
      }
    },
  }
}

const confinementOf = (
  { runtime, memoryBytes, timeoutMs }: LoadModelRequest,
  { cpuSeconds }: ConfinedStart,
  isolation: Isolation,
  version: string,
): Confinement => ({
  runtime,
  version,
  namespaces: namespacesOf[isolation],
  files: isolation === 'view' ? 'own_view' : 'permissions',
  memoryBytes,
  cpuSeconds: process.platform === 'linux' ? cpuSeconds : null,
  wallSeconds: timeoutMs / 1000,
})

class OnnxSession implements ModelSession {
  readonly inputs
  readonly outputs
  readonly confinement: Confinement
  readonly #child: ModelProcess

  constructor(
    child: ModelProcess,
    loaded: ChildMessage & { answer: 'loaded' },
    confinement: Confinement,
  ) {
    this.#child = child
    this.inputs = loaded.inputs
    this.outputs = loaded.outputs
    this.confinement = confinement
  }

  async run(feeds: readonly Tensor[], outputs: readonly string[]): Promise<readonly Tensor[]> {
    const answer = await this.#child.ask({ ask: 'run', feeds, outputs })
    if (answer.answer !== 'ran') throw this.#child.unexpected()
    return answer.outputs
  }

  close(): Promise<void> {
    return this.#child.end()
  }
}

interface Waiting {
  readonly resolve: (message: ChildMessage) => void
  readonly reject: (error: OperatingError) => void
}

type Ready = ChildMessage & { answer: 'ready' }

/** A child process, the questions it has not answered, and why it ended. */
class ModelProcess {
  readonly #request: LoadModelRequest
  readonly #start: ConfinedStart
  readonly #exit = Promise.withResolvers<void>()
  readonly #ready = Promise.withResolvers<Ready>()
  readonly #timer: NodeJS.Timeout
  readonly #waiting: Waiting[] = []
  #process: ChildProcess
  #isolation: Isolation
  #stands = false
  #end: OperatingError | null = null
  #stderr = ''

  constructor(request: LoadModelRequest, start: ConfinedStart) {
    this.#request = request
    this.#start = start
    // Whoever asks later is told why it ended, too.
    this.#ready.promise.catch(() => undefined)
    this.#isolation = strongestIsolation()
    this.#process = this.#spawn()
    this.#timer = setTimeout(() => this.#kill(this.#timedOut()), request.timeoutMs)
    request.signal?.addEventListener('abort', this.#abort)
  }

  get isolation(): Isolation {
    return this.#isolation
  }

  ready(): Promise<Ready> {
    return this.#ready.promise
  }

  #spawn(): ChildProcess {
    const child = spawnConfined(this.#isolation, this.#start)
    child.once('exit', (code, signal) => {
      this.#exited(child, this.#died(signal ?? `exit code ${code}`))
    })
    child.once('error', (error) => {
      this.#exited(child, this.#failed(`its process could not be started (${error.message})`))
    })
    child.on('message', (message: unknown) => {
      if (isAnswer(message)) this.#answered(message)
      else this.#kill(this.unexpected())
    })
    child.stderr?.on('data', (data: Buffer) => {
      this.#stderr = (this.#stderr + data.toString('utf8')).slice(-stderrKeptBytes)
    })
    return child
  }

  /** A child that never stood was refused its walls, and the next gets those that the machine does grant. */
  #exited(child: ChildProcess, reason: OperatingError): void {
    if (child !== this.#process) return
    if (!this.#stands && this.#end === null && giveUp(this.#isolation)) {
      this.#isolation = strongestIsolation()
      this.#stderr = ''
      this.#process = this.#spawn()
      return
    }
    this.#finish(reason)
    this.#exit.resolve()
  }

  /** Sends a message and waits for its answer; refusals and the end of the process are errors. */
  ask(message: RunnerMessage): Promise<ChildMessage> {
    if (this.#end !== null) return Promise.reject(this.#end)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      // A failed send means that the process has ended, and its exit rejects everything that waits.
      this.#process.send(message, () => undefined)
    })
  }

  unexpected(): OperatingError {
    return this.#failed('its process gave the wrong kind of answer')
  }

  end(): Promise<void> {
    this.#kill(this.#failed('its session is closed'))
    return this.#exit.promise
  }

  readonly #abort = () => this.#kill(interruption(this.#request.signal?.reason))

  #answered(message: ChildMessage): void {
    if (message.answer === 'ready') {
      this.#stands = true
      return this.#ready.resolve(message)
    }
    const waiting = this.#waiting.shift()
    if (message.answer !== 'refused') return waiting?.resolve(message)
    const { code, reason } = message
    const { name, runtime } = this.#request
    const said = oneLine(reason)
    if (/bad_alloc|cannot allocate|failed to allocate|allocation failed|out of memory/i.test(said))
      return waiting?.reject(this.#failed(`it ran out of ${memoryText(this.#request)}`))
    const text = {
      'model-malformed': `${name}: ${runtimeName[runtime]} cannot load the model: ${said}; ${instead[runtime]}`,
      'model-changed': `${name}: the bytes are not those that were checked and announced; run again`,
      'model-failed': `${name}: the model failed on the data: ${said}`,
    }[code]
    waiting?.reject(new OperatingError(code, text))
  }

  #kill(reason: OperatingError): void {
    this.#finish(reason)
    this.#process.kill('SIGKILL')
  }

  /** The first reason counts: a kill that follows a timeout is the timeout. */
  #finish(reason: OperatingError): void {
    if (this.#end !== null) return
    this.#end = reason
    clearTimeout(this.#timer)
    this.#request.signal?.removeEventListener('abort', this.#abort)
    this.#ready.reject(reason)
    for (const { reject } of this.#waiting.splice(0)) reject(reason)
  }

  #died(how: string): OperatingError {
    return this.#failed(
      `its process ended unexpectedly (${how}); it may have needed more than ` +
        memoryText(this.#request),
    )
  }

  #timedOut(): OperatingError {
    const seconds = this.#request.timeoutMs / 1000
    return this.#failed(
      `it took longer than its ${seconds} seconds; raise \`model.timeout_seconds\` or assess fewer rows`,
    )
  }

  #failed(problem: string): OperatingError {
    const details = this.#stderr === '' ? {} : { stderr: this.#stderr }
    return new OperatingError(
      'model-failed',
      `${this.#request.name}: the model was stopped: ${problem}`,
      {
        details,
      },
    )
  }
}

const runtimeName = {
  native: 'ONNX Runtime',
  wasm: 'ONNX Runtime in WebAssembly',
} as const satisfies Record<ModelRuntime, string>

/** What to do about a model that a runtime does not load. */
const instead = {
  native: 'export it again',
  wasm: 'export it again, or say `model.runtime: native` if you trust whoever made it',
} as const satisfies Record<ModelRuntime, string>

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 400)
}
