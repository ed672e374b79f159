// The example system as a case for comparison with a peer: its test rows, scored by its model, without any of the
// product's own reading or scoring. The example's CSV has no quotes, which is checked.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InferenceSession, Tensor } from 'onnxruntime-node'

const example = fileURLToPath(new URL('../../examples/german-credit', import.meta.url))
const dataPath = join(example, 'data/test.csv')
const modelPath = join(example, 'model.onnx')
const columns = ['sex', 'age_group']
/** The example's own threshold and positive class, the second of the model's two. */
const threshold = 0.55
const positiveClass = 'good'
const positivePosition = 1

function readTable(path) {
  const text = readFileSync(path, 'utf8')
  if (text.includes('"')) throw new Error(`${path}: quoted fields are not read here`)
  const [header, ...lines] = text.trimEnd().split('\n')
  const names = header.split(',')
  const cells = lines.map((line) => line.split(','))
  return Object.fromEntries(names.map((name, k) => [name, cells.map((row) => row[k])]))
}

async function scoresOf(table) {
  const session = await InferenceSession.create(modelPath)
  const feeds = Object.fromEntries(
    session.inputMetadata.map(({ name, type }) => {
      const values = table[name]
      const data = type === 'string' ? values : Float32Array.from(values, Number)
      return [name, new Tensor(type, data, [values.length, 1])]
    }),
  )
  const { probabilities } = await session.run(feeds)
  return table.credit_risk.map((_, row) => probabilities.data[2 * row + positivePosition])
}

/** The case, or null where the example is not there. */
export async function exampleCase() {
  if (!existsSync(modelPath) || !existsSync(dataPath)) return null
  const table = readTable(dataPath)
  const scores = await scoresOf(table)
  const keys = scores.map((_, row) => JSON.stringify(columns.map((name) => table[name][row])))
  const cells = [...new Set(keys)]
  return {
    name: 'the example, sex and age group',
    columns,
    cells: cells.map((key) => JSON.parse(key)),
    rows: scores.map((score, row) => [
      cells.indexOf(keys[row]),
      table.credit_risk[row] === positiveClass ? 1 : 0,
      score >= threshold ? 1 : 0,
      score,
    ]),
  }
}
