// Made by onnx-models.fixture.py, which says with what. Scores are scikit-learn's own predict_proba of the second class.
/* oxlint-disable */

export const logisticInts = {
  model: Uint8Array.fromBase64(
    'CAoSCHNrbDJvbm54GgYxLjIwLjAiB2FpLm9ubngoADIAOsUCCuMBCgFYEgVsYWJlbBINcHJvYmFiaWxpdGllcxoQ' +
      'TGluZWFyQ2xhc3NpZmllciIQTGluZWFyQ2xhc3NpZmllcioZChBjbGFzc2xhYmVsc19pbnRzQABAAaABByovCgxj' +
      'b2VmZmljaWVudHM9/upiwD1uTA7APRL5SL09/upiQD1uTA5APRL5SD2gAQYqGQoKaW50ZXJjZXB0cz2bZcI+PZtl' +
      'wr6gAQYqEgoLbXVsdGlfY2xhc3MYAKABAiodCg5wb3N0X3RyYW5zZm9ybSIITE9HSVNUSUOgAQM6CmFpLm9ubngu' +
      'bWwSGE9OTlgoTG9naXN0aWNSZWdyZXNzaW9uKVoRCgFYEgwKCggBEgYKAAoCCANiEQoFbGFiZWwSCAoGCAcSAgoA' +
      'Yh0KDXByb2JhYmlsaXRpZXMSDAoKCAESBgoACgIIAkIOCgphaS5vbm54Lm1sEAFCBAoAEBZCBAoAEBY=',
  ),
  scores: [0.3247189895732925, 0.2712771004245269, 0.9999999615742831, 0.004984041948513706],
  classes: ['0', '0', '1', '0'],
}

export const logisticZipMap = {
  model: Uint8Array.fromBase64(
    'CAoSCHNrbDJvbm54GgYxLjIwLjAiB2FpLm9ubngoADIAOvADCu0BCgFYEgVsYWJlbBINcHJvYmFiaWxpdGllcxoQ' +
      'TGluZWFyQ2xhc3NpZmllciIQTGluZWFyQ2xhc3NpZmllciojChNjbGFzc2xhYmVsc19zdHJpbmdzSgNiYWRKBGdv' +
      'b2SgAQgqLwoMY29lZmZpY2llbnRzPf7qYsA9bkwOwD0S+Ui9Pf7qYkA9bkwOQD0S+Ug9oAEGKhkKCmludGVyY2Vw' +
      'dHM9m2XCPj2bZcK+oAEGKhIKC211bHRpX2NsYXNzGACgAQIqHQoOcG9zdF90cmFuc2Zvcm0iCExPR0lTVElDoAED' +
      'OgphaS5vbm54Lm1sCisKBWxhYmVsEgxvdXRwdXRfbGFiZWwaCElkZW50aXR5IghJZGVudGl0eToACmQKDXByb2Jh' +
      'YmlsaXRpZXMSEm91dHB1dF9wcm9iYWJpbGl0eRoGWmlwTWFwIgZaaXBNYXAqIwoTY2xhc3NsYWJlbHNfc3RyaW5n' +
      'c0oDYmFkSgRnb29koAEIOgphaS5vbm54Lm1sEhhPTk5YKExvZ2lzdGljUmVncmVzc2lvbilaEQoBWBIMCgoIARIG' +
      'CgAKAggDYhgKDG91dHB1dF9sYWJlbBIICgYICBICCgBiJAoSb3V0cHV0X3Byb2JhYmlsaXR5Eg4iDAoKKggICBIE' +
      'CgIIAUIOCgphaS5vbm54Lm1sEAFCBAoAEBU=',
  ),
  scores: [0.3247189895732925, 0.2712771004245269, 0.9999999615742831, 0.004984041948513706],
  classes: ['bad', 'bad', 'good', 'bad'],
}

