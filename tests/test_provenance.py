"""Where a result comes from: a digest of the code, versions, and independent streams of random numbers."""

import hashlib
import platform
import shutil
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from hgrisk import provenance
from hgrisk.provenance import code_digest, code_version, seeds, software


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A copy of the code in another place, whose digest is asked for afresh."""
    root = tmp_path / "site" / "hgrisk"
    shutil.copytree(Path(provenance.__file__).parent, root, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(provenance, "__file__", str(root / "provenance.py"))
    return root


def digest():
    return code_digest.__wrapped__()


def test_equal_code_has_an_equal_digest_wherever_it_lies(elsewhere):
    assert digest() == code_digest()
    whole = hashlib.sha256()
    for path in sorted(elsewhere.rglob("*.py")):
        whole.update(path.relative_to(elsewhere).as_posix().encode() + path.read_bytes())
    assert digest() == whole.hexdigest()[:12]


def test_another_line_or_another_file_name_changes_the_digest(elsewhere):
    before = digest()
    (elsewhere / "models" / "cox.py").rename(elsewhere / "models" / "cox2.py")
    renamed = digest()
    with (elsewhere / "models" / "cox2.py").open("a") as file:
        file.write("# more\n")
    longer = digest()
    assert len({before, renamed, longer}) == 3
    (elsewhere / "models" / "notes.txt").write_text("not code")
    assert digest() == longer


def test_versions_name_all_that_a_number_can_depend_on():
    text = software()
    assert text.startswith(f"Python {platform.python_version()}, ")
    for package in ("numpy", "pandas", "polars", "scipy", "scikit-learn", "numba"):
        assert f"{package} {version(package)}" in text
    assert code_version() == f"hgrisk {version('hgrisk')} ({code_digest()})"


def test_streams_repeat_with_their_seed_and_differ_from_each_other():
    names = ("split", "bootstrap", "canary", "folds")
    first = seeds(7, names)
    assert list(first) == list(names)
    assert seeds(7, names) == first
    every = [seed for start in range(200) for seed in seeds(start, names).values()]
    assert len(set(every)) == len(every)
    assert all(isinstance(seed, int) and 0 <= seed < 2**32 for seed in every)


def test_a_stage_added_at_the_end_leaves_the_others_as_they_were():
    assert list(seeds(3, ("a", "b", "c")).values())[:2] == list(seeds(3, ("a", "b")).values())


def test_the_streams_of_two_stages_are_unrelated():
    first, second = (np.random.default_rng(seed).normal(size=4000) for seed in seeds(1, ("a", "b")).values())
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(4000)
