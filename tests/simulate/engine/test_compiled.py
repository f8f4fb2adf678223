"""Machine code on disk is out of date as soon as any source of the engine changes."""

from hgrisk.simulate.engine.compiled import compiled, source_stamp
from hgrisk.simulate.engine.hazard import front
from hgrisk.simulate.engine.run import walk_all


def room(folder):
    for name in ("engine/state.py", "parameters/care.py", "draws.py", "records.py", "strategies.py", "other.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("A = 1\n")
    return folder


def test_the_stamp_changes_with_every_source_and_with_nothing_else(tmp_path):
    before = source_stamp(room(tmp_path))
    (tmp_path / "other.py").write_text("A = 22\n")
    assert source_stamp(tmp_path) == before
    for name in ("engine/state.py", "parameters/care.py", "draws.py", "records.py", "strategies.py"):
        (tmp_path / name).write_text("A = 22\n")
        after = source_stamp(tmp_path)
        assert after != before
        before = after


def test_the_stamp_knows_all_the_engine_rests_on():
    names = [name for name, _, _ in source_stamp()]
    for wanted in ("walk.py", "state.py", "interventions.py", "draws.py", "strategies.py"):
        assert wanted in names


def test_every_compiled_function_keeps_the_stamp():
    for function in (front, walk_all):
        assert function._cache._source_stamp == source_stamp()
        assert function._cache._cache_file._source_stamp == source_stamp()


def test_a_compiled_function_computes():
    def twice(x):
        return 2 * x

    twice.__module__ = front.py_func.__module__
    assert compiled(twice)(21) == 42
