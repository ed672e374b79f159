"""Makes the files that scanners are timed on: one of many instructions, many small ones, and two that are mostly numbers."""

import json
import pathlib
import pickle
import pickletools
import sys
import zipfile

import numpy

folder = pathlib.Path(sys.argv[1])
rows = [{'id': i, 'name': f'user{i}', 'values': [i * 0.5, i, f'x{i % 1000}'], 'flag': None} for i in range(220_000)]
instructions_file = folder / 'instructions.pkl'
instructions_file.write_bytes(pickle.dumps(rows, 4))

small = folder / 'small'
small.mkdir()
many = folder / 'many'
many.mkdir()
for i in range(10_000):
    (many / f'{i}.pkl').write_bytes(pickle.dumps({'weights': numpy.arange(i % 400, dtype='f4'), 'name': f'm{i}'}, 2 + i % 4))
for i in range(400):
    (small / f'{i}.pkl').write_bytes(pickle.dumps({'weights': numpy.arange(i, dtype='f4'), 'name': f'm{i}'}, 2 + i % 4))

numbers = folder / 'array.pkl'
numbers.write_bytes(pickle.dumps(numpy.zeros(40_000_000), 4))


def text(value):
    return b'X' + len(value).to_bytes(4, 'little') + value.encode()


count = 100_000_000
weights = (
    b'\x80\x02}' + text('w') + b'ctorch._utils\n_rebuild_tensor_v2\n(('
    + text('storage') + b'ctorch\nFloatStorage\n' + text('0') + text('cpu')
    + b'J' + count.to_bytes(4, 'little') + b'tQK\x00J' + count.to_bytes(4, 'little') + b'\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtRs.'
)
archive = folder / 'torch.pt'
with zipfile.ZipFile(archive, 'w', zipfile.ZIP_STORED) as out:
    out.writestr('m/data.pkl', weights)
    out.writestr('m/data/0', bytes(4 * count))
    out.writestr('m/version', '3\n')

instructions = sum(1 for _ in pickletools.genops(instructions_file.open('rb')))
print(json.dumps({'instructions': instructions, 'files': {'instructions': str(instructions_file), 'many': str(many), 'small': str(small), 'array': str(numbers), 'torch': str(archive)}}))
