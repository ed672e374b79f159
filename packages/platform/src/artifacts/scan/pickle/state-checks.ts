// States that a library does not merely keep: what it would do with them, and so what they must be.

import { isRestoredArray } from './arrow-arrays.ts'
import { arrayOf, type PickleContent } from './array-values.ts'
import { nodesProblem } from './kd-tree-nodes.ts'
import { isUnpackingClass } from './script-classes.ts'
import { type GlobalValue, itemsOf, namedItems, type Value } from './pickle-values.ts'

type Check = (state: Value, content: PickleContent) => string | null

/** A state and the name of the class that it is unpacked by. */
const scriptObject: Check = (state, { textOf }) => {
  const [, named, ...more] = itemsOf(state) ?? []
  const isKnown = named?.kind === 'text' && isUnpackingClass(textOf(named)) && more.length === 0
  return isKnown ? null : 'an object of a compiled class that is not known is made'
}

/**
 * A model's data. statsmodels evaluates the formula of one that asks for it as Python; one of column names that are
 * added, multiplied and left out calls nothing.
 */
const modelData: Check = (state, { textOf }) => {
  const fields = namedItems(state, textOf)
  if (fields === null) return 'the data of a model are not spelled in the file'
  if (!fields.has('restore_design_info') && !fields.has('restore_model_spec')) return null
  const [formula, frame] = [fields.get('formula'), fields.get('frame')]
  const isPlain =
    formula?.kind === 'text' &&
    formula.end - formula.start < 4096 &&
    /^ *\w+ *~[\w +:*\-~]*$/.test(textOf(formula)) &&
    !/__/.test(textOf(formula)) &&
    frame?.kind === 'object' &&
    /^pandas(?:\.core\.frame)? DataFrame$/.test(`${frame.of?.module} ${frame.of?.name}`)
  return isPlain ? null : 'a formula is evaluated, which is Python code'
}

/** Attributes by name; tuples are states of old versions, which other methods are called with. */
const attributes: Check = (state) =>
  state.kind === 'dict' ? null : 'a state that is no dict of attributes'

/** Nodes with places of others, data, sizes, bounds, indices, box. */
const kdTree: Check = (state, content) => {
  const parts = itemsOf(state)
  if (parts === null || parts.length < 10) return 'a tree whose parts are not spelled in the file'
  const [nodes, data, count, dimensions, , highest, lowest, indices, , box] = parts
  const [rows, columns] = [count, dimensions].map((size) =>
    size?.kind === 'int' ? size.value : -1,
  )
  const hasShape = (
    value: Value | undefined,
    type: string,
    ...shape: readonly (number | undefined)[]
  ) => {
    const array = arrayOf(value, content)
    return array?.type === type && array.shape.join() === shape.join()
  }
  const fits =
    hasShape(data, 'f8', rows, columns) &&
    hasShape(highest, 'f8', columns) &&
    hasShape(lowest, 'f8', columns) &&
    hasShape(indices, 'i8', rows) &&
    (box?.kind === 'none' || hasShape(box, 'f8', 2 * (columns ?? 0)))
  if (!fits) return 'a tree whose arrays do not fit each other'
  return nodesProblem({
    nodes: arrayOf(nodes, content)?.elements() ?? null,
    indices: arrayOf(indices, content)?.elements() ?? null,
    rows: rows ?? 0,
    columns: columns ?? 0,
  })
}

/** Attributes with an array of Arrow, which is iterated. */
const arrowArray: Check = (state, { textOf }) => {
  const fields = namedItems(state, textOf)
  const isArray = isRestoredArray(fields?.get('_pa_array')) && fields?.has('_data') === false
  return isArray ? null : 'an array whose data are none of Arrow'
}

const named = (check: Check, ...names: readonly string[]) =>
  names.map((name): [string, Check] => [name, check])

const checks: ReadonlyMap<string, Check> = new Map([
  ...named(scriptObject, 'torch ScriptObject'),
  ...named(
    modelData,
    'statsmodels.base.data ModelData',
    'statsmodels.base.data PandasData',
    'statsmodels.base.data PatsyData',
  ),
  ...named(attributes, 'pandas.arrays SparseArray', 'pandas.core.arrays.sparse.array SparseArray'),
  ...named(
    arrowArray,
    'pandas.arrays ArrowStringArray',
    'pandas.arrays ArrowExtensionArray',
    'pandas.core.arrays.string_arrow ArrowStringArray',
    'pandas.core.arrays.string_arrow ArrowStringArrayNumpySemantics',
    'pandas.core.arrays.arrow.array ArrowExtensionArray',
  ),
  ...named(
    kdTree,
    'scipy.spatial._ckdtree cKDTree',
    'scipy.spatial.ckdtree cKDTree',
    'scipy.spatial._kdtree KDTree',
    'scipy.spatial.kdtree KDTree',
  ),
])

/** What is wrong with a state that is given to an instance of a class; null for nothing. */
export function stateProblem(
  { module, name }: GlobalValue,
  state: Value,
  content: PickleContent,
): string | null {
  return checks.get(`${module} ${name}`)?.(state, content) ?? null
}
