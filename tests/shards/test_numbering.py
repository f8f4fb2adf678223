"""Numbers run through all shards, whatever is put in order together."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from hgrisk.histories.batches import Opening
from hgrisk.histories.case_histories import delivery_plan
from hgrisk.histories.observation import known_days
from hgrisk.shards.numbering import number_landmarks, numbered_landmarks
from hgrisk.shards.split import Reading, find_links, split_delivery
from hgrisk.shards.survey import Stage


@pytest.fixture
def surveyed(whole, tmp_path):
    reading = Reading(whole.folder, delivery_plan(Opening(whole.folder), None), 1_000, lambda _n: None)
    plan = find_links(reading, named=True).plan(400)
    (tmp_path / "stage").mkdir()
    split_delivery(reading, plan, tmp_path / "stage")
    stage = Stage(tmp_path / "stage", reading.sources)
    for shard in range(plan.count):
        stage.check(shard)
        stage.survey(shard, known_days(whole.histories.events), whole.settings.cohort)
    return stage, plan.count


@pytest.mark.parametrize("at_once", [1, 10, 10**6])
def test_numbers_are_those_of_a_cohort_of_all(at_once, surveyed, whole, tmp_path):
    stage, n_shards = surveyed
    landmarks = whole.cohort.landmarks.select("landmark_id", "case_id", "landmark_on", "network_id")
    assert number_landmarks(stage, n_shards, tmp_path, at_once) == landmarks.height
    parts = [numbered_landmarks(tmp_path, shard) for shard in range(n_shards)]
    assert all(part["landmark_id"].is_sorted() for part in parts)
    assert_frame_equal(pl.concat(parts).sort("landmark_id"), landmarks)
