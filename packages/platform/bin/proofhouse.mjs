#!/usr/bin/env node
// Checks the Node version before any TypeScript is read, so that an old Node gets a sentence and not a syntax error.
const major = Number.parseInt(process.versions.node, 10)
if (major < 26) {
  console.error(
    `proofhouse: Node 26 or newer is needed, this is ${process.versions.node}; inside the repository use \`npx proofhouse\` after \`npm start\``,
  )
  process.exit(2)
}
// A start takes half the time. The cache is code: it lies beside the program, never in a shared temporary folder where others
// may put theirs. Where the program may not write there, it does without.
const { enableCompileCache } = await import('node:module')
enableCompileCache(`${import.meta.dirname}/../.compile-cache`)
const { compiledProgram } = await import('./compiled.mjs')
await import(compiledProgram() ?? '../src/main.ts')
