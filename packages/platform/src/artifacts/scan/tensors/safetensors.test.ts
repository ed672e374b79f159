import { describe, expect, test } from 'vitest'
import { joined, little, rulesOf, scanBytes, survivesDamage } from '../scan-bytes.fixture.ts'

function safetensors(header: object | string, dataSizeBytes: number, padding = '') {
  const text = (typeof header === 'string' ? header : JSON.stringify(header)) + padding
  const bytes = new TextEncoder().encode(text)
  return joined(little(bytes.length, 8), bytes, new Uint8Array(dataSizeBytes))
}

const tensor = (dtype: string, shape: readonly number[], start: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [start, end],
})
const two = { a: tensor('F32', [2, 3], 0, 24), b: tensor('I64', [1], 24, 32) }

describe('clean', () => {
  test.each([
    ['two tensors', safetensors(two, 32)],
    ['padding and metadata', safetensors({ __metadata__: { format: 'pt' }, ...two }, 32, '    ')],
    ['no tensors', safetensors({}, 0)],
    [
      'empty and scalar tensors',
      safetensors({ a: tensor('F16', [0, 7], 0, 0), b: tensor('BOOL', [], 0, 1) }, 1),
    ],
    ['half bytes', safetensors({ a: tensor('F4', [4], 0, 2) }, 2)],
    ['a length that spells instructions', safetensors({}, 0, ' '.repeat(0x2e4e - 2))],
  ])('%s', async (_, bytes) => {
    expect(await scanBytes(bytes)).toMatchObject({
      format: 'safetensors',
      verdict: 'clean',
      findings: [],
    })
  })
})

describe('found', () => {
  const twice = JSON.stringify({ a: tensor('U8', [1], 0, 1), b: tensor('U8', [4], 0, 4) }).replace(
    '"b"',
    '"a"',
  )
  test.each([
    ['a key twice', safetensors(twice, 4), 'safetensors-duplicate-key', 'suspicious'],
    [
      'bytes shared',
      safetensors({ ...two, b: tensor('I64', [1], 16, 24) }, 24),
      'safetensors-layout',
      'suspicious',
    ],
    [
      'a hole',
      safetensors({ ...two, b: tensor('I64', [1], 32, 40) }, 40),
      'safetensors-layout',
      'suspicious',
    ],
    ['bytes behind', safetensors(two, 40), 'safetensors-layout', 'suspicious'],
    ['bytes missing', safetensors(two, 31), 'safetensors-malformed', 'incomplete'],
    [
      'another size',
      safetensors({ a: tensor('F32', [2, 4], 0, 24) }, 24),
      'safetensors-malformed',
      'incomplete',
    ],
    [
      'a product that wraps',
      safetensors({ a: tensor('U8', [2 ** 32, 2 ** 32], 0, 0) }, 0),
      'safetensors-malformed',
      'incomplete',
    ],
    [
      'a negative place',
      safetensors({ a: tensor('U8', [0], -4, -4) }, 0),
      'safetensors-malformed',
      'incomplete',
    ],
    [
      'a type of no name',
      safetensors({ a: tensor('constructor', [1], 0, 8) }, 8),
      'safetensors-malformed',
      'incomplete',
    ],
    [
      'a field more',
      safetensors({ a: { ...two.a, code: 1 } }, 24),
      'safetensors-malformed',
      'incomplete',
    ],
    [
      'metadata that is no text',
      safetensors({ __metadata__: { a: 1 } }, 0),
      'safetensors-malformed',
      'incomplete',
    ],
    [
      'a header too long',
      joined(little(200_000_000, 8), '{"a"'),
      'safetensors-malformed',
      'incomplete',
    ],
    ['no JSON', safetensors('{"a": tru}', 0), 'safetensors-malformed', 'incomplete'],
    ['code behind the header', safetensors('{}', 0, ' x'), 'safetensors-malformed', 'incomplete'],
    [
      'code in the metadata',
      safetensors({ __metadata__: { info: "import os; os.system('echo pwned')" } }, 0),
      'described-code',
      'suspicious',
    ],
    [
      'a call in the metadata',
      safetensors({ __metadata__: { config: '{"_target_": "os.system", "command": "id"}' } }, 0),
      'config-dangerous-target',
      'malicious',
    ],
    [
      'a call in the metadata, as Python spells it',
      safetensors({ __metadata__: { config: "{'_target_': 'subprocess.Popen'}" } }, 0),
      'config-dangerous-target',
      'malicious',
    ],
  ])('%s', async (_, bytes, rule, verdict) => {
    const scanned = await scanBytes(bytes)
    expect(rulesOf(scanned)).toEqual([rule])
    expect(scanned).toMatchObject({ format: 'safetensors', verdict })
  })
})

test('damage never makes the scan fail', async () => {
  await survivesDamage(safetensors({ __metadata__: { a: 'b' }, ...two }, 32), 3)
})
