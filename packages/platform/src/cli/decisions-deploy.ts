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
their own (spec/decisions.md).`,
  operands: [{ name: 'FILE', description: 'the declaration' }],
  options: workspaceOption,
  examples: ['proofhouse decisions deploy credit-eu.yaml'],
  async run({ operands, options, switches, services, terminal }) {
    const given = { file: operands['FILE'] ?? '', folder: workspaceOf(options) }
    const deployment = await declareDeployment(given, services)
    if (switches.has('json')) terminal.out(`${JSON.stringify(deployment)}\n`)
    else
      printLines(terminal, [
        `deployment ${deployment.id} of model ${deployment.model.slice(0, 12)}… declared`,
      ])
    return 0
  },
}
