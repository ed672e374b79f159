import { describe, expect, test } from 'vitest'
import { joined, little, rulesOf, scanBytes, survivesDamage } from '../scan-bytes.fixture.ts'

type Part = Uint8Array<ArrayBuffer>
const wide = (value: number | bigint) => little(value, 8)
const u32 = (value: number) => little(value, 4)
const text = (value: string) => joined(wide(new TextEncoder().encode(value).length), value)
const setting = (name: string, type: number, value: Part) => joined(text(name), u32(type), value)
const template = (value: string) => setting('tokenizer.chat_template', 8, text(value))

interface Described {
  readonly name: string
  readonly dimensions: readonly (number | bigint)[]
  readonly type?: number
  readonly start: number | bigint
}

const tensor = ({ name, dimensions, type = 0, start }: Described) =>
  joined(text(name), u32(dimensions.length), ...dimensions.map(wide), u32(type), wide(start))

function gguf(settings: readonly Part[], tensors: readonly Part[], dataSizeBytes: number): Part {
  const head = joined(
    'GGUF',
    u32(3),
    wide(tensors.length),
    wide(settings.length),
    ...settings,
    ...tensors,
  )
  const padding = (32 - (head.length % 32)) % 32
  return joined(head, new Uint8Array(padding + dataSizeBytes))
}

const usual = [
  setting('general.architecture', 8, text('llama')),
  setting('llama.block_count', 4, u32(2)),
  setting('tokenizer.ggml.tokens', 9, joined(u32(8), wide(2), text('a'), text('b'))),
  setting('tokenizer.ggml.scores', 9, joined(u32(6), wide(3), new Uint8Array(12))),
  template("{% for m in messages %}{{ '<|im_start|>' + m['role'] }}{% endfor %}"),
]
const [a, b] = [
  tensor({ name: 'a', dimensions: [4, 2], start: 0 }),
  tensor({ name: 'b', dimensions: [32, 2], type: 8, start: 32 }),
]
const whole = gguf(usual, [a, b], 32 + 68)

test('settings of every kind and tensors in blocks are clean', async () => {
  expect(await scanBytes(whole)).toMatchObject({ format: 'gguf', verdict: 'clean', findings: [] })
})

test('version 1 counts in 32 bits, and the other byte order is read', async () => {
  const first = joined('GGUF', u32(1), u32(0), u32(1), u32(1), 'k', u32(0), 7)
  expect((await scanBytes(first)).verdict).toBe('clean')
  const big = joined(
    'GGUF',
    u32(3).toReversed(),
    wide(0),
    wide(1).toReversed(),
    wide(1).toReversed(),
    'k',
    u32(0),
    7,
  )
  expect((await scanBytes(big)).verdict).toBe('clean')
})

describe('found', () => {
  test.each([
    [
      'a template that runs code',
      gguf([template('{{ x.__class__ }}')], [], 0),
      'template-python-internals',
    ],
    [
      'a second template that runs code',
      gguf(
        [setting('tokenizer.chat_template.tool_use', 8, text('{{ lipsum["__globals__"] }}'))],
        [],
        0,
      ),
      'template-python-internals',
    ],
    [
      'tensors that share bytes',
      gguf(usual, [a, tensor({ name: 'b', dimensions: [1], start: 0 })], 32),
      'gguf-layout',
    ],
    [
      'a tensor off its place',
      gguf(usual, [tensor({ name: 'b', dimensions: [1], start: 3 })], 7),
      'gguf-layout',
    ],
    ['a hole', gguf(usual, [tensor({ name: 'b', dimensions: [1], start: 64 })], 68), 'gguf-layout'],
    [
      'a tensor twice',
      gguf(usual, [a, tensor({ name: 'a', dimensions: [1], start: 32 })], 36),
      'gguf-duplicate-name',
    ],
    [
      'a name that leads out',
      gguf([setting('../../../etc/passwd', 8, text('root'))], [], 0),
      'gguf-name-escape',
    ],
    [
      'a description that holds a command',
      gguf([setting('command', 8, text('rm -rf /'))], [], 0),
      'described-code',
    ],
    ['bytes in the padding', joined(gguf([], [], 0).slice(0, 24), 'more'), 'gguf-layout'],
    ['a setting twice', gguf([...usual, template('x')], [], 0), 'gguf-duplicate-name'],
    ['bytes behind', joined(whole, new Uint8Array(64)), 'trailing-data'],
  ])('%s', async (_, bytes, rule) => {
    const scanned = await scanBytes(bytes)
    expect(rulesOf(scanned)).toContain(rule)
    expect(['malicious', 'suspicious']).toContain(scanned.verdict)
  })

  const huge = 0xffff_ffff_ffff_fff0n
  test.each([
    ['tensors', joined('GGUF', u32(3), wide(huge), wide(0)), 'CVE-2024-21836'],
    ['settings', joined('GGUF', u32(3), wide(0), wide(huge)), 'CVE-2024-23605'],
    ['a text', joined('GGUF', u32(3), wide(0), wide(1), wide(huge)), 'CVE-2024-23496'],
    ['an array', gguf([setting('k', 9, joined(u32(4), wide(2n ** 62n)))], [], 0), 'CVE-2024-21825'],
    [
      'dimensions',
      gguf([], [tensor({ name: 'a', dimensions: [1, 1, 1, 1, 1], start: 0 })], 4),
      'CVE-2024-21802',
    ],
    [
      'a product',
      gguf([], [tensor({ name: 'a', dimensions: [2n ** 42n, 2n ** 22n], start: 0 })], 4),
      'CVE-2026-33298',
    ],
    [
      'a place',
      gguf([], [tensor({ name: 'a', dimensions: [1], start: huge })], 4),
      'CVE-2025-53630',
    ],
    ['an alignment', gguf([setting('general.alignment', 4, u32(0x8000_0000))], [], 0), 'CWE-1284'],
  ])('a size that no file can have: %s', async (_, bytes, id) => {
    const { verdict, findings } = await scanBytes(bytes)
    expect(verdict).toBe('suspicious')
    const finding = findings.find(({ rule }) => rule === 'gguf-impossible-size')
    expect(finding?.ids).toContain(id)
  })

  test.each([
    ['a version of no kind', joined('GGUF', u32(9), wide(0), wide(0))],
    ['a type of no kind', gguf([setting('k', 13, wide(0))], [], 0)],
    [
      'an array in an array',
      gguf([setting('k', 9, joined(u32(9), wide(1), u32(0), wide(0)))], [], 0),
    ],
    [
      'a tensor of no type',
      gguf([], [tensor({ name: 'a', dimensions: [1], type: 99, start: 0 })], 4),
    ],
    ['missing bytes', whole.slice(0, -1)],
    ['a missing end', whole.slice(0, 60)],
  ])('not read: %s', async (_, bytes) => {
    const scanned = await scanBytes(bytes)
    expect(rulesOf(scanned)).toEqual(['gguf-malformed'])
    expect(scanned.verdict).toBe('incomplete')
  })
})

test('damage never makes the scan fail', async () => {
  await survivesDamage(whole, 3)
})
