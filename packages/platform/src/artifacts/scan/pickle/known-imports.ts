// The imports that a pickle of data or of a model may have, each by its exact module and name, with how it may be used.
// Never a whole package: what is not here is refused. Classes of machine learning libraries are in known-classes.json,
// which scripts/known-classes.py collects from the libraries.

import known from './known-classes.json' with { type: 'json' }
import type { ShapeName } from './argument-shapes.ts'
import { libraryRows } from './library-imports.ts'
import type { Standing } from './pickle-values.ts'

/** How something imported may be used. */
export interface KnownImport {
  readonly standing: Exclude<Standing, 'refused'>
  /** With what it may be called; null for not at all. */
  readonly shape: ShapeName | null
  /** Whether it may be called, which for a class runs its initialiser; a class may always be instantiated without. */
  readonly calls: boolean
  /** Whether what it makes may be given a state. */
  readonly builds: boolean
}

type Row = readonly [
  module: string,
  names: string,
  standing: KnownImport['standing'],
  shape: ShapeName | null,
  /** Whether what it makes is given a state; and whether a class is never called, only instantiated. */
  builds?: 'builds' | 'builds uncalled',
]

const torchDtypes =
  'float16 float32 float64 half float double bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 short int long bool ' +
  'complex32 complex64 complex128 cfloat cdouble quint8 qint8 qint32 quint4x2 quint2x4 float8_e4m3fn float8_e5m2 ' +
  'float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu strided sparse_coo sparse_csr sparse_csc sparse_bsr sparse_bsc ' +
  'contiguous_format channels_last preserve_format per_tensor_affine per_channel_affine per_tensor_symmetric per_channel_symmetric'
const torchStorages =
  'FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage CharStorage ByteStorage ' +
  'BoolStorage ComplexFloatStorage ComplexDoubleStorage QUInt8Storage QInt8Storage QInt32Storage QUInt4x2Storage QUInt2x4Storage ' +
  'UntypedStorage TypedStorage'
const torchTensors =
  'Tensor FloatTensor DoubleTensor HalfTensor BFloat16Tensor LongTensor IntTensor ShortTensor CharTensor ByteTensor BoolTensor'
const scalars =
  'bool_ bool int8 int16 int32 int64 intc intp uint8 uint16 uint32 uint64 float16 float32 float64 longdouble float128 complex64 complex128 ' +
  'clongdouble complex256 str_ bytes_ void datetime64 timedelta64 object_ number integer signedinteger unsignedinteger inexact ' +
  'floating complexfloating generic flexible character str0 bytes0 void0 object0 float_ int_ unicode_ string_ longlong ulonglong'
const ufuncs =
  'absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh cbrt ceil conjugate copysign cos cosh deg2rad divide exp exp2 ' +
  'expm1 fabs floor floor_divide fmax fmin fmod heaviside hypot isfinite isinf isnan log log10 log1p log2 logaddexp maximum minimum ' +
  'mod multiply negative positive power rad2deg reciprocal remainder rint sign sin sinh sqrt square subtract tan tanh true_divide trunc'

