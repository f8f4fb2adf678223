"""Ids that stand in two shards are found, whatever their numbers."""

import numpy as np
import polars as pl
import pytest

import hgrisk.shards.clashes as module
from hgrisk.shards.clashes import EventIds
from hgrisk.shards.plan import keys_of


def found(folder, *shards, batch=3):
    ids = EventIds(folder)
    rows = [(name, shard) for shard, names in enumerate(shards) for name in names]
    for start in range(0, len(rows), batch):
        part = rows[start : start + batch]
        events = pl.DataFrame({"event_id": [name for name, _ in part]}, schema={"event_id": pl.String})
        ids.add(events, np.array([shard for _, shard in part], dtype=np.int32))
    return ids.standing_twice(pl.Series(names, dtype=pl.String) for names in shards).to_list()


def test_ids_of_two_shards_clash_and_those_of_one_do_not(tmp_path):
    assert found(tmp_path, ["a", "b", "b"], ["c", "a", None], ["d", None, "e"], ["e"]) == ["a", "e"]
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_are_alike_by_chance_are_no_clash(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "keys_of", lambda ids: np.full(len(ids), 7, dtype=np.uint64))
    assert found(tmp_path, ["a", "b"], ["c", "b"]) == ["b"]


@pytest.mark.parametrize("n", [0, 5_000])
def test_every_bucket_is_looked_at(n, tmp_path):
    names = [f"e{i}" for i in range(n)]
    assert found(tmp_path, names, names[::7], batch=1_000) == sorted(names[::7])
    assert len(set((keys_of(pl.Series(names, dtype=pl.String)) >> np.uint64(59)).tolist())) == (32 if n else 0)


def test_events_without_ids_clash_with_none(tmp_path):
    ids = EventIds(tmp_path)
    ids.add(pl.DataFrame({"kind": ["x"]}), np.zeros(1, dtype=np.int32))
    assert ids.standing_twice(iter([])).to_list() == []
