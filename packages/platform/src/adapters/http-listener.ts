// Listening on an address of this machine.

import { OperatingError } from '@proofhouse/evidence'
import { spoolAnswers } from '../decisions/index.ts'
import { addSpools, decisionServer, operatorRoutes } from '../http/index.ts'
import type { Services } from '../workflows/index.ts'
import { DecisionBodies } from './preparing-thread.ts'
import { systemCodeOf } from './storage-error.ts'

/** Listens for decisions. @throws usage-invalid when the address is taken */
export const listenForDecisions: Services['listenForDecisions'] = async (log, at) => {
  const { host, port, token, operator, failed } = at
  const bodies = new DecisionBodies(log)
  const server = decisionServer(bodies, token, failed)
  addSpools(server, token, spoolAnswers(log))
  if (operator !== null) await server.register(operatorRoutes(operator.answers, operator.token))
  const address = await server.listen({ host, port }).catch((cause: unknown) => {
    const code = systemCodeOf(cause)
    throw new OperatingError('usage-invalid', `cannot listen on ${host}:${port}: ${code}`, {
      cause,
    })
  })
  return {
    address,
    async close() {
      await server.close()
      await bodies.close()
    },
  }
}
