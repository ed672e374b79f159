// The workspace that commands about decisions and keys work on.

/** The option that names it. */
export const workspaceOption = {
  out: { value: 'DIR', description: 'the workspace (default: .proofhouse)' },
} as const

/** The workspace that is meant. */
export const workspaceOf = (options: Readonly<Record<string, string>>): string =>
  options['out'] ?? '.proofhouse'
