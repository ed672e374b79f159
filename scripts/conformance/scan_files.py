"""Writes files for scanners with whatever libraries its environment has: honest ones that they save, and hostile ones.

    python scan_files.py FOLDER

Honest files go to FOLDER/honest, hostile ones to FOLDER/hostile. Nothing hostile is loaded.
"""

import bz2
import collections
import gzip
import io
import lzma
import pathlib
import pickle
import sys
import tarfile
import warnings
import zipfile

warnings.simplefilter('ignore')
folder = pathlib.Path(sys.argv[1])
honest, hostile = folder / 'honest', folder / 'hostile'
honest.mkdir(parents=True, exist_ok=True)
hostile.mkdir(parents=True, exist_ok=True)
made = pathlib.Path(sys.prefix).name


def text(value):
    data = value.encode()
    return b'X' + len(data).to_bytes(4, 'little') + data


def called(module, name, argument=text('id')):
    """A pickle of protocol 4 that calls something by its name, without having it."""
    return b'\x80\x04' + text(module) + text(name) + b'\x93(' + argument + b'tR.'


SYSTEM = b'cos\nsystem\n(' + text('id') + b'tR'
CALLS = """
os.system posix.system nt.system subprocess.Popen subprocess.run builtins.eval builtins.exec builtins.compile builtins.__import__
builtins.open runpy.run_path runpy.run_module importlib.import_module pkgutil.resolve_name pydoc.locate pydoc.pipepager pip.main
timeit.timeit cProfile.run profile.run code.InteractiveInterpreter pdb.run bdb.Bdb trace.Trace doctest.debug_script ensurepip._run_pip
venv.create pty.spawn socket.create_connection http.client.HTTPSConnection urllib.request.urlopen ftplib.FTP smtplib.SMTP
webbrowser.open shutil.rmtree tempfile.mktemp io.open _io.FileIO pathlib.Path.write_text os.remove glob.glob sqlite3.connect
ctypes.CDLL _ctypes.dlopen marshal.loads types.FunctionType types.CodeType pickle.loads _pickle.loads shelve.open dill.loads
cloudpickle.loads joblib.load torch.load numpy.load pandas.read_pickle yaml.unsafe_load jsonpickle.decode
operator.attrgetter operator.methodcaller _operator.attrgetter functools.partial functools.reduce
numpy.testing._private.utils.runstring numpy.f2py.crackfortran.getlincoef torch.utils.collect_env.run
torch.utils._config_module.load_config torch._dynamo.guards.GuardBuilder.get torch.fx.experimental.symbolic_shapes.ShapeEnv.evaluate_guards_expression
torch.jit.unsupported_tensor_ops.execWrapper torch.utils.bottleneck.__main__.run_cprofile torch.hub.load
asyncio.unix_events._UnixSubprocessTransport._start idlelib.run.Executive.runcode idlelib.pyshell.ModifiedInterpreter.runcode
lib2to3.pgen2.grammar.Grammar.loads lib2to3.pgen2.pgen.ParserGenerator.make_label logging.FileHandler logging.config.fileConfig
distutils.file_util.write_file uuid._get_command_stdout _aix_support._read_cmd_output _osx_support._read_output
_pyrepl.pager.pipe_pager imaplib.IMAP4_stream test.support.script_helper.assert_python_ok multiprocessing.util.spawnv_passfds
sys.exit signal.alarm threading.Thread gc.get_objects inspect.getattr_static site.addpackage zipimport.zipimporter
""".split()


