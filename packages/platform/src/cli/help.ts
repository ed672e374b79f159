// Renders `--help`: of the program and of each command, from the commands themselves, so that help cannot lie.

import type { Command } from './command.ts'

const indent = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}

const operandWord = ({ name, fallback, many }: Command['operands'][number]) => {
  const word = many === true ? `${name}...` : name
  return fallback === undefined ? word : `[${word}]`
}

/** `proofhouse sign PATH --key KEY [options]` */
export function usageLine(command: Command): string {
  const operands = command.operands.map(operandWord)
  const required = Object.entries(command.options)
    .filter(([, option]) => option.required)
    .map(([name, option]) => `--${name} ${option.value ?? ''}`.trim())
  return ['proofhouse', ...command.words, ...operands, ...required, '[options]'].join(' ')
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const operands = command.operands.map(
    (o) =>
      [
        o.name,
        (o.fallback ?? '') === ''
          ? o.description
          : `${o.description} (default: ${o.fallback ?? ''})`,
      ] as const,
  )
  const options = Object.entries<{ readonly description: string; readonly value?: string }>({
    ...command.options,
    json: { description: 'print the result as JSON on standard output' },
    help: { description: 'print this help' },
  }).map(
    ([name, option]) =>
      [
        `--${name}${option.value === undefined ? '' : ` ${option.value}`}`,
        option.description,
      ] as const,
  )
  const sections = [
    `${usageLine(command)}\n\n${command.summary}`,
    ...(command.details === undefined ? [] : [command.details]),
    ...(operands.length === 0 ? [] : [`Operands\n${indent(operands)}`]),
    `Options\n${indent(options)}`,
    `Examples\n${command.examples.map((e) => `  ${e}`).join('\n')}`,
    exitCodesHelp,
  ]
  return `${sections.join('\n\n')}\n`
}

const exitCodesHelp = `Exit codes
  0  pass
  1  a gate, rule or check failed
  2  usage or configuration is wrong
  3  could not decide; treated as not passed
  4  warnings, with --fail-on-warn`

/** The help of the whole program. */
export function programHelp(commands: readonly Command[], version: string): string {
  const rows = commands.map((c) => [c.words.join(' '), c.summary] as const)
  return `proofhouse ${version}: assess AI systems, gate them, and prove it

Usage: proofhouse COMMAND [operands] [options]

Commands
${indent(rows)}

Options
  --help     print help; after a command, the help of that command
  --version  print the version

${exitCodesHelp}
`
}
