"""What was written is read back, and what is not there is told."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from hgrisk.errors import DataError
from hgrisk.features.spec import FeatureSpec
from hgrisk.features.table import FeatureTable
from hgrisk.shards.folder import BUILD, WHOLE, FeatureShards, done_file, plain_catalogue, write_part
from hgrisk.shards.staging import write_facts

CATALOGUE = (
    FeatureSpec("place", "f", "", "where", "waar", "not known", "category"),
    FeatureSpec("n", "f", "count", "how many", "hoeveel", process=True),
)


def part(ids, places, numbers):
    X = pd.DataFrame({"place": np.array(places, dtype=object), "n": np.array(numbers, dtype=np.float32)}, index=ids)
    landmarks = pl.DataFrame({"landmark_id": ids, "case_id": [f"H{n}" for n in ids]})
    return FeatureTable(X, CATALOGUE), landmarks


@pytest.fixture
def folder(tmp_path):
    for kind in ("features", "landmarks"):
        (tmp_path / kind).mkdir()
    write_facts(tmp_path / BUILD, {})
    facts = {"shards": 3, "landmarks": 4, "events": 9, "largest": 2, "made_up": False}
    write_facts(tmp_path / WHOLE, facts | {"catalogue": plain_catalogue(CATALOGUE)})
    parts = {0: part([0, 3], ["x", None], [1.5, np.nan]), 2: part([1, 2], ["y", "x"], [-0.0, 2])}
    for shard in range(3):
        if shard in parts:
            write_part(tmp_path, shard, *parts[shard], made_up=False)
        write_facts(done_file(tmp_path, shard), {})
    return tmp_path


def test_parts_come_back_and_so_does_the_whole(folder):
    shards = FeatureShards.read(folder)
    assert (shards.catalogue, shards.n_shards, shards.n_landmarks, shards.n_events) == (CATALOGUE, 3, 4, 9)
    first, last = shards.parts()
    pd.testing.assert_frame_equal(first.X, part([0, 3], ["x", None], [1.5, np.nan])[0].X, check_exact=True)
    assert last.X.index.to_list() == [1, 2]
    whole = shards.table().X
    assert whole["place"].to_list() == ["x", "y", "x", None]
    assert np.signbit(whole["n"].to_numpy()).tolist() == [False, True, False, False]
    assert shards.landmarks()["case_id"].to_list() == ["H0", "H1", "H2", "H3"]


def test_a_part_that_is_not_finished_is_told(folder):
    done_file(folder, 2).unlink()
    with pytest.raises(DataError) as caught:
        FeatureShards.read(folder)
    assert str(caught.value) == (
        "A build has the parts of all its shards, but found 2 of 3: run the same hgrisk build again, which goes on "
        "from there, or read with unfinished=True."
    )
    assert FeatureShards.read(folder, unfinished=True).table().X.index.to_list() == [0, 3]


def test_a_build_without_its_whole_has_no_part(folder):
    (folder / WHOLE).unlink()
    with pytest.raises(DataError, match="found none: run the same hgrisk build again"):
        FeatureShards.read(folder, unfinished=True)


def test_a_folder_of_something_else_is_refused(tmp_path):
    with pytest.raises(DataError, match=f"found no {BUILD} in {tmp_path.name}: give the folder of its --out"):
        FeatureShards.read(tmp_path)
