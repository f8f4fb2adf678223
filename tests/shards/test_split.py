"""Every row of a delivery is in one shard, or accounted for."""

from collections import Counter

import polars as pl
import pytest

from hgrisk.histories.batches import Opening
from hgrisk.histories.case_histories import delivery_plan
from hgrisk.histories.mapping import MappingFile
from hgrisk.shards.plan import keys_of
from hgrisk.shards.split import ELSEWHERE, REGIONS, Reading, event_ids, find_links, source_rows, split_delivery
from hgrisk.shards.staging import read_rows


@pytest.fixture
def reading(whole):
    def read(rows, count=lambda _n: None):
        return Reading(whole.folder, delivery_plan(Opening(whole.folder), None), rows, count)

    return read


@pytest.mark.parametrize("rows", [90, 100_000])
def test_rows_go_to_one_shard_in_their_order(rows, reading, tmp_path):
    delivery = reading(rows)
    plan = find_links(delivery, named=True).plan(700)
    split = split_delivery(delivery, plan, tmp_path)
    for number, source in enumerate(delivery.sources.source):
        whole = pl.read_parquet(delivery.folder / source.file)
        apart = split.account.table.filter(source=source.label)["read"][0]
        if source.table == "regions":
            assert (apart, read_rows(tmp_path / REGIONS).height) == (whole.height, whole.height)
            continue
        parts = [read_rows(source_rows(tmp_path, shard, number)) for shard in range(plan.count)]
        assert all(part["hg:row"].is_sorted() for part in parts)
        numbers = Counter(n for part in parts for n in part["hg:row"])
        assert (len(numbers) + apart, set(numbers.values())) == (whole.height, {1})
    assert (
        plan.count > 2,
        split.events == sum(len(ids) for ids in event_ids(tmp_path, delivery.sources, plan.count)),
    ) == (True, True)


def test_ids_that_stand_in_two_shards_are_told_to_all(reading, tmp_path):
    delivery = reading(500)
    plan = find_links(delivery, named=True).plan(700)
    split_delivery(delivery, plan, tmp_path)
    found = read_rows(tmp_path / ELSEWHERE)["event_id"].to_list()
    shards = list(event_ids(tmp_path, delivery.sources, plan.count))
    counts = Counter(name for ids in shards for name in set(ids.drop_nulls()))
    assert found == sorted(name for name, n in counts.items() if n > 1)
    assert len(found) > 3
    assert {name[:6] for name in found} == {"clash-"}


def test_progress_is_told_of_every_row(reading, tmp_path):
    seen = []
    delivery = reading(300, seen.append)
    plan = find_links(delivery, named=True).plan(700)
    heights = {s.table: pl.read_parquet(delivery.folder / s.file).height for s in delivery.sources.source}
    assert sum(seen) == heights["events"] + heights["memberships"]
    seen.clear()
    split_delivery(delivery, plan, tmp_path)
    assert sum(seen) == sum(heights.values())


def test_persons_of_events_link_only_where_features_follow_persons(reading):
    named, not_named = (find_links(reading(500), named=named).plan(1) for named in (True, False))
    assert named.largest > not_named.largest
    assert named.count < not_named.count


def test_households_that_are_row_numbers_are_counted_row_by_row(tmp_path):
    pl.DataFrame({"day": ["2019-01-05", None, "2019-01-07"], "what": [None, None, "report"]}).write_parquet(
        tmp_path / "a.parquet"
    )
    columns = {"case_id": {"row_number": True}, "kind": {"value": "report"}, "occurred_on": "day"}
    own = {"table": "events", "file": "a.parquet", "columns": columns}
    mapping = MappingFile.parse({"name": "rows", "source": [own]}, "m.toml")
    links = find_links(Reading(tmp_path, mapping, 2, lambda _n: None), named=False)
    counted = links._all_counts()
    assert set(counted["case"]) == set(keys_of(pl.Series(["1", "3"])))
    assert counted["events"].to_list() == [1, 1]
