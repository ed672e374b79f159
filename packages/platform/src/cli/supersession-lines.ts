// What supersedes a decision, and what it supersedes, in words.

/** One line each, where there is something to say. */
export const supersessionLines = ({
  supersedes,
  supersededBy,
}: {
  readonly supersedes: number | null
  readonly supersededBy: readonly number[]
}): readonly string[] => [
  ...(supersededBy.length === 0 ? [] : [`superseded by entry ${supersededBy.join(', ')}`]),
  ...(supersedes === null ? [] : [`supersedes entry ${supersedes}`]),
]
