// A source file with a token, packed as Python's modules bz2, lzma and zipfile (with the method of bzip2) write it:
// `bz2.compress(b't = "ghp_…"')` and so on. The token is made up, its checksum fits.

import { Buffer } from 'node:buffer'

const bytes = (base64: string) => Buffer.from(base64, 'base64')

export const packedByPython = {
  bz2: bytes(
    'QlpoOTFBWSZTWZPBwVEAABOfgFAAZgIZzUHAkPL9wCAAIw0D1AZNqHqDJ4UMZMTTCaYmAmmC43AECV1pkPV9ih7BBej4l5OUptFd' +
      'kb7Q0VRb8XckU4UJCTwcFRA=',
  ),
  xz: bytes(
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAtdCA9ICJnaHBfQ1dpUDFQNWJHdkxGdFhteG9wd3FWaEhoNHNyS3c1MHdOanJCIgAA' +
      'AAfp9INMY8LMAAFGLmdQc1oftvN9AQAAAAAEWVo=',
  ),
  zip: bytes(
    'UEsDBC4AAAAMAAAAIQDmVw/JXAAAAC4AAAAEAAAAYS5weUJaaDkxQVkmU1mTwcFRAAATn4BQAGYCGc1BwJDy/cAgACMNA9QGTah6' +
      'gyeFDGTE0wmmJgJpguNwBAldaZD1fYoewQXo+JeTlKbRXZG+0NFUW/F3JFOFCQk8HBUQUEsBAi4DLgAAAAwAAAAhAOZXD8lcAAAA' +
      'LgAAAAQAAAAAAAAAAAAAAIABAAAAAGEucHlQSwUGAAAAAAEAAQAyAAAAfgAAAAAA',
  ),
}