def write_hostile():
    for path in CALLS:
        module, _, name = path.rpartition('.')
        parts = path.split('.')
        first = next((i for i, part in enumerate(parts) if part.lstrip('_')[:1].isupper()), len(parts) - 1)
        module, name = '.'.join(parts[:first]), '.'.join(parts[first:])
        (hostile / f'call-{path}.pkl').write_bytes(called(module, name))
    system = b'\x80\x04' + SYSTEM + b'.'
    files = {
        'protocol-0.pkl': b"cos\nsystem\n(S'id'\ntR.",
        'inst.pkl': b"(S'id'\nios\nsystem\n.",
        'obj.pkl': b'\x80\x04(cos\nsystem\n' + text('id') + b'o.',
        'newobj-ex.pkl': b'\x80\x04csubprocess\nPopen\n(' + text('id') + b't}\x92.',
        'dropped.pkl': b'\x80\x04' + SYSTEM + b'0K\x01.',
        'no-stop.pkl': b'\x80\x04' + SYSTEM + b'\xff\xff',
        'second.pkl': b'\x80\x04K\x01.' + system,
        'memo.pkl': b'\x80\x04U\x02osq\x00U\x06systemq\x01' + text('torch._utils') + b'\x94' + text('_rebuild_tensor_v2') + b'\x940000h\x00h\x01\x93(' + text('id') + b'tR.',
        'long-name.pkl': b'\x80\x04\x8d' + (2).to_bytes(8, 'little') + b'os\x8c\x06system\x93(' + text('id') + b'tR.',
        'frame.pkl': b'\x80\x04\x95\x01\x00\x00\x00\x00\x00\x00\x00' + SYSTEM + b'.',
        'renamed.txt': system,
        'module-dict.pkl': b'\x80\x04csys\nmodules\n' + text('os') + b'K\x01s.',
        'builtins-through-numpy.pkl': b'\x80\x04' + text('numpy') + text('__builtins__') + b'\x93.',
        'dotted.pkl': b'\x80\x04' + text('numpy') + text('core._internal.ast') + b'\x93.',
        'extension.pkl': b'\x80\x04\x82\x07.',
        'gzip.pkl.gz': gzip.compress(system),
        'bzip2.pkl.bz2': bz2.compress(system),
        'xz.pkl.xz': lzma.compress(system),
        'objects.npy': b'\x93NUMPY\x01\x00\x3a\x00' + b"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}".ljust(57) + b'\n' + system,
    }
    for name, data in files.items():
        (hostile / name).write_bytes(data)
    call = called('posix', 'system')
    note = b'a note\n'
    files = {
        'lzma.pkl.lzma': lzma.compress(system, format=lzma.FORMAT_ALONE),
        'behind-xz.xz': lzma.compress(note) + call,
        'behind-bzip2.bz2': bz2.compress(note) + call,
        'cut.pkl.gz': gzip.compress(system + bytes(range(256)) * 9)[:-20],
        'getattr-zone.pkl': b'\x80\x04c__builtin__\ngetattr\n(czoneinfo\nZoneInfo\n' + text('no_cache') + b'tR(' + text('UTC') + b'tR.',
        'getattr-path.pkl': b'\x80\x04c__builtin__\ngetattr\n(czoneinfo\nZoneInfo\n' + text('_unpickle') + b'tR(' + text('../../etc/passwd') + b'K\x01tR.',
        'getattr-module.pkl': b'\x80\x04c__builtin__\ngetattr\n(cos\npath\n' + text('join') + b'tR.',
        'formula.pkl': b'\x80\x04cstatsmodels.base.data\nPandasData\n)\x81}(' + text('restore_design_info') + b'\x88' + text('formula') + text('y ~ __import__("os")') + b'ub.',
        'script-object.pkl': b'\x80\x04ctorch\nScriptObject\n)\x81K\x01' + text('__torch__.torch.classes.other.Reader') + b'\x86b.',
        'many.pkl': b'K\x01.' * 5000 + call,
    }
    for name, data in files.items():
        (hostile / name).write_bytes(data)
    archive(hostile / 'no-storage.pt', [('m/data.pkl', b'\x80\x04}.'), ('m/version', b'3\n'), ('m/data/0', call)])
    script = b'class M(Module):\n  def __setstate__(self) -> None:\n    _0 = (torch).save(1, "x")\n'
    archive(hostile / 'script.pt', [('m/data.pkl', b'\x80\x04}.'), ('m/version', b'3\n'), ('m/constants.pkl', b'\x80\x04).'), ('m/code/__torch__.py', script)])
    archive(hostile / 'plain.zip', [('a.pkl', system)])
    archive(hostile / 'deflated.pt', [('m/data.pkl', system), ('m/version', b'3\n')], zipfile.ZIP_DEFLATED)
    archive(hostile / 'twice.pt', [('m/data.pkl', b'\x80\x04K\x01.'), ('m/version', b'3\n'), ('m/data.pkl', system)])
    changed(hostile / 'checksum.pt', 14, b'\x00\x00\x00\x00')
    changed(hostile / 'flag.pt', 6, b'\x01\x00')
    changed(hostile / 'local-name.pt', 30, b'x')
    with tarfile.open(hostile / 'in.tar.gz', 'w:gz') as out:
        entry = tarfile.TarInfo('a.pkl')
        entry.size = len(system)
        out.addfile(entry, io.BytesIO(system))
    with tarfile.open(hostile / 'outside.tar', 'w') as out:
        entry = tarfile.TarInfo('../../outside')
        out.addfile(entry, io.BytesIO())


def archive(path, entries, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, 'w', method) as out:
        for name, data in entries:
            out.writestr(name, data)