export const logisticWords = {
  model: Uint8Array.fromBase64(
    'CAoSCHNrbDJvbm54GgYxLjIwLjAiB2FpLm9ubngoADIAOs8CCu0BCgFYEgVsYWJlbBINcHJvYmFiaWxpdGllcxoQ' +
      'TGluZWFyQ2xhc3NpZmllciIQTGluZWFyQ2xhc3NpZmllciojChNjbGFzc2xhYmVsc19zdHJpbmdzSgNiYWRKBGdv' +
      'b2SgAQgqLwoMY29lZmZpY2llbnRzPf7qYsA9bkwOwD0S+Ui9Pf7qYkA9bkwOQD0S+Ug9oAEGKhkKCmludGVyY2Vw' +
      'dHM9m2XCPj2bZcK+oAEGKhIKC211bHRpX2NsYXNzGACgAQIqHQoOcG9zdF90cmFuc2Zvcm0iCExPR0lTVElDoAED' +
      'OgphaS5vbm54Lm1sEhhPTk5YKExvZ2lzdGljUmVncmVzc2lvbilaEQoBWBIMCgoIARIGCgAKAggDYhEKBWxhYmVs' +
      'EggKBggIEgIKAGIdCg1wcm9iYWJpbGl0aWVzEgwKCggBEgYKAAoCCAJCDgoKYWkub25ueC5tbBABQgQKABAWQgQK' +
      'ABAW',
  ),
  scores: [0.3247189895732925, 0.2712771004245269, 0.9999999615742831, 0.004984041948513706],
  classes: ['bad', 'bad', 'good', 'bad'],
}

export const boostedInts = {
  model: Uint8Array.fromBase64(
    'CAoSCHNrbDJvbm54GgYxLjIwLjAiB2FpLm9ubngoADIAOrwGCqMFCgFYEgVsYWJlbBIMcHJvYmFfb3V0cHV0GhZU' +
      'cmVlRW5zZW1ibGVDbGFzc2lmaWVyIhZUcmVlRW5zZW1ibGVDbGFzc2lmaWVyKhUKC2Jhc2VfdmFsdWVzPVt5Hr+g' +
      'AQYqFgoJY2xhc3NfaWRzQABAAEAAQACgAQcqGgoNY2xhc3Nfbm9kZWlkc0ABQAJAAUACoAEHKhoKDWNsYXNzX3Ry' +
      'ZWVpZHNAAEAAQAFAAaABByomCg1jbGFzc193ZWlnaHRzPWsAtb09GEhYPj0g1Ke9PTUDOD6gAQYqGwoSY2xhc3Ns' +
      'YWJlbHNfaW50NjRzQABAAaABByojChJub2Rlc19mYWxzZW5vZGVpZHNAAkAAQABAAkAAQACgAQcqIQoQbm9kZXNf' +
      'ZmVhdHVyZWlkc0AAQABAAEAAQABAAKABByoxCg5ub2Rlc19oaXRyYXRlcz0AAIA/PQAAgD89AACAPz0AAIA/PQAA' +
      'gD89AACAP6ABBiowCh9ub2Rlc19taXNzaW5nX3ZhbHVlX3RyYWNrc190cnVlQABAAEAAQABAAEAAoAEHKkAKC25v' +
      'ZGVzX21vZGVzSgpCUkFOQ0hfTEVRSgRMRUFGSgRMRUFGSgpCUkFOQ0hfTEVRSgRMRUFGSgRMRUFGoAEIKh4KDW5v' +
      'ZGVzX25vZGVpZHNAAEABQAJAAEABQAKgAQcqHgoNbm9kZXNfdHJlZWlkc0AAQABAAEABQAFAAaABByoiChFub2Rl' +
      'c190cnVlbm9kZWlkc0ABQABAAEABQABAAKABByovCgxub2Rlc192YWx1ZXM9uOEnPj0AAAAAPQAAAAA9uOEnPj0A' +
      'AAAAPQAAAACgAQYqHQoOcG9zdF90cmFuc2Zvcm0iCExPR0lTVElDoAEDOgphaS5vbm54Lm1sCi0KDHByb2JhX291' +
      'dHB1dBINcHJvYmFiaWxpdGllcxoCTjEiCElkZW50aXR5OgASIE9OTlgoR3JhZGllbnRCb29zdGluZ0NsYXNzaWZp' +
      'ZXIpWhEKAVgSDAoKCAESBgoACgIIA2IRCgVsYWJlbBIICgYIBxICCgBiHQoNcHJvYmFiaWxpdGllcxIMCgoIARIG' +
      'CgAKAggCQg4KCmFpLm9ubngubWwQAUIECgAQFQ==',
  ),
  scores: [0.44321431554619456, 0.31230471483848044, 0.44321431554619456, 0.31230471483848044],
  classes: ['0', '0', '0', '0'],
}

