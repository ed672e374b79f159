// What an operator may ask of a server that holds a workspace: the operations of its decision log, one after the other, so that
// none meets another half done, and no epoch ends under it.

import { errorRegistry, OperatingError } from '@proofhouse/evidence'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { listing, receipting, searching, showing } from './answer-about-decisions.ts'
import { declaring } from './declare-deployment.ts'
import type { DecisionLogInUse } from './decision-log-access.ts'
import type { DecisionOperation, OperationServices } from './decision-operation.ts'
import { correcting } from './correct-decision.ts'
import { endingEpoch, erasing } from './erase-decisions.ts'
import { exporting } from './export-subject.ts'
import { holding, releasing } from './hold-decisions.ts'
import { expiring, reportingRetention } from './retain-decisions.ts'
import type { Operator } from './services.ts'

/** Pieces of work that wait at most; each holds a request and no more. */
const waitingMax = 64

const operations: readonly DecisionOperation<TSchema, unknown>[] = [
  erasing,
  endingEpoch,
  receipting,
  searching,
  showing,
  listing,
  declaring,
  correcting,
  exporting,
  holding,
  releasing,
  reportingRetention,
  expiring,
]

/** Does one piece of work at a time, in the order in which they came. */
export class WorkQueue {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** What is under way and what waits for it. */
  get waiting(): number {
    return this.#waiting
  }

  /** Resolves once everything added so far has ended, well or not. */
  async settled(): Promise<void> {
    await this.#last
  }

  async add<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#waiting += 1
    const done = this.#last.then(work)
    this.#last = done.catch(() => undefined)
    try {
      return await done
    } finally {
      this.#waiting -= 1
    }
  }
}

/**
 * Answers operators over a log in use.
 * @param failed told when a change was interrupted by a failure: what it left is done when the log is opened again
 */
export function operatorOf(
  opened: DecisionLogInUse,
  services: OperationServices,
  { queue, failed }: { readonly queue: WorkQueue; readonly failed: (error: unknown) => void },
): Operator {
  const known = new Map(
    operations.map((operation) => [operation.name, { operation, shape: Compile(operation.shape) }]),
  )
  return {
    version: services.toolVersion,
    async operate(name, request) {
      const found = known.get(name)
      if (found === undefined)
        throw new OperatingError('usage-invalid', `\`${name.slice(0, 40)}\` is no operation here`)
      const { operation, shape } = found
      if (!shape.Check(request)) {
        const [first] = shape.Errors(request)
        const where = first === undefined ? '' : ` at \`${first.instancePath || '/'}\``
        throw new OperatingError('usage-invalid', `what \`${name}\` is asked is wrong${where}`)
      }
      if (queue.waiting >= waitingMax)
        throw new OperatingError(
          'ledger-overloaded',
          `${waitingMax} requests of operators wait already; try again later`,
        )
      try {
        return await queue.add(() => operation.run(opened, request, services))
      } catch (error) {
        if (operation.changes && !isHarmless(error)) failed(error)
        throw error
      }
    },
  }
}

/** Refusals before anything is done. */
const harmless: ReadonlySet<string> = new Set([
  'limit-exceeded',
  'erasure-restricted',
  'decision-malformed',
])

/** Whether the log goes on as before: what was asked was wrong or too much, or may be asked again. */
function isHarmless(error: unknown): boolean {
  if (!(error instanceof OperatingError)) return false
  const { exitCode, retryable } = errorRegistry[error.code]
  return exitCode === 2 || harmless.has(error.code) || (retryable && !isOver(error))
}

const isOver = ({ code }: OperatingError) => code === 'ledger-closed' || code === 'ledger-conflict'
