// Listening on an address of this machine.

import { OperatingError } from '@proofhouse/evidence'
import { rememberedMs } from '../decisions/index.ts'
import { addSpools, decisionServer } from '../http/index.ts'
import type { Services } from '../workflows/index.ts'
import { systemCodeOf } from './storage-error.ts'

/** Listens for decisions. @throws usage-invalid when the address is taken */
export const listenForDecisions: Services['listenForDecisions'] = async (log, at) => {
  const { host, port, token, failed } = at
  const server = decisionServer(log, token, failed)
  addSpools(server, token, {
    next: (source) => log.sources.next(source),
    isErased: (subject, time) => log.late.covers(log.tagger.tagOf('subject', subject), time),
    rememberedMs,
  })
  const address = await server.listen({ host, port }).catch((cause: unknown) => {
    const code = systemCodeOf(cause)
    throw new OperatingError('usage-invalid', `cannot listen on ${host}:${port}: ${code}`, {
      cause,
    })
  })
  return { address, close: () => server.close() }
}