def changed(path, offset, data):
    """An archive in whose directory and first header something was changed: the directory lies, or the header does."""
    archive(path, [('m/data.pkl', b'\x80\x04' + SYSTEM + b'.'), ('m/version', b'3\n')])
    whole = bytearray(path.read_bytes())
    whole[offset:offset + len(data)] = data
    path.write_bytes(whole)


def save(name, write):
    try:
        write(honest / f'{made}-{name}')
    except Exception as problem:  # A library that this environment lacks, or that cannot save this.
        print(f'not made: {name}: {type(problem).__name__}', file=sys.stderr)


def write_plain():
    data = {'a': [1, 2.5, None, True], 't': (1, 'x'), 's': {1}, 'b': b'x', 'n': 10**30, 'o': collections.OrderedDict(a=1), 'c': collections.Counter('aab')}
    for protocol in range(6):
        save(f'plain-{protocol}.pkl', lambda path: path.write_bytes(pickle.dumps(data, protocol)))
    save('notes.md', lambda path: path.write_text('# A model\n\nimport os is not run.\n'))
    save('config.json', lambda path: path.write_text('{"hidden_size": 8}\n'))


def write_numpy():
    import numpy

    arrays = {'f8': numpy.random.rand(9, 4), 'f': numpy.asfortranarray(numpy.ones((3, 4))), 'objects': numpy.array([1, 'a', None], dtype=object), 'records': numpy.zeros(3, dtype=[('a', 'f4'), ('b', 'i8', (2,))]), 'words': numpy.array(['a', 'bb']), 'dates': numpy.array(['2020-01-01'], dtype='M8[D]'), 'masked': numpy.ma.array([1, 2], mask=[0, 1]), 'scalar': numpy.float64(3), 'state': numpy.random.RandomState(1), 'generator': numpy.random.default_rng(1), 'log': numpy.log}
    for name, value in arrays.items():
        for protocol in (0, 2, 5):
            save(f'numpy-{name}-{protocol}.pkl', lambda path: path.write_bytes(pickle.dumps(value, protocol)))
        if isinstance(value, numpy.ndarray):
            save(f'numpy-{name}.npy', lambda path: numpy.save(path, numpy.asarray(value)))
    save('numpy-all.npz', lambda path: numpy.savez(path, a=arrays['f8'], b=arrays['words']))
    save('numpy-packed.npz', lambda path: numpy.savez_compressed(path, a=arrays['f8']))


def write_sklearn():
    import joblib
    import numpy
    from sklearn.utils import all_estimators

    rng = numpy.random.default_rng(1)
    x = rng.random((60, 4))
    y = (x[:, 0] > 0.5).astype(int)
    for name, kind in all_estimators(type_filter=['classifier', 'regressor', 'transformer', 'cluster']):
        try:
            model = kind().fit(x, y)
        except Exception:
            continue
        save(f'sklearn-{name}.pkl', lambda path: path.write_bytes(pickle.dumps(model, 4)))
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(5).fit(x, y)
    for packing in (0, 3, ('gzip', 3), ('bz2', 3), ('xz', 3), ('zlib', 3)):
        kind = packing if isinstance(packing, int) else packing[0]
        save(f'joblib-{kind}.joblib', lambda path: joblib.dump(forest, path, compress=packing))
    save('joblib-mixed.joblib', lambda path: joblib.dump({'o': numpy.array([1, None], dtype=object), 'f': x, 'r': numpy.zeros(2, dtype=[('a', 'f4')])}, path))


def write_tables():
    import pandas

    frame = pandas.DataFrame({'a': [1, 2], 'b': ['x', 'y'], 'c': pandas.Categorical(['u', 'v']), 'd': pandas.to_datetime(['2020-01-01', '2021-01-01']), 'e': [1.5, None]})
    for name, value in {'frame': frame, 'series': frame['a'], 'indexed': frame.set_index(['b', 'c']), 'dates': frame.set_index('d')}.items():
        save(f'pandas-{name}.pkl', lambda path: value.to_pickle(path))


def write_zones():
    import zoneinfo

    import pandas

    zone = zoneinfo.ZoneInfo('America/New_York')
    values = {'zone': zone, 'dates': pandas.date_range('2020', periods=3, tz=zone), 'sparse': pandas.arrays.SparseArray([0, 0, 1]), 'periods': pandas.period_range('2020', periods=3, freq='M'), 'offset': pandas.DateOffset(months=2), 'intervals': pandas.cut([1, 2, 3], 2), 'deltas': pandas.to_timedelta([1, 2], unit='D')}
    for name, value in values.items():
        for protocol in (2, 4, 5):
            save(f'pandas-{name}-{protocol}.pkl', lambda path: path.write_bytes(pickle.dumps(value, protocol)))


