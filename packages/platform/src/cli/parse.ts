// Arguments → an invocation, or a refusal that names the nearest valid word. Pure.

import { parseArgs } from 'node:util'
import { OperatingError } from '@proofhouse/evidence'
import { nearestName } from '../nearest-name.ts'
import type { Command, Invocation } from './command.ts'
import { usageLine } from './help.ts'

/** The command the arguments begin with, and the arguments left over. */
export function findCommand(
  commands: readonly Command[],
  args: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } {
  // `verify receipt` is asked for before `verify`, whose operand may be anything.
  const [command] = commands
    .filter((c) => c.words.every((word, n) => args[n] === word))
    .toSorted((a, b) => b.words.length - a.words.length)
  if (command !== undefined) return { command, rest: args.slice(command.words.length) }
  const names = commands.map((c) => c.words.join(' '))
  const first = args[0] ?? ''
  const group = commands.filter((c) => c.words[0] === first)
  if (group[0] !== undefined && args.slice(1).includes('--help'))
    return { command: group[0], rest: ['--help'] }
  if (group.length > 0)
    throw new OperatingError(
      'usage-invalid',
      `\`${first}\` needs one of: ${group.map((c) => c.words[1]).join(', ')}`,
    )
  const near = nearestName(args.slice(0, 2).join(' '), names) ?? nearestName(first, names)
  throw new OperatingError(
    'usage-invalid',
    `unknown command \`${first}\`; ${near === undefined ? '' : `did you mean \`${near}\`? `}see \`proofhouse --help\``,
  )
}

const refuse = (command: Command, problem: string): never => {
  throw new OperatingError('usage-invalid', `${problem}\nusage: ${usageLine(command)}`)
}

function tokensOf(command: Command, args: readonly string[]) {
  const flags = { ...command.options, json: { description: '' }, help: { description: '' } }
  const config = Object.fromEntries(
    Object.entries(flags).map(([name, option]) => [
      name,
      { type: 'value' in option && option.value !== undefined ? 'string' : 'boolean' } as const,
    ]),
  )
  const { tokens } = parseArgs({
    args: [...args],
    options: config,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  return { tokens, config }
}

/** Parses what follows the command's words. @throws usage-invalid */
export function parseInvocation(
  command: Command,
  args: readonly string[],
): Pick<Invocation, 'operands' | 'rest' | 'options' | 'lists' | 'switches'> {
  const { tokens, config } = tokensOf(command, args)
  const options: Record<string, string> = {}
  const lists = Object.fromEntries(
    Object.entries(command.options)
      .filter(([, { repeated }]) => repeated === true)
      .map(([name]): [string, string[]] => [name, []]),
  )
  const switches = new Set<string>()
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const known = Object.hasOwn(config, token.name) ? config[token.name] : undefined
    if (known === undefined) {
      const near = nearestName(token.name, Object.keys(config))
      refuse(
        command,
        `unknown option \`${token.rawName}\`${near === undefined ? '' : `; did you mean \`--${near}\`?`}`,
      )
    } else if (known.type === 'boolean') {
      if (token.value !== undefined) refuse(command, `\`--${token.name}\` takes no value`)
      switches.add(token.name)
    } else {
      // `--key --signature S`: a value that begins like an option is a forgotten one, unless it is written `--key=--x`.
      const forgotten = token.inlineValue !== true && /^-./.test(token.value ?? '')
      if (token.value === undefined || token.value === '' || forgotten)
        refuse(command, `\`--${token.name}\` needs a value`)
      const list = Object.hasOwn(lists, token.name) ? lists[token.name] : undefined
      list?.push(token.value ?? '')
      if (list !== undefined) continue
      if (Object.hasOwn(options, token.name)) refuse(command, `\`--${token.name}\` is given twice`)
      options[token.name] = token.value ?? ''
    }
  }
  if (switches.has('help')) return { operands: {}, rest: [], options, lists, switches }
  const takesMany = command.operands.at(-1)?.many === true
  if (positionals.length > command.operands.length && !takesMany)
    refuse(command, `unexpected operand \`${positionals[command.operands.length]}\``)
  const operands: Record<string, string> = {}
  command.operands.forEach((operand, n) => {
    const given = positionals[n] ?? operand.fallback
    if (given === undefined) refuse(command, `${operand.name} is missing: ${operand.description}`)
    operands[operand.name] = given ?? ''
  })
  for (const [name, option] of Object.entries(command.options))
    if (option.required && !Object.hasOwn(options, name))
      refuse(command, `\`--${name}\` is missing: ${option.description}`)
  const last = command.operands.length - 1
  const rest = takesMany
    ? [operands[command.operands[last]?.name ?? ''] ?? '', ...positionals.slice(last + 1)]
    : []
  return { operands, rest, options, lists, switches }
}
