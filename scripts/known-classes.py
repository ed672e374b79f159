"""Collects the classes of machine learning libraries whose unpickling does nothing but set attributes.

    python scripts/known-classes.py

Run it in an environment that has one or more of the libraries; what it finds is added to known-classes.json. A class is
taken only if making it without its initialiser and giving it a state runs no code of its own: it has no reducer, no
setter of state and no __new__ but those named below, each of which was read. Functions are taken only as values, never
to be called, and only where they are public numeric functions of their library.
"""

import importlib
import inspect
import json
import pathlib
import pkgutil
import sys
import warnings

TARGET = pathlib.Path(__file__).parent.parent / 'packages/platform/src/artifacts/scan/pickle/known-classes.json'

# Packages whose modules are searched. Tests, data loaders and anything that runs or downloads is left out.
PACKAGES = ['sklearn', 'scipy.sparse', 'scipy.interpolate', 'scipy.spatial', 'torch.nn.modules', 'torch.nn.functional', 'torch.nn.init', 'torch.optim', 'xgboost', 'lightgbm', 'catboost', 'pandas.core', 'pandas._libs']
# Packages of which only their own classes are taken, not those that they import from the rest of their library.
OWN_PACKAGES = ['torch.ao.nn.quantized', 'torch.utils.data.dataset', 'torch.utils.data.sampler', 'torch.nn.utils.weight_norm', 'torch.nn.utils.spectral_norm', 'torch.nn.parallel.data_parallel',
            'nltk.classify', 'nltk.tag', 'nltk.tokenize', 'nltk.stem', 'nltk.probability',
            *(f'statsmodels.{part}' for part in ['base', 'regression', 'genmod', 'discrete', 'robust', 'duration', 'tsa'])]
LEFT_OUT = ('.tests', '.conftest', '.setup', '.datasets', '.externals', '.experimental', '.testing', '_testing', '.dask', '.spark', '.computation', '.util.', '.io.', '.cluster._feature', '.x13', '.plotting', '.stanford', '.stanford_segmenter', '.weka', '.megam', '.tadm', '.senna', '.hunpos', '.repp', '.nist', '.api', '.distributed_estimation')

# Compiled modules that read files, parse texts, call what they are given or hold tables for a moment: nothing of them is
# pickled, and a call of their classes is none that a library writes.
NEVER_CALLED = (
    'pandas._libs.parsers', 'pandas._libs.sas', 'pandas._libs.properties', 'pandas._libs.tslibs.strptime',
    'pandas._libs.tslibs.parsing', 'pandas._libs.reduction', 'pandas._libs.indexing', 'pandas._libs.hashtable',
    'pandas._libs.index', 'pandas._libs.lib', 'pandas.core.indexing',
)

# Modules whose public functions are numeric and may be held as values.
FUNCTIONS = ('sklearn.metrics', 'sklearn.feature_selection._univariate', 'torch.nn.functional', 'torch.nn.init')

