// Writes spec/proofhouse.schema.json from the schema in the code. A test fails when the two differ.
import { writeFileSync } from 'node:fs'
import { systemFileSchema } from '../packages/platform/src/registry/system-file.ts'

writeFileSync(
  new URL('../spec/proofhouse.schema.json', import.meta.url),
  `${JSON.stringify(systemFileSchema, null, 2)}\n`,
)
