module proofhouse.dev/conformance/witness

go 1.25.0

require github.com/transparency-dev/witness v0.0.0-20260720115447-2e1c6971d19e

// The version of merkle that the witness names is on no proxy we could reach. The last release has all of it that
// `add-checkpoint` needs; `subtree.go` stands in for the rest.
replace github.com/transparency-dev/merkle => ./merkle