# Setters of state that were read: they update attributes, check versions or hand bytes to a parser of their own format.
READ_SETTERS = {
    ('sklearn.base', 'BaseEstimator'), ('sklearn.utils._bunch', 'Bunch'), ('sklearn.gaussian_process.kernels', 'Kernel'),
    ('torch.nn.modules.module', 'Module'), ('torch.nn.modules.activation', 'MultiheadAttention'),
    ('torch.nn.modules.transformer', 'TransformerEncoderLayer'), ('torch.nn.modules.transformer', 'TransformerDecoderLayer'),
    ('torch.nn.modules.rnn', 'RNNBase'), ('torch.nn.modules.upsampling', 'Upsample'), ('torch.nn.modules.activation', 'Softmax'),
    ('torch.nn.modules.activation', 'Softmin'), ('torch.nn.modules.activation', 'LogSoftmax'), ('torch.nn.modules.activation', 'GELU'),
    ('torch.optim.optimizer', 'Optimizer'), ('scipy.sparse._coo', 'coo_matrix'), ('scipy.sparse._coo', '_coo_base'), ('torch.nn.modules.conv', '_ConvNd'), ('torch.nn.modules.batchnorm', '_NormBase'),
    *((f'torch.optim.{m}', n) for m, n in [('adam', 'Adam'), ('adamw', 'AdamW'), ('sgd', 'SGD'), ('rmsprop', 'RMSprop'), ('adagrad', 'Adagrad'), ('adadelta', 'Adadelta'), ('adamax', 'Adamax'), ('nadam', 'NAdam'), ('radam', 'RAdam'), ('asgd', 'ASGD'), ('rprop', 'Rprop')]), ('xgboost.core', 'Booster'), ('lightgbm.basic', 'Booster'),
    ('statsmodels.base.wrapper', 'ResultsWrapper'), ('torch.nn.modules.module', '_WrappedHook'), ('torch.ao.nn.quantized.modules.conv', '_ConvNd'),
    ('pandas.core.generic', 'NDFrame'), ('pandas.core.internals.managers', 'BlockManager'),
}
# Methods that Python itself calls, which were read: what a wrapper of results lacks is looked up in the results.
READ_METHODS = {('statsmodels.base.wrapper', 'ResultsWrapper', '__getattribute__')}
# Modules by the names that older versions of their library gave them, which newer ones still have.
OLD_HOMES = {'torch.ao.nn.quantized': 'torch.nn.quantized'}
# Classes that clean up after themselves, or are named under several modules; each was read.
READ_CLASSES = {
    ('xgboost.core', 'Booster'), ('lightgbm.basic', 'Booster'), ('catboost.core', 'CatBoostClassifier'), ('catboost.core', 'CatBoostRegressor'),
    ('sklearn.ensemble._hist_gradient_boosting.predictor', 'TreePredictor'), ('pandas.core.internals.managers', 'SingleBlockManager'),
    *(('pandas', n) for n in ['Index', 'RangeIndex', 'MultiIndex', 'DatetimeIndex', 'TimedeltaIndex', 'PeriodIndex', 'CategoricalIndex', 'IntervalIndex', 'Categorical', 'CategoricalDtype', 'StringDtype', 'DatetimeTZDtype', 'PeriodDtype', 'IntervalDtype']),
    *(('pandas.core.indexes.' + m, n) for m, n in [('base', 'Index'), ('range', 'RangeIndex'), ('multi', 'MultiIndex'), ('datetimes', 'DatetimeIndex'), ('timedeltas', 'TimedeltaIndex'), ('period', 'PeriodIndex'), ('category', 'CategoricalIndex'), ('interval', 'IntervalIndex'), ('numeric', 'Int64Index'), ('numeric', 'UInt64Index'), ('numeric', 'Float64Index')]),
    ('scipy.sparse._dok', 'dok_matrix'), ('scipy.sparse._dok', 'dok_array'), ('scipy.sparse.dok', 'dok_matrix'),
    ('pandas.core.arrays.categorical', 'Categorical'), ('pandas.core.arrays.string_', 'StringDtype'),
    *(('pandas.core.dtypes.dtypes', n) for n in ['CategoricalDtype', 'DatetimeTZDtype', 'PeriodDtype', 'IntervalDtype']),
}
# Classes that are pickled as a call, whose initialisers were read.
READ_CALLS = {('pandas', 'StringDtype'), ('pandas.core.arrays.string_', 'StringDtype'), ('pandas', 'CategoricalDtype'), ('pandas', 'DatetimeTZDtype')}
MAKERS = {
    'sklearn.neighbors._kd_tree': ['newObj'], 'sklearn.neighbors._ball_tree': ['newObj'],
    'sklearn.metrics._dist_metrics': ['newObj'], 'sklearn.neighbors._dist_metrics': ['newObj'], 'pandas.core.indexes.base': ['_new_Index'],
    'pandas._libs.internals': ['_unpickle_block', '_unpickle_BlockPlacement'],
    'pandas._libs.arrays': ['__pyx_unpickle_NDArrayBacked'],
    'pandas._libs.tslibs.nattype': ['_nat_unpickle'], 'pandas._libs.missing': ['NAType'],
    'pandas._libs.tslibs.timestamps': ['_unpickle_timestamp'], 'pandas._libs.tslibs.timedeltas': ['_timedelta_unpickle'],
    'pandas.core.indexes.datetimes': ['_new_DatetimeIndex'], 'pandas.core.indexes.period': ['_new_PeriodIndex'],
}


def own(cls, name):
    """The class in the line of bases that defines a method; None for object's own or none."""
    for base in cls.__mro__:
        if base is object:
            return None
        if name in vars(base):
            return base
    return None