const rows: readonly Row[] = [
  ['builtins', 'set frozenset list tuple dict', 'class', 'spelled', 'builds'],
  ['builtins', 'bytearray bytes', 'class', 'bytesOrText', 'builds'],
  ['builtins', 'complex slice range int float bool str', 'class', 'scalars', 'builds'],
  ['builtins', 'memoryview', 'class', 'bytes'],
  ['builtins', 'object NoneType', 'class', 'none', 'builds'],
  [
    'builtins',
    'Exception ValueError TypeError KeyError RuntimeError UserWarning',
    'class',
    'spelled',
    'builds',
  ],
  ['builtins', 'Ellipsis NotImplemented', 'constant', null],
  // Counts what the file spells out, and runs nothing of it.
  ['builtins', 'len', 'function', 'spelled'],
  ['collections', 'OrderedDict Counter deque', 'class', 'spelled', 'builds'],
  ['collections', 'defaultdict', 'class', 'factory', 'builds'],
  // Abstract classes, as values: they cannot be instantiated.
  [
    'collections.abc',
    'Awaitable Coroutine AsyncIterable AsyncIterator AsyncGenerator Hashable Iterable Iterator Generator Reversible Sized ' +
      'Container Callable Collection Set MutableSet Mapping MutableMapping MappingView KeysView ItemsView ValuesView ' +
      'Sequence MutableSequence Buffer',
    'constant',
    null,
  ],
  ['copyreg', '_reconstructor', 'function', 'reconstructor', 'builds'],
  ['copyreg', '__newobj__', 'function', 'newObject', 'builds'],
  ['_codecs', 'encode', 'function', 'codec'],
  ['datetime', 'date time datetime timedelta timezone', 'class', 'data'],
  ['decimal', 'Decimal', 'class', 'text'],
  ['fractions', 'Fraction', 'class', 'scalars'],
  ['uuid', 'UUID SafeUUID', 'class', 'scalars', 'builds'],
  [
    'pathlib',
    'Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath',
    'class',
    'texts',
  ],
  [
    'pathlib._local',
    'Path PosixPath WindowsPath PurePath PurePosixPath PureWindowsPath',
    'class',
    'texts',
  ],
  ['argparse', 'Namespace', 'class', 'none', 'builds'],
  ['types', 'SimpleNamespace', 'class', 'none', 'builds'],
  ['io', 'BytesIO', 'class', 'bytesOrText', 'builds'],
  ['_io', 'BytesIO', 'class', 'bytesOrText', 'builds'],
  ['random', 'Random', 'class', 'none', 'builds'],
  ['array', 'array', 'class', 'spelled'],
  ['array', '_array_reconstructor', 'function', 'plainArray'],
  ['numpy', `ndarray matrix ${scalars}`, 'class', 'scalars', 'builds'],
  ['numpy', 'dtype', 'class', 'dtype', 'builds'],
  ['numpy', 'nan inf pi e newaxis', 'constant', null],
  [
    'numpy',
    `${ufuncs} mean median sum prod max min amax amin std var ptp average argmax argmin`,
    'constant',
    null,
  ],
  ['scipy._lib.array_api_compat.numpy._aliases', 'asarray', 'constant', null],
  ['sklearn.cluster._kmeans', '_kmeans_single_lloyd _kmeans_single_elkan', 'constant', null],
  // How scikit-learn 1.4 to 1.7 name their compiled losses: by the module alone.
  [
    '_loss',
    'CyHalfSquaredError CyAbsoluteError CyPinballLoss CyHuberLoss CyHalfPoissonLoss CyHalfGammaLoss CyHalfTweedieLoss ' +
      'CyHalfTweedieLossIdentity CyHalfBinomialLoss CyExponentialLoss CyHalfMultinomialLoss',
    'class',
    'data',
    'builds',
  ],
  [
    '_loss',
    '__pyx_unpickle_CyHalfSquaredError __pyx_unpickle_CyHalfBinomialLoss',
    'function',
    'dataOrClass',
    'builds',
  ],
  ...['numpy.core', 'numpy._core'].flatMap((core): Row[] => [
    [`${core}.multiarray`, '_reconstruct', 'function', 'emptyArray', 'builds'],
    [`${core}.multiarray`, 'scalar', 'function', 'numpyScalar'],
    [`${core}.numeric`, '_frombuffer', 'function', 'frombuffer', 'builds'],
    [`${core}._multiarray_umath`, '_reconstruct', 'function', 'emptyArray', 'builds'],
    [`${core}._multiarray_umath`, ufuncs, 'constant', null],
    [core, '_ufunc_reconstruct', 'function', 'ufunc'],
  ]),
  ['numpy.ma', 'MaskedArray', 'class', 'scalars', 'builds'],
  ['pandas', 'NA NaT', 'constant', null],
  ['pandas', 'PeriodDtype', 'class', 'texts', 'builds'],
  ['pandas.core.dtypes.dtypes', 'PeriodDtype', 'class', 'texts', 'builds'],
  ['pandas._libs.interval', '__pyx_unpickle_IntervalMixin', 'function', 'pandasMixin', 'builds'],
  ['pandas._libs.tslibs.period', '__pyx_unpickle_PeriodMixin', 'function', 'pandasMixin', 'builds'],
  ['pandas._libs.missing', 'NA', 'constant', null],
  ['pandas._libs.tslibs.timestamps', 'Timestamp', 'class', 'data'],
  ['pandas._libs.tslibs.timedeltas', 'Timedelta', 'class', 'scalars'],
  ['pandas._libs.tslibs.nattype', '__nat_unpickle', 'function', 'scalars'],
  // Names of time zones are checked before their files are opened.
  ['pytz', '_UTC', 'function', 'none'],
  ['pytz', '_p', 'function', 'scalars'],
  // Where SciPy kept them before 1.8.
  ...['csr', 'csc', 'coo', 'lil', 'bsr', 'dia'].map(
    (format): Row => [`scipy.sparse.${format}`, `${format}_matrix`, 'class', 'none', 'builds'],
  ),
  ['sklearn.utils', 'Bunch', 'class', 'none', 'builds'],
  ['scipy._lib.array_api_compat.numpy._aliases', 'asarray', 'constant', null],
  ['sklearn.cluster._kmeans', '_kmeans_single_lloyd _kmeans_single_elkan', 'constant', null],
  ['numpy', 'mean median sum max min amax amin std var average', 'constant', null],
  ['numpy.ma.core', '_mareconstruct', 'function', 'maskedArray', 'builds'],
  ['numpy.ma.core', 'MaskedArray', 'class', 'scalars', 'builds'],
  ['numpy.matrixlib.defmatrix', 'matrix', 'class', 'scalars', 'builds'],
  [
    'numpy.random._pickle',
    '__randomstate_ctor __generator_ctor',
    'function',
    'generator',
    'builds',
  ],
  ['numpy.random._pickle', '__bit_generator_ctor', 'function', 'bitGenerator', 'builds'],
  ['numpy.random._mt19937', 'MT19937', 'class', 'scalars', 'builds'],
  ['numpy.random._pcg64', 'PCG64 PCG64DXSM', 'class', 'scalars', 'builds'],
  ['numpy.random._philox', 'Philox', 'class', 'scalars', 'builds'],
  ['numpy.random._sfc64', 'SFC64', 'class', 'scalars', 'builds'],
  ['numpy.random.bit_generator', 'SeedSequence', 'class', 'scalars', 'builds'],
  [
    'numpy.random.bit_generator',
    '__pyx_unpickle_SeedSequence',
    'function',
    'seedSequence',
    'builds',
  ],
  [
    'joblib.numpy_pickle',
    'NumpyArrayWrapper NDArrayWrapper ZNDArrayWrapper',
    'class',
    'none',
    'builds uncalled',
  ],
  ['torch', `Size ${torchStorages} ${torchTensors}`, 'class', 'spelled', 'builds'],
  ['torch', 'device', 'class', 'device'],
  ['torch', torchDtypes, 'constant', null],
  ['torch', 'Generator', 'class', 'none', 'builds'],
  ['torch.cuda', `${torchStorages} ${torchTensors}`, 'class', 'spelled', 'builds'],
  ['torch.storage', `${torchStorages} _LegacyStorage`, 'class', 'spelled', 'builds'],
  ['torch.storage', '_load_from_bytes', 'function', 'bytes', 'builds'],
  ['torch.serialization', '_get_layout', 'function', 'text'],
  [
    'torch._utils',
    '_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_sparse_tensor _rebuild_nested_tensor _rebuild_qtensor ' +
      '_rebuild_parameter _rebuild_parameter_with_state _rebuild_device_tensor_from_numpy _rebuild_device_tensor_from_cpu_tensor ' +
      '_rebuild_meta_tensor_no_storage _rebuild_sparse_csr_tensor _rebuild_xla_tensor',
    'function',
    'rebuild',
    'builds',
  ],
  ['torch._tensor', '_rebuild_from_type_v2', 'function', 'tensorOfType', 'builds'],
  ['torch._tensor', 'Tensor', 'class', 'spelled', 'builds'],
  ['torch.nn.parameter', 'Parameter Buffer', 'class', 'rebuild', 'builds'],
  [
    'torch.nn.parameter',
    'UninitializedParameter UninitializedBuffer',
    'class',
    'spelled',
    'builds',
  ],
  [
    'torch.jit._pickle',
    'build_intlist build_tensorlist build_doublelist build_boollist build_tensor_from_id restore_type_tag',
    'function',
    'data',
  ],
]