def write_scipy():
    import joblib
    import numpy
    from scipy import interpolate, spatial

    points = numpy.random.default_rng(1).random((50, 3))
    values = {'tree': spatial.cKDTree(points), 'python-tree': spatial.KDTree(points, leafsize=2)}
    for kind in ('linear', 'nearest', 'zero', 'quadratic', 'cubic', 'previous', 'next'):
        values[kind] = interpolate.interp1d(numpy.arange(9.0), numpy.arange(9.0) ** 2, kind=kind)
    for name, value in values.items():
        for protocol in (2, 4, 5):
            save(f'scipy-{name}-{protocol}.pkl', lambda path: path.write_bytes(pickle.dumps(value, protocol)))
        save(f'scipy-{name}.joblib', lambda path: joblib.dump(value, path))
    save('joblib-lzma.joblib', lambda path: joblib.dump(points, path, compress=('lzma', 3)))
    save('gzip-padded.pkl.gz', lambda path: path.write_bytes(gzip.compress(pickle.dumps(1)) + bytes(512)))


def write_quantized():
    import torch

    layers = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.LSTM(3, 2))
    quantized = torch.quantization.quantize_dynamic(layers, {torch.nn.Linear, torch.nn.LSTM})
    save('torch-quantized-layers.pt', lambda path: torch.save(quantized, path))
    save('torch-quantized-script.pt', lambda path: torch.jit.script(quantized).save(str(path)))
    save('torch-lstm-script.pt', lambda path: torch.jit.script(torch.nn.LSTM(2, 3)).save(str(path)))
    save('torch-dataset.pt', lambda path: torch.save(torch.utils.data.TensorDataset(torch.rand(3)), path))


def write_boosters():
    import lightgbm
    import numpy
    import xgboost

    x = numpy.random.default_rng(1).random((60, 4))
    y = (x[:, 0] > 0.5).astype(int)
    save('xgboost.pkl', lambda path: path.write_bytes(pickle.dumps(xgboost.XGBClassifier(n_estimators=2).fit(x, y))))
    save('lightgbm.pkl', lambda path: path.write_bytes(pickle.dumps(lightgbm.LGBMClassifier(n_estimators=2, verbose=-1).fit(x, y))))
    save('xgboost.json', lambda path: xgboost.XGBClassifier(n_estimators=2).fit(x, y).save_model(path))
    save('xgboost.ubj', lambda path: xgboost.XGBClassifier(n_estimators=2).fit(x, y).save_model(path))


def write_torch():
    import torch

    layers = [torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2), torch.nn.ReLU(), torch.nn.LSTM(2, 3), torch.nn.MultiheadAttention(4, 2), torch.nn.TransformerEncoderLayer(4, 2), torch.nn.Embedding(3, 2), torch.nn.LayerNorm(2), torch.nn.GRU(2, 2), torch.nn.Dropout()]
    model = torch.nn.Sequential(*layers)
    save('torch-state.pt', lambda path: torch.save(model.state_dict(), path))
    save('torch-whole.pt', lambda path: torch.save(model, path))
    save('torch-old.pt', lambda path: torch.save(model, path, _use_new_zipfile_serialization=False))
    save('torch-old-state.pt', lambda path: torch.save(model.state_dict(), path, _use_new_zipfile_serialization=False))
    for kind in (torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD, torch.optim.RMSprop):
        optimizer = kind(model.parameters(), lr=0.1)
        save(f'torch-{kind.__name__}.pt', lambda path: torch.save({'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'epoch': 3}, path))
    save('torch-half.pt', lambda path: torch.save(torch.zeros(3, dtype=torch.bfloat16), path))
    save('torch-sparse.pt', lambda path: torch.save(torch.sparse_coo_tensor([[0], [1]], [1.0], (2, 2)), path))
    save('torch-quantized.pt', lambda path: torch.save(torch.quantize_per_tensor(torch.rand(3), 0.1, 0, torch.quint8), path))
    save('torch-script.pt', lambda path: torch.jit.script(torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU())).save(str(path)))
    save('torch-plain.pkl', lambda path: path.write_bytes(pickle.dumps(model)))


write_hostile()
for write in (write_plain, write_numpy, write_sklearn, write_tables, write_zones, write_scipy, write_boosters, write_torch, write_quantized):
    try:
        write()
    except ImportError as missing:
        print(f'not made: {missing}', file=sys.stderr)
