// The worked example of spec/ledger.md: log seed 00..1f, witness seed 20..3f, entries `alpha`, `beta`, `gamma`, cosigned at 1700000000.
// Computed in two independent implementations (Python and Go).

export const logKey = 'ledger.example/eval+2a540629+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4'
export const logSignerKey =
  'PRIVATE+KEY+ledger.example/eval+2a540629+AQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f'
export const policy =
  'log ledger.example/eval+2a540629+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\nwitness w1 witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X http://127.0.0.1:7380\nquorum w1\n'
export const proofOfBeta =
  'c2sp.org/tlog-proof@v1\nindex 1\nKhWNiv1I4/iMtBld/bKp5IF9lfpX/TREDZP5quXE+Cs=\nTHnQ1i989cqIdBVfLTuHXyYl2iuzq8hrvWgz8lupDlE=\n\nledger.example/eval\n3\nOF2jDzkXKCyJOd/4UZV+UZqxhGsTUaFMCts7EWMnQqo=\n\n— ledger.example/eval KlQGKeVAdmDKjK+U9JPfvM36RNw1yvC4XYvVty1ZXkMHaxGLwPY2nBKjAsUtfBLXVJvTwODfg5vJcVddvs5TVuG7Cgk=\n— witness.example/w1 IDJKvgAAAABlU/EAPHjOCOstz30r6L/u7thg37uojgmvy6rOUjvHZcsvhLKTT7TQkN02UqUQ1XpYLpPOmdWNUJB/7smeWqV5TV9TDw==\n'
export const entries = ['alpha', 'beta', 'gamma'] as const
export const rootOf3Base64 = 'OF2jDzkXKCyJOd/4UZV+UZqxhGsTUaFMCts7EWMnQqo='
export const leafOfAlphaHex = '2a158d8afd48e3f88cb4195dfdb2a9e4817d95fa57fd34440d93f9aae5c4f82b'
/** From size 1 to size 3. */
export const consistencyFrom1Base64 = [
  '4jU3sFDoSvLLqrRvL4PY07X+vI5axiANMGKE9ofUaSQ=',
  'THnQ1i989cqIdBVfLTuHXyYl2iuzq8hrvWgz8lupDlE=',
] as const
/** Of `tile/entries/000.p/3`. */
export const bundleHex = '0005616c706861000462657461000567616d6d61'
/** Checkpoint of 300 entries `entry-0` … `entry-299`. */
export const checkpointOf300 =
  'ledger.example/eval\n300\nrrsCfVw90Ihx7lJXemH8gxItDRQ1J5GUNjm9TBLTaUM=\n\n— ledger.example/eval KlQGKe179QranPLaCHM+NXn9IJuPElVqBiDlK1dHntSZ5OkWn6bL94IcbhEKmmOaHZv9XR2gU6TQ+zIIkqd/N/VTFgE=\n— witness.example/w1 IDJKvgAAAABlU/EA+yRN4FVUqkJGOKRz5Kf58WgyC7UMl9Whv1hMz6LIPOlrfkVXQDp77Etptn68w1++Snc7YP1D7v7BTmuiN1JhAA==\n'
