import { OperatingError } from '@proofhouse/evidence'
import { expect, test } from 'vitest'
import type { Services } from '../workflows/index.ts'
import type { Command, Terminal } from './command.ts'
import { commands } from './commands.ts'
import { runCommandLine } from './run.ts'

/** A terminal that remembers what it was told. */
function recording() {
  const said = { out: '', note: '', progress: [] as (string | null)[] }
  const terminal: Terminal = {
    interactive: false,
    columns: 80,
    colour: false,
    out: (text) => (said.out += text),
    note: (text) => (said.note += text),
    progress: (step) => said.progress.push(step),
  }
  return { said, terminal }
}

/** Runs a command line that ends before any service is asked for anything. */
async function run(args: readonly string[], of: readonly Command[] = commands) {
  const { said, terminal } = recording()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no service is reached by what is run here
  const services = {} as Services
  const { signal } = new AbortController()
  const code = await runCommandLine({
    commands: of,
    args,
    version: '1.2.3',
    services,
    terminal,
    signal,
  })
  return { code, ...said }
}

const command = (body: Command['run']): Command => ({
  words: ['do'],
  summary: 'does it',
  operands: [],
  options: {},
  examples: ['proofhouse do'],
  run: body,
})

test('version and help', async () => {
  expect(await run(['--version'])).toMatchObject({ code: 0, out: '1.2.3\n', note: '' })
  const program = await run(['--help'])
  expect(program).toMatchObject({ code: 0, note: '' })
  expect((await run(['help'])).out).toBe(program.out)
  // Nothing to do is a mistake, answered with help.
  expect(await run([])).toMatchObject({ code: 2, out: program.out })
  const sign = await run(['sign', '--help'])
  expect(sign).toMatchObject({ code: 0, note: '' })
  expect(sign.out).toContain('--passphrase-file')
  expect((await run(['help', 'sign'])).out).toBe(sign.out)
  expect((await run(['sign', '--help', '--key'])).code).toBe(2)
})

test('usage errors: exit 2, one message, nothing on standard output', async () => {
  for (const args of [['asess'], ['verify'], ['assess', '--oout', 'x'], ['help', 'asess']]) {
    const { code, out, note } = await run(args)
    expect([code, out], args.join(' ')).toEqual([2, ''])
    expect(note).toMatch(/^proofhouse: .*\[usage-invalid\]\n$/s)
  }
  expect((await run(['asess'])).note).toContain('did you mean `assess`?')
})

test('with --json an error is an object too, whatever is wrong', async () => {
  for (const args of [
    ['asess', '--json'],
    ['verify', '--json'],
    ['gate', '--jsn', '--json'],
  ]) {
    const { code, out, note } = await run(args)
    expect(code).toBe(2)
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'usage-invalid' } })
    expect(note).toContain('[usage-invalid]')
  }
})

test('the exit code of an error is its registry entry, and progress is cleared', async () => {
  const failing = command(({ terminal }) => {
    terminal.progress('half done')
    throw new OperatingError('model-refused', 'no', { details: { file: 'a' } })
  })
  const { code, out, note, progress } = await run(['do', '--json'], [failing])
  expect(code).toBe(3)
  expect(JSON.parse(out)).toEqual({
    error: { code: 'model-refused', message: 'no', details: { file: 'a' } },
  })
  expect(note).toBe('proofhouse: no [model-refused]\n')
  expect(progress.at(0)).toBe('half done')
  expect(progress.at(-1)).toBeNull()
})

test('a defect of the program is not dressed up as an error of the world', async () => {
  const broken = command(() => Promise.reject(new TypeError('bug')))
  await expect(run(['do'], [broken])).rejects.toThrow(TypeError)
})

test('the exit code of a command is handed on', async () => {
  for (const code of [0, 1, 2, 3, 4] as const)
    expect((await run(['do'], [command(() => Promise.resolve(code))])).code).toBe(code)
})

test('an index is a whole number, before any ledger is opened', async () => {
  for (const index of ['one', '1.5', '01', '1e3', '99999999999999999999'])
    expect(await run(['ledger', 'proof', 'x', '--index', index])).toMatchObject({
      code: 2,
      out: '',
    })
  expect((await run(['ledger', 'proof', 'x', '--index', '-1'])).note).toContain('needs a value')
})
