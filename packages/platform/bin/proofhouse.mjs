#!/usr/bin/env node
// Checks the Node version before any TypeScript is read, so that an old Node gets a sentence and not a syntax error.
const major = Number.parseInt(process.versions.node, 10)
if (major < 26) {
  console.error(
    `proofhouse: Node 26 or newer is needed, this is ${process.versions.node}; inside the repository use \`npx proofhouse\` after \`npm start\``,
  )
  process.exit(2)
}
await import('../src/main.ts')