export const mixedColumns = {
  model: Uint8Array.fromBase64(
    'CAoSCHNrbDJvbm54GgYxLjIwLjAiB2FpLm9ubngoADIAOtUGCiwKBWNvdW50Egpjb3VudF9jYXN0GgRDYXN0IgRD' +
      'YXN0KgkKAnRvGAGgAQI6AAoxCgNqb2IKBGpvYjASBWpvYjAxGgZHYXRoZXIiBkdhdGhlcioLCgRheGlzGAGgAQI6' +
      'AApACgNhZ2UKCmNvdW50X2Nhc3QSDm1lcmdlZF9jb2x1bW5zGgZDb25jYXQiBkNvbmNhdCoLCgRheGlzGAGgAQI6' +
      'AApqCgVqb2IwMRIIam9iMDFvdXQaDU9uZUhvdEVuY29kZXIiDU9uZUhvdEVuY29kZXIqHwoMY2F0c19zdHJpbmdz' +
      'SgVjbGVya0oFc21pdGigAQgqDAoFemVyb3MYAaABAjoKYWkub25ueC5tbAo2Cghqb2IwMW91dAoMc2hhcGVfdGVu' +
      'c29yEgh2YXJpYWJsZRoHUmVzaGFwZSIHUmVzaGFwZToACk4KCHZhcmlhYmxlCg5tZXJnZWRfY29sdW1ucxISdHJh' +
      'bnNmb3JtZWRfY29sdW1uGgdDb25jYXQxIgZDb25jYXQqCwoEYXhpcxgBoAECOgAKiAIKEnRyYW5zZm9ybWVkX2Nv' +
      'bHVtbhIFbGFiZWwSDXByb2JhYmlsaXRpZXMaEExpbmVhckNsYXNzaWZpZXIiEExpbmVhckNsYXNzaWZpZXIqIwoT' +
      'Y2xhc3NsYWJlbHNfc3RyaW5nc0oDYmFkSgRnb29koAEIKjkKDGNvZWZmaWNpZW50cz2Y3rI8PVV7q7w9ZJh2wD2y' +
      '0we/PZjesrw9VXurPD1kmHZAPbLTBz+gAQYqGQoKaW50ZXJjZXB0cz13XsY+PXdexr6gAQYqEgoLbXVsdGlfY2xh' +
      'c3MYAKABAiodCg5wb3N0X3RyYW5zZm9ybSIITE9HSVNUSUOgAQM6CmFpLm9ubngubWwSDk9OTlgoUGlwZWxpbmUp' +
      'Kg0IARAHOgEAQgRqb2IwKh8IAhAHOgv///////////8BAkIMc2hhcGVfdGVuc29yWhMKA2FnZRIMCgoIARIGCgAK' +
      'AggBWhUKBWNvdW50EgwKCggHEgYKAAoCCAFaEwoDam9iEgwKCggIEgYKAAoCCAFiEQoFbGFiZWwSCAoGCAgSAgoA' +
      'Yh0KDXByb2JhYmlsaXRpZXMSDAoKCAESBgoACgIIAkIOCgphaS5vbm54Lm1sEAFCBAoAEBU=',
  ),
  scores: [0.2510817927985344, 0.3011215309681972, 0.9999998837837116, 0.0025445699849100676],
  classes: ['bad', 'bad', 'good', 'bad'],
}

/** Rows that the scores above are for, as CSV. */
export const matrixCsv = 'a,b,c\n0.5,-1.0,2.0\n-0.25,0.125,0.0\n3.0,3.0,3.0\n-2.0,1.0,-1.0\n'
export const mixedCsv = 'age,count,job\n0.5,-5,smith\n-0.25,1,clerk\n3.0,9,smith\n-2.0,4,priest\n'
