// `proofhouse decisions deploy FILE`

import { declareDeployment } from '../workflows/index.ts'
import type { Command } from './command.ts'
import { printLines } from './print-lines.ts'
import { workspaceOf, workspaceOption } from './workspace-option.ts'

/** Declares a deployment whose decisions a workspace takes. */
export const decisionsDeploy: Command = {
  words: ['decisions', 'deploy'],
  summary: 'declare a deployment, so that its decisions are taken',
  details: `The file, YAML or JSON, names the deployment, the root digest of its model, the fields
that go in and come out, and which of them are masked, dropped, or kept as groups of
their own (spec/decisions.md). It is stated in the evidence log. A changed file is a new
version: decisions are taken under it from then on, and those before keep their meaning.`,
  operands: [{ name: 'FILE', description: 'the declaration' }],
  options: workspaceOption,
  examples: ['proofhouse decisions deploy credit-eu.yaml'],
  async run({ operands, options, switches, services, terminal }) {
    const given = { file: operands['FILE'] ?? '', folder: workspaceOf(options) }
    const declared = await declareDeployment(given, services)
    const { deployment, version, index } = declared
    if (switches.has('json')) terminal.out(`${JSON.stringify(declared)}\n`)
    else
      printLines(terminal, [
        `deployment ${deployment.id} of model ${deployment.model.slice(0, 12)}…, version ${version}: ${
          index === null ? 'declared before' : `declared in entry ${index} of the evidence log`
        }`,
      ])
    return 0
  },
}
