"""Passes over a shard are taken once, and its history is that of the whole for its households."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from hgrisk.histories.batches import Opening
from hgrisk.histories.case_histories import delivery_plan
from hgrisk.shards.split import Reading, find_links, split_delivery
from hgrisk.shards.survey import Stage


@pytest.fixture
def staged(whole, tmp_path):
    reading = Reading(whole.folder, delivery_plan(Opening(whole.folder), None), 1_000, lambda _n: None)
    plan = find_links(reading, named=True).plan(700)
    split_delivery(reading, plan, tmp_path)
    return Stage(tmp_path, reading.sources), range(plan.count)


def test_the_histories_of_the_shards_are_the_whole(staged, whole):
    stage, shards = staged
    days = [stage.check(shard) for shard in shards]
    known = min(first for first, _ in days), max(last for _, last in days)
    parts = [stage.histories(shard, known) for shard in shards]
    for name in ("events", "cases"):
        keys = ("case_id", "known_on", "occurred_on", "event_id") if name == "events" else ("case_id",)
        both = pl.concat([getattr(part, name) for part in parts]).sort(keys)
        assert_frame_equal(both, getattr(whole.histories, name))
    for part in parts:
        assert_frame_equal(part.regions, whole.histories.regions)
    assert sum(part.memberships.height for part in parts) == whole.histories.memberships.height


def test_a_pass_is_taken_once(staged, whole):
    stage, _ = staged
    known = stage.check(0)
    files = {path: path.stat().st_mtime_ns for path in (stage.folder / "00000").iterdir()}
    assert stage.check(0) == known
    assert {path: path.stat().st_mtime_ns for path in (stage.folder / "00000").iterdir()} == files
    stage.survey(0, known, whole.settings.cohort)
    landmarks = stage.surveyed(0, "landmarks")
    stage.survey(0, known, whole.settings.cohort.model_copy(update={"landmark_kinds": ("nothing",)}))
    assert_frame_equal(stage.surveyed(0, "landmarks"), landmarks)
    assert stage.sizes(0)["landmarks"] == landmarks.height > 0


def test_the_rows_of_a_checked_shard_are_not_kept_twice(staged):
    stage, _ = staged
    before = [path.name for path in (stage.folder / "00001").iterdir()]
    stage.check(1)
    after = [path.name for path in (stage.folder / "00001").iterdir()]
    assert set(before) & set(after) == set()
