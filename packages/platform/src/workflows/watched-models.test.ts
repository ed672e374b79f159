// What is told of several sessions is the weakest that held any of them, whichever came first.

import { expect, test } from 'vitest'
import type { Confinement, LoadModelRequest, ModelSession } from '../assess/index.ts'
import { watchedModels } from './watched-models.ts'

const confinementOf = (...namespaces: readonly string[]): Confinement => ({
  runtime: 'native',
  version: '1.0.0',
  namespaces,
  files: namespaces.includes('mount') ? 'own_view' : 'permissions',
  memoryBytes: 1,
  cpuSeconds: 1,
  wallSeconds: 1,
})

const strong = confinementOf('user', 'mount', 'network')
const middle = confinementOf('user', 'network')
const weak = confinementOf()

test.each([
  ['none', [], null],
  ['one', [strong], strong],
  ['a weaker one later', [strong, middle, strong], middle],
  ['a weaker one first', [weak, strong], weak],
])('of sessions: %s', async (_, held, told) => {
  const left = [...held]
  const watched = watchedModels({
    load: () => {
      const [confinement = weak] = left.splice(0, 1)
      const session: ModelSession = {
        confinement,
        inputs: [],
        outputs: [],
        run: () => Promise.resolve([]),
        close: () => Promise.resolve(),
      }
      return Promise.resolve(session)
    },
  })
  const request: LoadModelRequest = {
    name: 'm',
    bytes: new Uint8Array(),
    sha256: '',
    runtime: 'native',
    memoryBytes: 1,
    timeoutMs: 1,
  }
  for (const confinement of held)
    expect((await watched.models.load(request)).confinement).toBe(confinement)
  expect(watched.weakest()).toEqual(told)
})
