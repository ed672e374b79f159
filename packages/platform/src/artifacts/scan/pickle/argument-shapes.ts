// The arguments with which an allowed import may be called. A function is only as harmless as what it is given, so each
// is allowed with the shapes that its own library writes. Python's own types ask what they are made from for its
// iterator, its text, its number or its buffer, and so run its methods: they are given data that the file spells out.

import { isArrowArray } from './arrow-arrays.ts'
import type { PickleContent } from './array-values.ts'
import { isDtype } from './dtype-states.ts'
import { type GlobalValue, itemsOf, type Value } from './pickle-values.ts'

/** What a shape may ask of the pickle it stands in. */
export interface ShapeContext {
  text(value: Value): string | null
  /** What the pickle spells. */
  readonly content: PickleContent
  /** How an import stands; for names inside arguments. */
  standingOf(module: string, name: string): GlobalValue['standing'] | 'unknown'
}

/** Whether arguments have the shape that is allowed. */
export type Shape = (args: readonly Value[], context: ShapeContext) => boolean

type Item = (value: Value, context: ShapeContext) => boolean

const isClass: Item = (value) => value.kind === 'global' && value.standing === 'class'
const classIn =
  (module: RegExp): Item =>
  (value) =>
    value.kind === 'global' && value.standing === 'class' && module.test(value.module)
const isText: Item = ({ kind }) => kind === 'text'
const isNone: Item = ({ kind }) => kind === 'none'
const isInt: Item = ({ kind }) => kind === 'int'
const madeBy =
  (module: RegExp, name = /^/): Item =>
  (value) =>
    value.kind === 'object' &&
    value.of !== null &&
    module.test(value.of.module) &&
    name.test(value.of.name)
const isEncoded = madeBy(/^_codecs$/, /^encode$/)
const isBytes: Item = (value, context) =>
  value.kind === 'bytes' || value.kind === 'buffer' || isEncoded(value, context)
/** Anything that is not itself something to call. */
const isData: Item = (value) => value.kind !== 'global' || value.standing === 'constant'
const either =
  (...items: readonly Item[]): Item =>
  (value, context) =>
    items.some((item) => item(value, context))

/** Anything made of data and classes, whose use is then theirs. */
const isDataOrClass: Item = either(isData, isClass)

/** One value that the file spells out. */
const isScalar: Item = either(isText, isBytes, isInt, isNone, ({ kind }) =>
  ['float', 'bool'].includes(kind),
)
/** A value or a collection that the file spells out; what is inside of a collection is only passed on. */
const isSpelled: Item = either(
  isScalar,
  ({ kind }) => kind === 'list' || kind === 'set' || kind === 'dict',
  (value, context) => itemsOf(value)?.every((item) => isDataOrClass(item, context)) === true,
)

/** Arguments in turn; the last ones from `least` on may be missing. */
const turn =
  (items: readonly Item[], least = items.length): Shape =>
  (args, context) =>
    args.length >= least &&
    args.length <= items.length &&
    args.every((value, at) => items[at]?.(value, context) === true)

const repeated =
  (item: Item): Shape =>
  (args, context) =>
    args.every((value) => item(value, context))

/** A name of the time zone database: letters in up to four folders, and so no path out of them. */
const isZoneName: Item = (value, context) =>
  /^[\w+-]{1,40}(?:\/[\w+-]{1,40}){0,3}$/.test(context.text(value) ?? '')

/** The shape `(0,)`: an array that gets its elements with its state. */
const isNoShape: Item = (value) => {
  const [size, ...more] = itemsOf(value) ?? []
  return size?.kind === 'int' && size.value === 0 && more.length === 0
}

/** `_reconstructor(class, base, state)`: the base's own initialiser is run with the state. */
const reconstructor: Shape = ([made, base, state, ...more], context) =>
  made !== undefined &&
  base?.kind === 'global' &&
  state !== undefined &&
  more.length === 0 &&
  isClass(made, context) &&
  base.module === 'builtins' &&
  (base.name === 'object'
    ? isNone(state, context)
    : isClass(base, context) && isSpelled(state, context))

/** A class named in the first place, with what it is made from without its initialiser. */
const newObject: Shape = ([made, ...args], context) =>
  made !== undefined &&
  isClass(made, context) &&
  args.every((value) => isDataOrClass(value, context))

