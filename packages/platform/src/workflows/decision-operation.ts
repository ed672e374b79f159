// A piece of work on a workspace's decision log that commands ask for. It is done by whoever holds the workspace: the command itself, or,
// where a server takes decisions meanwhile, that server, asked on its operator's socket. One function in both cases.

import { OperatingError } from '@proofhouse/evidence'
import type { Static, TSchema } from 'typebox'
import { type DecisionLogInUse, withDecisionLog } from './decision-log-access.ts'
import type { Services } from './services.ts'

/** What an operation is given beside the log. */
export type OperationServices = Pick<Services, 'now' | 'newId' | 'user' | 'toolVersion'>

/** A piece of work. What it is asked, and what it answers, are values of JSON. */
export interface DecisionOperation<Shape extends TSchema, Result> {
  /** Its name in the operator's interface. */
  readonly name: string
  /** What it is asked; nothing else is taken. */
  readonly shape: Shape
  /** Whether it changes something, so that a failure leaves work that the next opening of the log does. */
  readonly changes: boolean
  run(
    opened: DecisionLogInUse,
    request: Static<Shape>,
    services: OperationServices,
  ): Promise<Result>
}

/** An operation, as one. */
export const decisionOperation = <Shape extends TSchema, Result>(
  operation: DecisionOperation<Shape, Result>,
): DecisionOperation<Shape, Result> => operation

/**
 * Does a piece of work on the decision log of a workspace, by whoever holds it.
 * @throws server-unreachable where a server was asked and ended before it answered, and what the work throws
 */
export async function operate<Shape extends TSchema, Result>(
  operation: DecisionOperation<Shape, Result>,
  { folder, request }: { readonly folder: string; readonly request: Static<Shape> },
  services: Services,
): Promise<Result> {
  const ask = async () => {
    const answer = await services.operators.ask(folder, operation.name, request)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same version's same function has made it
    return answer as { readonly result: Result } | null
  }
  const asked = await ask()
  if (asked !== null) return asked.result
  try {
    return await withDecisionLog(services, folder, (opened) =>
      operation.run(opened, request, services),
    )
  } catch (error) {
    if (!(error instanceof OperatingError) || error.code !== 'ledger-busy') throw error
    // Whoever holds the workspace may have been a server that was not listening yet.
    const later = await ask()
    if (later !== null) return later.result
    throw error
  }
}
