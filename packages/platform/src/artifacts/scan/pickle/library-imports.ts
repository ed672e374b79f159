// Imports of single libraries that are more than a class with attributes, each read in its library: what it does with
// the arguments that its own pickles give it.

import type { ShapeName } from './argument-shapes.ts'
import type { Standing } from './pickle-values.ts'

/** Names of a module, how they stand, with what they may be called, and whether what they make may get a state. */
export type ImportRow = readonly [
  module: string,
  names: string,
  standing: Exclude<Standing, 'refused'>,
  shape: ShapeName | null,
  builds?: 'builds',
]

/** The interpolation that an `interp1d` chose: a function of its own class, which nothing calls while it is loaded. */
const interpolations =
  'interp1d._call_linear interp1d._call_linear_np interp1d._call_nearest interp1d._call_previousnext ' +
  'interp1d._call_spline interp1d._call_nan_spline'

/** The rows. */
export const libraryRows: readonly ImportRow[] = [
  // Only the attributes of classes that stand in these tables are read by it.
  ['builtins', 'getattr', 'accessor', null],
  // Both open the file of a time zone by its name, which the shape keeps to names of zones.
  ['zoneinfo', 'ZoneInfo', 'class', 'zoneName'],
  ['zoneinfo', 'ZoneInfo._unpickle', 'function', 'zoneName'],
  ['dateutil.tz.tz', 'tzutc tzlocal', 'class', 'none', 'builds'],
  ['dateutil.tz.tz', 'tzoffset', 'class', 'timeOffset', 'builds'],
  ['dateutil.relativedelta', 'relativedelta', 'class', 'none', 'builds'],
  ['dateutil._common', 'weekday', 'class', 'scalars', 'builds'],
  ['dateutil.relativedelta', 'weekday', 'class', 'scalars', 'builds'],
  ['pytz', 'FixedOffset', 'function', 'scalars'],
  ['pytz', '_FixedOffset', 'class', 'scalars', 'builds'],
  ...['_interpolate', 'interpolate'].map(
    (module): ImportRow => [`scipy.interpolate.${module}`, interpolations, 'constant', null],
  ),
  // Their states are a buffer of nodes that point at each other, which is checked.
  ['scipy.spatial._ckdtree', 'cKDTree', 'class', 'none', 'builds'],
  ['scipy.spatial.ckdtree', 'cKDTree', 'class', 'none', 'builds'],
  ['scipy.spatial._kdtree', 'KDTree', 'class', 'none', 'builds'],
  ['scipy.spatial.kdtree', 'KDTree', 'class', 'none', 'builds'],
  // Their initialisers compare arrays of places with a length, and keep them.
  ['pandas._libs.sparse', 'IntIndex BlockIndex', 'class', 'data'],
  ...['pandas', 'pandas.core.dtypes.dtypes'].map(
    (module): ImportRow => [module, 'SparseDtype', 'class', 'none', 'builds'],
  ),
  ...['pandas.arrays', 'pandas.core.arrays.sparse.array'].map(
    (module): ImportRow => [module, 'SparseArray', 'class', 'none', 'builds'],
  ),
  // An index of a class with the arrays of its state.
  ['pandas.core.indexes.interval', '_new_IntervalIndex', 'function', 'newIndex', 'builds'],
  ['pandas.core.indexes.timedeltas', '_new_TimedeltaIndex', 'function', 'newIndex', 'builds'],
  // A formula in their states is evaluated, which is checked.
  ['statsmodels.base.data', 'ModelData PandasData PatsyData', 'class', 'none', 'builds'],
  // A Counter, and a table of them: they are filled as those are.
  ['nltk.probability', 'FreqDist', 'class', 'spelled', 'builds'],
  ['nltk.probability', 'ConditionalFreqDist', 'class', 'none', 'builds'],
  // Its setter of state does nothing.
  ['nltk.tokenize.punkt', 'PunktLanguageVars', 'class', 'none', 'builds'],
  // Arrays of Arrow, with buffers that lie in the file, which are checked.
  ['pyarrow.lib', 'type_for_alias', 'function', 'text'],
  ['pyarrow.lib', 'py_buffer', 'function', 'bytesOrArray'],
  ['pyarrow.lib', '_restore_array', 'function', 'arrowArray'],
  ...[
    ['pandas.arrays', 'ArrowStringArray ArrowExtensionArray'] as const,
    ['pandas.core.arrays.string_arrow', 'ArrowStringArray ArrowStringArrayNumpySemantics'] as const,
    ['pandas.core.arrays.arrow.array', 'ArrowExtensionArray'] as const,
  ].map(([module, names]): ImportRow => [module, names, 'class', 'none', 'builds']),
  // A class of PyTorch's own that unpacks tensors; its name stands in the state, which is checked.
  ['torch', 'ScriptObject', 'class', 'none', 'builds'],
]