/** Tensors and storages, and numpy's arrays: what PyTorch's functions rebuild from. */
const isTensor: Item = either(
  ({ kind }) => kind === 'persistent',
  madeBy(/^torch(?:\.(?:_utils|_tensor|storage|cuda|nn\.parameter|serialization))?$/),
  madeBy(/^numpy(?:\.|$)/),
)

/** PyTorch's `_rebuild_…` functions call methods of what comes first. */
const rebuild: Shape = (args, context) => {
  const [first] = args
  return (
    first !== undefined &&
    (first.kind !== 'object' || isTensor(first, context)) &&
    args.every((value) => isDataOrClass(value, context))
  )
}

/** `_rebuild_from_type_v2(function, type, arguments, state)`: the function must be allowed with those arguments. */
const tensorOfType: Shape = (args, context) => {
  const [made, type, given, state] = args
  if (args.length !== 4 || made?.kind !== 'global' || type === undefined || given === undefined)
    return false
  const isRebuild =
    made.standing === 'function' && /^_rebuild_\w*tensor\w*$|^_rebuild_parameter/.test(made.name)
  const items = itemsOf(given)
  return (
    isRebuild &&
    isClass(type, context) &&
    items !== null &&
    rebuild(items, context) &&
    state?.kind !== 'global'
  )
}

const numpyRandom = classIn(/^numpy\.random\./)
const isGenerator = madeBy(/^numpy\.random\./)

/** The shapes by name, as the table of known imports uses them. */
export const shapes = {
  none: turn([]),
  data: repeated(isData),
  dataOrClass: repeated(isDataOrClass),
  scalars: repeated(isScalar),
  texts: repeated(isText),
  bytesOrText: repeated(either(isText, isBytes)),
  spelled: repeated(either(isSpelled, isEncoded)),
  reconstructor,
  newObject,
  rebuild,
  tensorOfType,
  maskedArray: turn([classIn(/^numpy\.ma/), classIn(/^numpy/), isNoShape, isScalar]),
  seedSequence: turn([numpyRandom, isInt, isData], 2),
  pandasMixin: turn([classIn(/^pandas(?:\.|$)/), isInt, isData], 2),
  numpyScalar: turn([isDtype, isData], 1),
  frombuffer: turn([either(isBytes, madeBy(/^builtins$/, /^bytearray$/)), isDtype, isData, isText]),
  plainArray: turn([classIn(/^array$/), isText, isInt, isBytes]),
  text: turn([isText]),
  bytes: turn([isBytes]),
  bytesOrArray: turn([either(isBytes, madeBy(/^builtins$/, /^bytearray$/))]),
  codec: (args, context) =>
    args.length === 2 &&
    args[0]?.kind === 'text' &&
    args[1] !== undefined &&
    ['latin1', 'latin-1', 'utf-8', 'utf8', 'ascii'].includes(context.text(args[1]) ?? ''),
  /** A kind of device and its number; that no module of this name stands before PyTorch's is for the program to see to. */
  device: turn(
    [(value, context) => /^[a-z_]{1,20}(?::\d{1,4})?$/.test(context.text(value) ?? ''), isInt],
    1,
  ),
  emptyArray: turn([isClass, isNoShape, either(isScalar, isDtype)]),
  dtype: turn([either(isText, classIn(/^numpy$/)), isScalar, isScalar], 1),
  factory: turn([either(isClass, isNone), isSpelled], 0),
  arrowArray: (args, { content }) => args.length === 1 && isArrowArray(args[0], content),
  zoneName: (args, context) =>
    args.length >= 1 &&
    args.length <= 2 &&
    args.every((value, at) => (at === 0 ? isZoneName(value, context) : isScalar(value, context))),
  timeOffset: turn([isScalar, either(isInt, madeBy(/^datetime$/, /^timedelta$/))]),
  newIndex: turn([classIn(/^pandas(?:\.|$)/), ({ kind }) => kind === 'dict']),
  ufunc: (args, context) => {
    const [module, name] = args.map((value) => context.text(value))
    return (
      args.length === 2 &&
      typeof module === 'string' &&
      typeof name === 'string' &&
      context.standingOf(module, name) === 'constant'
    )
  },
  /** A bit generator or the name of one, and the function that makes it of the name. */
  generator: turn(
    [
      either(isText, isGenerator, numpyRandom),
      (value) => value.kind === 'global' && value.name === '__bit_generator_ctor',
    ],
    0,
  ),
  bitGenerator: turn([either(isText, numpyRandom)], 0),
} as const satisfies Readonly<Record<string, Shape>>

/** The name of a shape. */
export type ShapeName = keyof typeof shapes
