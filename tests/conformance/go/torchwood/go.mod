module proofhouse.dev/conformance/torchwood

go 1.25.0

require filippo.io/torchwood v0.9.0
