// The workspace that commands about decisions work on.

/** The option that names it. */
export const folderOption = { value: 'DIR', description: 'the workspace (default: .proofhouse)' }

/** The workspace that is meant. */
export const workspaceOf = (options: Readonly<Record<string, string>>): string =>
  options['folder'] ?? '.proofhouse'
