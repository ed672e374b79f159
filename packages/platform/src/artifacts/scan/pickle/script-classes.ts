// Compiled classes of PyTorch by the names that TorchScript and ScriptObjects give them. Their setters of state unpack
// tensors (aten/src/ATen/native/quantized, .../xnnpack); those of other libraries may do anything.

const prefix = '__torch__.torch.classes.'

const unpacking: ReadonlySet<string> = new Set([
  'quantized.LinearPackedParamsBase',
  'quantized.Conv2dPackedParamsBase',
  'quantized.Conv3dPackedParamsBase',
  'quantized.EmbeddingPackedParamsBase',
  'rnn.CellParamsBase',
  'sparse.LinearPackedParamsBase',
  'xnnpack.LinearOpContext',
  'xnnpack.Conv2dOpContext',
  'xnnpack.TransposeConv2dOpContext',
])

/** Whether a name is that of a compiled class. */
export function isCompiledClass(path: string): boolean {
  return path.startsWith(prefix)
}

/** Whether a name is that of a compiled class that only unpacks tensors. */
export function isUnpackingClass(path: string): boolean {
  return isCompiledClass(path) && unpacking.has(path.slice(prefix.length))
}

/** A class that the archive itself defines in its own language, or a compiled one that only unpacks tensors. */
export function isScriptClass(module: string, name: string): boolean {
  const path = `${module}.${name}`
  return module.startsWith('__torch__') && (!isCompiledClass(path) || isUnpackingClass(path))
}
