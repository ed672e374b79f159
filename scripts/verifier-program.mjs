// The program of the page that verifies receipts and packs, as one classic script for any browser: the evidence package and the page's
// own code in one function, always the same bytes for the same sources. The set-up compiles it beside the program.
import { join } from 'node:path'
import { rolldown } from 'rolldown'

const platform = join(import.meta.dirname, '../packages/platform')
const input = join(platform, 'src/reports/verifier-page/in-browser/main.ts')

/** The script, and the files that went into it. */
export async function bundleVerifierProgram() {
  const bundle = await rolldown({ input, cwd: platform, platform: 'browser' })
  const { output } = await bundle.generate({ format: 'iife', comments: false })
  await bundle.close()
  const [chunk, ...others] = output
  if (others.length > 0) throw new Error('the page of the verifier is one script')
  return { code: chunk.code, sources: chunk.moduleIds }
}
