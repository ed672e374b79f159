// The program of the page that verifies receipts and packs. It lies beside the compiled program; from source it is compiled now,
// with what the set-up compiles with.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OperatingError } from '@proofhouse/evidence'

const compiled = join(import.meta.dirname, 'verifier-program.js')
const compiler = new URL('../../../../scripts/verifier-program.mjs', import.meta.url)

interface Compiler {
  readonly bundleVerifierProgram: () => Promise<{ readonly code: string }>
}

/** The script. @throws file-missing where it is not compiled and cannot be */
export async function verifierProgram(): Promise<string> {
  try {
    return await readFile(compiled, 'utf8')
  } catch {
    return compileNow()
  }
}

async function compileNow(): Promise<string> {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a script of this repository, which exports that
    const { bundleVerifierProgram } = (await import(compiler.href)) as Compiler
    const { code } = await bundleVerifierProgram()
    return code
  } catch (cause) {
    throw new OperatingError(
      'file-missing',
      'the program of the page is not compiled here; run `npm start` once in the clone of Proofhouse',
      { cause },
    )
  }
}