def is_plain(cls):
    if (cls.__module__, cls.__name__) in READ_CLASSES:
        return True
    for name in ('__reduce__', '__reduce_ex__', '__new__', '__del__', '__getattr__', '__getattribute__'):
        base = own(cls, name)
        if base is None or base.__module__ in ('builtins', 'typing', 'abc', 'enum') or (base.__module__, base.__name__, name) in READ_METHODS:
            continue
        compiled = not inspect.isfunction(getattr(vars(base)[name], '__func__', vars(base)[name]))
        if base.__module__.split('.')[0] in ('sklearn', 'torch', 'pandas') and (compiled or name in ('__new__', '__getattr__')):
            continue
        return False
    setter = own(cls, '__setstate__')
    if setter is None or (setter.__module__, setter.__name__) in READ_SETTERS:
        return True
    # Compiled classes unpack their own numbers.
    return not inspect.isfunction(vars(setter)['__setstate__']) and not setter.__module__.startswith('scipy.stats')


def is_compiled(cls):
    """Compiled classes are pickled as a call with numbers and texts; their initialisers are those of a data type."""
    if (cls.__module__, cls.__name__) in READ_CALLS:
        return True
    if cls.__module__.split('.')[0] not in ('sklearn', 'pandas') or cls.__name__.startswith('PyFunc'):
        return False
    home = sys.modules.get(cls.__module__)
    path = getattr(home, '__file__', None) or ''
    reducer = own(cls, '__reduce__') or own(cls, '__reduce_cython__')
    return path.endswith('.so') or (reducer is not None and not inspect.isfunction(vars(reducer).get('__reduce__', vars(reducer).get('__reduce_cython__'))))


def modules_of(package):
    try:
        root = importlib.import_module(package)
    except Exception:
        return
    yield root
    for found in pkgutil.walk_packages(getattr(root, '__path__', []), package + '.', onerror=lambda _: None):
        if any(part in found.name + '.' for part in LEFT_OUT):
            continue
        try:
            yield importlib.import_module(found.name)
        except Exception:
            continue


def collect():
    classes, called, functions = {}, {}, {}
    for package in PACKAGES + OWN_PACKAGES:
        inside = package if package in OWN_PACKAGES else package.split('.')[0]
        for module in modules_of(package):
            for name, value in sorted(vars(module).items()):
                home = getattr(value, '__module__', None)
                if not isinstance(home, str) or not (home + '.').startswith(inside + '.') or getattr(value, '__qualname__', None) != name:
                    continue
                if package in OWN_PACKAGES and any(part in home + '.' for part in LEFT_OUT):
                    continue
                if home in NEVER_CALLED or home.startswith(('pandas._config', 'pandas.util', 'pandas.io')):
                    continue
                if inspect.isclass(value) and not issubclass(value, BaseException) and is_plain(value):
                    for place in [home, *(home.replace(new, old) for new, old in OLD_HOMES.items() if home.startswith(new))]:
                        (called if is_compiled(value) else classes).setdefault(place, set()).add(name)
                elif inspect.isfunction(value) and not name.startswith(('_', 'plot_')) and home.startswith(FUNCTIONS):
                    functions.setdefault(home, set()).add(name)
    for home, name in READ_CALLS:
        called.setdefault(home, set()).add(name)
    for home, name in READ_CLASSES - READ_CALLS:
        classes.setdefault(home, set()).add(name)
    return classes, called, functions


def merged(old, new):
    out = {module: set(names.split()) for module, names in old.items()}
    for module, names in new.items():
        out.setdefault(module, set()).update(names)
    return {module: ' '.join(sorted(names)) for module, names in sorted(out.items())}


def main():
    warnings.simplefilter('ignore')
    old = json.loads(TARGET.read_text()) if TARGET.exists() else {'classes': {}, 'calledClasses': {}, 'functions': {}, 'makers': {}}
    classes, called, functions = collect()
    for module in NEVER_CALLED:
        old['calledClasses'].pop(module, None)
    out = {
        'classes': merged(old['classes'], classes),
        'calledClasses': merged(old['calledClasses'], called),
        'functions': merged(old['functions'], functions),
        'makers': merged(old['makers'], MAKERS),
    }
    TARGET.write_text(json.dumps(out, indent=2) + '\n')
    print(sum(len(v.split()) for v in out['classes'].values()), 'classes', file=sys.stderr)


if __name__ == '__main__':
    main()