/** What Python 2 called the modules and names of Python 3, as unpicklers map them (Lib/_compat_pickle.py). */
const oldModules: Readonly<Record<string, string>> = {
  __builtin__: 'builtins',
  copy_reg: 'copyreg',
  UserDict: 'collections',
  UserList: 'collections',
  Queue: 'queue',
  cPickle: 'pickle',
  _abcoll: 'collections.abc',
  exceptions: 'builtins',
}
const oldNames: Readonly<Record<string, string>> = {
  'builtins.xrange': 'builtins.range',
  'builtins.unicode': 'builtins.str',
  'builtins.long': 'builtins.int',
  'builtins.unichr': 'builtins.chr',
}

const libraryClass: KnownImport = {
  standing: 'class',
  shape: 'dataOrClass',
  calls: false,
  builds: true,
}

const calledClass: KnownImport = { ...libraryClass, calls: true }
const maker: KnownImport = { ...calledClass, standing: 'function' }
const constant: KnownImport = { standing: 'constant', shape: null, calls: false, builds: false }

/** Names, spaced, and how they may be used. */
type NamesInUse = readonly [names: string, how: KnownImport]

const listed = Map.groupBy<string, readonly [module: string, ...NamesInUse]>(
  [
    ...Object.entries(known.classes).map(([of, names]) => [of, names, libraryClass] as const),
    ...Object.entries(known.calledClasses).map(([of, names]) => [of, names, calledClass] as const),
    ...Object.entries(known.makers).map(([of, names]) => [of, names, maker] as const),
    ...Object.entries(known.functions).map(([of, names]) => [of, names, constant] as const),
    ...[...rows, ...libraryRows].map(([module, names, standing, shape, builds]) => {
      const calls = shape !== null && builds !== 'builds uncalled'
      return [module, names, { standing, shape, calls, builds: builds !== undefined }] as const
    }),
  ],
  ([module]) => module,
)

/** By module, of those that were asked for: taking all names apart would be a good part of the scan of a small file. */
const opened = new Map<string, ReadonlyMap<string, KnownImport>>()

function namesOf(module: string): ReadonlyMap<string, KnownImport> {
  const before = opened.get(module)
  if (before !== undefined) return before
  const lists = listed.get(module) ?? []
  const names = new Map(
    lists.flatMap(([, list, how]) => list.split(' ').map((name) => [name, how])),
  )
  if (lists.length > 0) opened.set(module, names)
  return names
}

/** The name that Python 3 gives an import. */
export function currentName(module: string, name: string): readonly [module: string, name: string] {
  const newModule = oldModules[module] ?? module
  const whole = oldNames[`${newModule}.${name}`]
  if (whole === undefined) return [newModule, name]
  const dot = whole.lastIndexOf('.')
  return [whole.slice(0, dot), whole.slice(dot + 1)]
}

/** How an import may be used; null for one that is not known. Names are those of Python 3. */
export function knownImport(module: string, name: string): KnownImport | null {
  return namesOf(module).get(name) ?? null
}
