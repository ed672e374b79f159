// The model in the system file, and how what it does is explained.

import { type Static, Type } from 'typebox'
import type { ModelRuntime } from '../assess/index.ts'
import type { Refuse } from './drift-settings.ts'
import { closed, path, value } from './schema-parts.ts'
import { signatureOf, signatureSchema, type SignatureSettings } from './signature-settings.ts'

/** `model:` */
export const modelSchema = Type.Object(
  {
    path: path('The ONNX model.'),
    native: Type.Optional(
      path(
        'The same model as XGBoost (JSON) or LightGBM (text) saved it: its trees are explained once they give the same scores.',
      ),
    ),
    sign: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Sign the model with the workspace key when the structural check has passed.',
      }),
    ),
    signature: Type.Optional(signatureSchema),
    runtime: Type.Optional(
      Type.Enum(['native', 'wasm'], {
        description:
          'What runs the model: native code, which is faster, or WebAssembly, which can touch nothing but its own memory. Left out: native for a model that somebody vouches for, by `signature` or `sign`, and wasm for any other.',
      }),
    ),
    classes: Type.Optional(
      Type.Array(value('A label value.'), {
        minItems: 2,
        maxItems: 50,
        description:
          "The label values in the order of the model's outputs, when it does not name them.",
      }),
    ),
    memory_mb: Type.Optional(
      Type.Integer({
        minimum: 256,
        maximum: 262_144,
        default: 4_096,
        description: 'Memory limit of the process that runs the model, in MiB.',
      }),
    ),
    timeout_seconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 86_400,
        default: 600,
        description: 'Wall-clock limit for running the model over the data.',
      }),
    ),
  },
  { ...closed, description: 'The model; leave out to assess a column of predictions.' },
)

/** `assessment.unknown_columns` */
export const unknownsSetting = Type.Optional(
  Type.Enum(['interventional', 'path_dependent'], {
    default: 'interventional',
    description:
      'When trees are explained, what takes the place of a column that is not known. interventional: the values of other rows. path_dependent: the way the training rows went at each split; needs `model.native`.',
  }),
)

/** The model with every default filled in. */
export interface ModelSettings {
  readonly path: string
  /** The file of the library that trained it; null where none is named. */
  readonly native: string | null
  readonly sign: boolean
  /** The signature without which it is not loaded; null to load it unverified. */
  readonly signature: SignatureSettings | null
  readonly runtime: ModelRuntime
  readonly classes: readonly string[] | null
  readonly memoryMb: number
  readonly timeoutSeconds: number
}

/** What the file says, and defaults. */
export function modelOf(model: Static<typeof modelSchema> | undefined): ModelSettings | null {
  if (model === undefined) return null
  const isVouchedFor = model.sign === true || model.signature !== undefined
  return {
    path: model.path,
    native: model.native ?? null,
    sign: model.sign ?? false,
    signature: signatureOf(model.signature),
    runtime: model.runtime ?? (isVouchedFor ? 'native' : 'wasm'),
    classes: model.classes?.map(String) ?? null,
    memoryMb: model.memory_mb ?? 4_096,
    timeoutSeconds: model.timeout_seconds ?? 600,
  }
}

/** Only a native file says how many training rows went each way. */
export function checkUnknowns(
  {
    model,
    assessment,
  }: {
    readonly model: ModelSettings | null
    readonly assessment: { readonly unknownColumns: string }
  },
  refuse: Refuse,
): void {
  if (assessment.unknownColumns === 'path_dependent' && (model?.native ?? null) === null)
    refuse(
      ['assessment', 'unknown_columns'],
      '`path_dependent` needs to know how many training rows went each way at a split, which only a native file says; name it in `model.native`, or remove this',
    )
}
