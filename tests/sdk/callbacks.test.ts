// What the client tells its user by way of functions that fail themselves.

import { expect, test } from 'vitest'
import { newService } from './client.fixture.ts'
import { decided } from './decided.fixture.ts'

test('a function of the user that throws is told to the process, and the sending goes on', async () => {
  const at = await newService()
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const thrown: unknown[] = []
  process.on('uncaughtException', (error) => thrown.push(error))
  try {
    const failures = [new TypeError('of who settles'), new TypeError('of who looks at problems')]
    await at.stop()
    const away = Promise.withResolvers<void>()
    const client = await at.client({
      onSettled() {
        throw failures[0]
      },
      onProblem() {
        away.resolve()
        throw failures[1]
      },
    })
    await client.record(decided('p-0'))
    await away.promise
    await at.start()
    await client.flush()
    await client.record(decided('p-1'))
    await client.flush()
    expect(at.log.sources.list()).toMatchObject([{ next: 2, gaps: [] }])
    await client.close()
    // Away and back, and both decisions.
    expect(new Set(thrown)).toEqual(new Set(failures))
  } finally {
    process.removeAllListeners('uncaughtException')
    for (const other of others) process.on('uncaughtException', other)
    await at.end()
  }
})
