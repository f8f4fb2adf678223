"""Machine code on disk is out of date as soon as any source of the engine changes."""

import importlib.util

import numpy as np
import pytest
from numba.core.caching import CacheImpl, NullCache

from hgrisk.compiled import Compiler
from hgrisk.features.compiled import compiled as compiled_features
from hgrisk.features.cut.law import history_of
from hgrisk.features.cut.sorting import sort_by_key
from hgrisk.features.engine.timing import timing
from hgrisk.simulate import draws
from hgrisk.simulate.draws import substream, uniform
from hgrisk.simulate.engine.compiled import compiled
from hgrisk.simulate.engine.hazard import front
from hgrisk.simulate.engine.run import walk_all
from hgrisk.simulate.truth import _cluster_sums
from hgrisk.simulate.truth._cluster_sums import add_clusters

SOURCES = (
    *("engine/state.py", "parameters/care.py", "truth/_sums.py"),
    *("draws.py", "records.py", "strategies.py"),
)


def room(folder):
    for name in (*SOURCES, "other.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("A = 1\n")
    return folder


def test_the_stamp_changes_with_every_source_and_with_nothing_else(tmp_path):
    stamp = Compiler(room(tmp_path), compiled.sources).stamp
    before = stamp()
    (tmp_path / "other.py").write_text("A = 22\n")
    assert stamp() == before
    for name in SOURCES:
        (tmp_path / name).write_text("A = 22\n")
        after = stamp()
        assert after != before
        before = after


def test_the_stamp_knows_all_the_engine_rests_on():
    names = [name for name, _, _ in compiled.stamp()]
    for wanted in ("walk.py", "state.py", "interventions.py", "draws.py", "strategies.py", "_cluster_sums.py"):
        assert wanted in names


def test_every_compiled_function_keeps_the_stamp():
    for function in (front, walk_all, substream, uniform, add_clusters):
        assert function._cache._source_stamp == compiled.stamp()
        assert function._cache._cache_file._source_stamp == compiled.stamp()


def test_every_measure_rests_on_the_law():
    names = [name for name, _, _ in compiled_features.stamp()]
    assert {"law.py", "layout.py", "sorting.py", "timing.py", "correcting.py"} <= set(names)
    for function in (history_of, sort_by_key, timing):
        assert function._cache._source_stamp == compiled_features.stamp()


def test_a_compiled_function_computes():
    def twice(x):
        return 2 * x

    twice.__module__ = front.py_func.__module__
    assert compiled(twice)(21) == 42


@pytest.mark.parametrize("module", [draws, _cluster_sums])
def test_without_a_place_for_machine_code_it_is_made_all_the_same(monkeypatch, module):
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    spec = importlib.util.spec_from_file_location("read_only", module.__file__)
    again = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(again)
    if module is draws:
        assert isinstance(again.substream._cache, NullCache)
        assert int(again.substream(np.uint64(1234567), 0)) == 6457827717110365317
    else:
        assert isinstance(again.add_clusters._cache, NullCache)


def test_another_fault_of_the_cache_is_not_hidden(monkeypatch):
    def fail(self, function):  # noqa: ARG001
        raise RuntimeError(f"another fault, of {function}")

    monkeypatch.setattr(CacheImpl, "__init__", fail)
    with pytest.raises(RuntimeError, match="another fault"):
        compiled(room)
