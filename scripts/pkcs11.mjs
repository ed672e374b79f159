// Compiles the PKCS#11 driver `pkcs11js`, which comes as source and has no binary for any platform: its install script, which would fetch
// headers over the network for every installation, stays switched off. Only whoever keeps keys on a token needs it, and runs this once.
// The headers are those of the pinned Node, which its package brings along; the interface (Node-API) is the same in every version.
// Run: node scripts/run.mjs scripts/pkcs11.mjs
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const home = join(import.meta.dirname, '../node_modules/pkcs11js')
const driver = join(home, 'build/Release/pkcs11.node')
const sources = ['dl', 'common', 'main'].map((name) => join(home, `src/${name}.cpp`))

/** Path of the compiled driver; null with the reason on stderr where it cannot be compiled. */
export function compilePkcs11() {
  if (existsSync(driver)) return driver
  const node = `node-${process.platform}-${process.arch}`
  let headers
  try {
    headers = join(dirname(require.resolve(`${node}/package.json`)), 'include/node')
  } catch {
    headers = ''
  }
  if (process.platform === 'win32' || !existsSync(join(headers, 'node_api.h'))) {
    console.error(
      `pkcs11: no headers of Node in \`${node}\`; run \`npm rebuild pkcs11js --ignore-scripts=false\` instead`,
    )
    return null
  }
  console.error('pkcs11: compiling the driver …')
  mkdirSync(dirname(driver), { recursive: true })
  const temporary = `${driver}.${process.pid}`
  const flags = ['-O2', '-std=c++17', '-fPIC', '-shared', '-DNAPI_DISABLE_CPP_EXCEPTIONS']
  const own = ['-DNODE_GYP_MODULE_NAME=pkcs11', '-DBUILDING_NODE_EXTENSION']
  const mac = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []
  const from = [`-I${join(home, 'includes')}`, `-I${headers}`]
  const args = [...flags, ...own, ...mac, ...from, ...sources, '-o', temporary]
  const { status, error } = spawnSync('c++', args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) {
    console.error(
      `pkcs11: not compiled (${error?.message ?? `c++ ended with ${status}`}); it needs a C++ compiler`,
    )
    return null
  }
  renameSync(temporary, driver)
  return driver
}

if (import.meta.main) process.exitCode = compilePkcs11() === null ? 1 : 0
