"""Households that share a person stay together, and shards come out alike."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hgrisk.shards.plan as module
from hgrisk.histories.networks import household_networks
from hgrisk.shards.plan import Links, keys_of, spread

PAIRS = st.lists(st.tuples(st.sampled_from("ABCDEFGH"), st.sampled_from("pqrst") | st.none()), max_size=15)


def linked(pairs, events):
    links = Links()
    links.add_events(pl.Series(events, dtype=pl.String))
    links.add_persons(*(pl.Series([pair[side] for pair in pairs], dtype=pl.String) for side in (0, 1)))
    return links


@given(PAIRS, st.lists(st.sampled_from("ABCDEFGH"), max_size=30), st.integers(1, 10))
def test_no_network_is_divided(pairs, events, shard_events):
    plan = linked(pairs, events).plan(shard_events)
    cases = pl.Series(list("ABCDEFGH"))
    links = pl.DataFrame(pairs, schema={"case_id": pl.String, "person_id": pl.String}, orient="row").drop_nulls()
    networks = household_networks(cases, links).with_columns(shard=plan.of_cases(cases))
    assert networks.group_by("network_id").agg(pl.col("shard").n_unique())["shard"].max() == 1
    of_persons = links.with_columns(one=plan.of_persons(links["person_id"]), other=plan.of_cases(links["case_id"]))
    assert of_persons.filter(pl.col("one") != pl.col("other")).is_empty()
    assert set(plan.of_cases(cases)) <= set(range(plan.count))
    assert sum(plan.events) == len(events)


def test_batches_add_up(monkeypatch):
    pairs = [(f"H{n}", f"p{n // 3}") for n in range(60)]
    whole = linked(pairs, [case for case, _ in pairs] * 2).plan(20)
    monkeypatch.setattr(module, "_AT_ONCE", 5)
    links = Links()
    for start in range(0, 60, 4):
        part = pairs[start : start + 4]
        cases = pl.Series([case for case, _ in part])
        for _ in range(2):
            links.add_events(cases)
            links.add_persons(cases, pl.Series([person for _, person in part]))
    plan = links.plan(20)
    cases = pl.Series([case for case, _ in pairs])
    assert plan.events == whole.events
    assert (plan.of_cases(cases) == whole.of_cases(cases)).all()
    assert (plan.count, plan.largest) == (6, 6)


def test_a_large_network_has_a_shard_for_itself():
    pairs = [*((f"big{n}", "one") for n in range(50)), *((f"H{n}", f"p{n}") for n in range(100))]
    events = [case for case, _ in pairs] * 10
    plan = linked(pairs, events).plan(250)
    assert (max(plan.events), plan.largest) == (500, 500)
    assert max(sorted(plan.events)[:-1]) <= 210


def test_what_nothing_links_is_spread_by_its_key():
    plan = linked([], [f"H{n}" for n in range(100)]).plan(10)
    unknown = plan.of_cases(pl.Series([f"X{n}" for n in range(1000)]))
    assert set(unknown) == set(range(10))
    assert len(set(plan.of_cases(pl.Series([None, None], dtype=pl.String)))) == 1
    assert plan.of_persons(pl.Series(["p"])).shape == (1,)


def test_without_events_there_is_one_shard():
    plan = Links().plan(10)
    assert (plan.count, plan.events, plan.of_cases(pl.Series(["H"])).tolist()) == (1, (0,), [0])


@given(st.lists(st.integers(0, 100), min_size=1, max_size=200), st.integers(1, 12))
def test_shards_are_alike_up_to_one_group(sizes, n_shards):
    shard = spread(np.array(sizes), n_shards)
    loads = np.bincount(shard, sizes, minlength=n_shards)
    assert (loads.sum(), len(loads)) == (sum(sizes), n_shards)
    assert loads.max() - loads.min() <= 2 * max(sizes)


def test_many_small_groups_fill_all_shards_alike():
    sizes = np.random.default_rng(1).integers(1, 30, 20_000)
    loads = np.bincount(spread(sizes, 7), sizes)
    assert loads.max() / loads.min() == pytest.approx(1, abs=0.01)


def test_equal_identifiers_have_equal_keys():
    keys = keys_of(pl.Series(["a", "b", "a"]))
    assert (keys[0] == keys[2], keys[0] == keys[1]) == (True, False)
