// Operators that the code of a TorchScript archive may call: PyTorch's own that compute, each by its name space and name.
// All others are native code that the scanner cannot know, and a few of PyTorch's own open files by name.

/** Name spaces of operators that only compute, and what in them does more. */
const computing: Readonly<Record<string, ReadonlySet<string>>> = {
  aten: new Set(['save', 'load', 'from_file', '_test_warn_in_autograd']),
  quantized: new Set(),
  _quantized: new Set(),
  sparse: new Set(),
  prepacked: new Set(),
  mkldnn_prepacked: new Set(),
}

const named = (list: string) => new Set(list.split(' '))

/** Single operators of other name spaces: of the language itself, of devices, and of torchvision's layers. */
const single: Readonly<Record<string, ReadonlySet<string>>> = {
  prim: named(
    'RaiseException Uninitialized NumToTensor TupleIndex TupleUnpack StringIndex EnumName EnumValue ModuleContainerIndex ' +
      'ConstantChunk ChunkSizes AutogradAdd AutogradZero abs add_optional data device dtype expand_as_copy expand_copy ' +
      'flatten_copy grad id index infer_squeeze_size infer_unsqueeze_size is_cpu is_cuda is_ipu is_meta is_mkldnn is_mps ' +
      'is_mtia is_maia is_nested is_ort is_quantized is_sparse is_sparse_csr is_vulkan is_xla is_xpu itemsize layout max ' +
      'min name nbytes rangelist requires_grad reshape_copy shape squeeze_copy tolist type unchecked_cast ' +
      'unchecked_unwrap_optional unsqueeze_copy view_copy isinstance',
  ),
  cuda: named(
    '_current_device _set_device current_stream default_stream device_count device_index set_stream synchronize',
  ),
  profiler: named('_record_function_enter _record_function_enter_new _record_function_exit'),
  torchvision: named(
    'nms roi_align ps_roi_align roi_pool ps_roi_pool deform_conv2d _interpolate_bilinear2d_aa _interpolate_bicubic2d_aa',
  ),
}

/** Whether an operator only computes. */
export function isComputing(space: string, name: string): boolean {
  const without = Object.hasOwn(computing, space) ? computing[space] : undefined
  if (without !== undefined) return !without.has(name)
  return Object.hasOwn(single, space) && single[space]?.has(name) === true
}
