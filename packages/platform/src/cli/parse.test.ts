import { expect, test } from 'vitest'
import type { Command } from './command.ts'
import { commands } from './commands.ts'
import { findCommand, parseInvocation } from './parse.ts'

const find = (...words: readonly string[]): Command => findCommand(commands, words).command
const usage = (message: string): unknown =>
  expect.objectContaining({
    code: 'usage-invalid',
    message: expect.stringContaining(message) as unknown,
  })

test('every command is found by its words, and the rest is left over', () => {
  for (const command of commands) {
    const { command: found, rest } = findCommand(commands, [...command.words, 'a', '--b'])
    expect(found).toBe(command)
    expect(rest).toEqual(['a', '--b'])
  }
})

test('the command with more words is meant, and a path says otherwise', () => {
  expect(find('verify', 'receipt', 'r.json').words).toEqual(['verify', 'receipt'])
  expect(find('verify', './receipt').words).toEqual(['verify'])
  expect(find('verify', 'receipts').words).toEqual(['verify'])
})

test.each([
  [['asess'], 'did you mean `assess`?'],
  [['Verify'], 'did you mean `verify`?'],
  [['pack', 'verfy', 'x.zip'], '`pack` needs one of: verify'],
  [['ledger'], '`ledger` needs one of: fsck, audit, proof'],
  [['ledgr', 'fsck'], 'did you mean `ledger fsck`?'],
  [['frobnicate'], 'unknown command `frobnicate`; see `proofhouse --help`'],
  [['--json', 'assess'], 'unknown command `--json`'],
  [['constructor'], 'unknown command `constructor`'],
] as const)('%j is no command', (words, message) => {
  expect(() => findCommand(commands, words)).toThrow(usage(message))
})

test('operands, options and switches in any order', () => {
  const expected = {
    operands: { PATH: 'model' },
    options: { signature: 's', key: 'k' },
    rest: [],
    lists: { ignore: [] },
    switches: new Set(['json']),
  }
  for (const args of [
    ['model', '--signature', 's', '--key', 'k', '--json'],
    ['--json', '--key=k', 'model', '--signature=s'],
    ['--key', 'k', '--signature', 's', '--json', '--', 'model'],
  ])
    expect(parseInvocation(find('verify'), args)).toEqual(expected)
})

test('an operand with a fallback may be left out', () => {
  expect(parseInvocation(find('assess'), []).operands).toEqual({ FILE: 'proofhouse.yaml' })
  expect(parseInvocation(find('assess'), ['a.yaml']).operands).toEqual({ FILE: 'a.yaml' })
})

test('after `--` an operand may begin like an option', () => {
  expect(parseInvocation(find('assess'), ['--', '--odd.yaml']).operands).toEqual({
    FILE: '--odd.yaml',
  })
})

test('an option that may be repeated keeps every value', () => {
  const args = ['model', '--signature', 's', '--ignore', 'a', '--ignore=b']
  expect(parseInvocation(find('verify'), args).lists).toEqual({ ignore: ['a', 'b'] })
  expect(() => parseInvocation(find('verify'), [...args, '--ignore'])).toThrow(
    usage('`--ignore` needs a value'),
  )
})

test('help asks for nothing else', () => {
  expect(parseInvocation(find('sign'), ['--help']).switches).toEqual(new Set(['help']))
})

const verifyArgs = ['model', '--signature', 's', '--key', 'k']

test.each([
  ['a missing operand', 'verify', ['--signature', 's', '--key', 'k'], 'PATH is missing'],
  ['a missing option', 'verify', ['model', '--key', 'k'], '`--signature` is missing'],
  ['an operand too many', 'verify', [...verifyArgs, 'more'], 'unexpected operand `more`'],
  [
    'an unknown option',
    'verify',
    [...verifyArgs, '--alow-unsigned-files'],
    'did you mean `--allow-unsigned-files`?',
  ],
  [
    'an option that is nothing like any',
    'verify',
    [...verifyArgs, '--zzzzzzzz'],
    'unknown option `--zzzzzzzz`\n',
  ],
  ['a short option', 'verify', [...verifyArgs, '-k'], 'unknown option `-k`'],
  [
    'an option named like a part of every object',
    'verify',
    [...verifyArgs, '--constructor'],
    'unknown option `--constructor`',
  ],
  [
    'an option named like a prototype',
    'verify',
    [...verifyArgs, '--__proto__=x'],
    'unknown option `--__proto__`',
  ],
  [
    'an option without its value',
    'verify',
    ['model', '--signature', 's', '--key'],
    '`--key` needs a value',
  ],
  ['an empty value', 'verify', ['model', '--signature', 's', '--key='], '`--key` needs a value'],
  [
    'an option in place of a value',
    'verify',
    ['model', '--key', '--signature', 's'],
    '`--key` needs a value',
  ],
  ['an option twice', 'verify', [...verifyArgs, '--key', 'k'], '`--key` is given twice'],
  ['a switch with a value', 'verify', [...verifyArgs, '--json=yes'], '`--json` takes no value'],
  ['an option of another command', 'gate', ['--trust', 'x'], 'unknown option `--trust`'],
] as const)('%s is refused, with the usage', (_, word, args, message) => {
  const command = find(word)
  expect(() => parseInvocation(command, args)).toThrow(usage(message))
  expect(() => parseInvocation(command, args)).toThrow(usage(`\nusage: proofhouse ${word}`))
})

test('an operand that takes many takes all that is left, and its fallback where nothing is', () => {
  const parse = (...args: readonly string[]) => parseInvocation(find('secrets'), args).rest
  expect(parse('a', '--json', 'b', '--', '--c')).toEqual(['a', 'b', '--c'])
  expect(parse()).toEqual(['.'])
})
