// A process that makes keys, rotates and wraps them anew until it is killed, and writes down each key that it was given: one line `id digest`.
// Usage: node keys-forever.fixture.ts FOLDER ACKNOWLEDGEMENTS NAME

import { hash } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import process from 'node:process'
import { openPlace, tenant } from './keys-place.fixture.ts'

const [folder = '', acknowledgements = '', name = ''] = process.argv.slice(2)
const told = openSync(acknowledgements, 'a')
const { keys, tenants, rewrap } = openPlace(folder)
const { signal } = new AbortController()
writeSync(told, 'open\n')
for (let round = 0; ; round++) {
  for (let n = 0; n < 3; n++) {
    const id = `${name}-${round}-${n}`
    const { key } = await keys.ensure({ tenant, kind: 'epoch', id })
    writeSync(told, `${id} ${hash('sha256', key, 'hex')}\n`)
  }
  await tenants.rotate(tenant, 'scheduled')
  await rewrap({ tenant, reason: 'scheduled', keysPerSecondMax: 1e9, signal })
  await tenants.rewrapUnderRoot(tenant, 'scheduled')
}
