// The thread behind `preparing-thread.ts`: a request's body in, its decisions out.

import { parentPort, workerData } from 'node:worker_threads'
import { assert, OperatingError } from '@proofhouse/evidence'
import { openVersions, preparedIn, Tagger } from '../decisions/index.ts'
import type { PreparingAnswer, PreparingRequest, PreparingStart } from './preparing-thread.ts'

const port = parentPort
assert(port !== null, 'this module runs in a worker thread')
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `preparing-thread.ts` starts it with
const { deployments, tagKey } = workerData as PreparingStart
let by = { deployments: openVersions(deployments), tagger: new Tagger(tagKey) }

port.on('message', (request: PreparingRequest) => {
  if ('deployments' in request) {
    by = { ...by, deployments: openVersions(request.deployments) }
    return
  }
  const { id, body } = request
  let answer: PreparingAnswer
  try {
    answer = { id, packed: preparedIn(body, by) }
  } catch (error) {
    if (!(error instanceof OperatingError)) throw error
    port.postMessage({ id, code: error.code, message: error.message } satisfies PreparingAnswer)
    return
  }
  const { bytes, sizes, numbers, names } = answer.packed
  port.postMessage(answer, [bytes.buffer, sizes.buffer, numbers.buffer, names.buffer])
})
