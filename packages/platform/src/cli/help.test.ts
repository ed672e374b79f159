import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commands } from './commands.ts'
import { commandHelp, programHelp, usageLine } from './help.ts'
import { findCommand } from './parse.ts'

const golden = (name: string) => join(import.meta.dirname, 'golden', `${name}.txt`)

test.each(commands.map((command) => [command.words.join(' '), command] as const))(
  'help of `%s` is the golden one',
  async (words, command) => {
    await expect(commandHelp(command)).toMatchFileSnapshot(golden(words.replaceAll(' ', '-')))
  },
)

test('help of the program is the golden one, and lists every command', async () => {
  const help = programHelp(commands, '1.2.3')
  await expect(help).toMatchFileSnapshot(golden('proofhouse'))
  for (const { words, summary } of commands) {
    expect(help).toContain(words.join(' '))
    expect(help).toContain(summary)
  }
})

test('help fits a terminal, and every example is of its own command', () => {
  for (const command of commands) {
    for (const line of commandHelp(command).split('\n'))
      expect(line.length, line).toBeLessThanOrEqual(100)
    expect(command.examples.length).toBeGreaterThan(0)
    for (const example of command.examples)
      expect(example).toMatch(new RegExp(`^proofhouse ${command.words.join(' ')}\\b`))
  }
})

test('the usage line names what must be given, and marks what may be left out', () => {
  const lines = commands.map((command) => usageLine(command))
  expect(lines).toContain('proofhouse assess [FILE] [options]')
  expect(lines).toContain('proofhouse sign PATH --signature FILE [options]')
})

test.each(['verify', 'receipts'])('the guide `%s` uses only options that exist', (name) => {
  const guides = join(import.meta.dirname, '../../../../docs/guides')
  const guide = readFileSync(join(guides, `${name}.md`), 'utf8')
  const calls = [...guide.matchAll(/^npx proofhouse (.+)$/gm)].map((match) => match[1] ?? '')
  expect(calls.length).toBeGreaterThan(2)
  for (const call of calls) {
    const { command } = findCommand(commands, call.split(' '))
    const options = [...call.matchAll(/--([a-z-]+)/g)].map((match) => match[1] ?? '')
    expect(Object.keys(command.options)).toEqual(expect.arrayContaining(options))
  }
})
