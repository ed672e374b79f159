// The parts that a streamed object is sent in.

/** Of one part. */
const partSizeBytes = 16 * 1_048_576

/** Chunks of any size as parts of one size, the last one shorter; an empty stream has one empty part. */
export async function* partsOf(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let part = new Uint8Array(partSizeBytes)
  let filled = 0
  let given = 0
  for await (const chunk of chunks)
    for (let from = 0; from < chunk.length; ) {
      const taken = chunk.subarray(from, from + partSizeBytes - filled)
      part.set(taken, filled)
      filled += taken.length
      from += taken.length
      if (filled < partSizeBytes) continue
      yield part
      given++
      part = new Uint8Array(partSizeBytes)
      filled = 0
    }
  if (filled > 0 || given === 0) yield part.subarray(0, filled)
}
