"""A world is written whole or not at all, the same for any number of workers, and the truth stays apart."""

import weakref
from contextlib import closing

import polars as pl
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from hgrisk.errors import ConfigError, DataError
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.provenance import MADE_UP_MARK, MADE_UP_NOTE
from hgrisk.simulate import folder as module
from hgrisk.simulate import parquet
from hgrisk.simulate.folder import FILES, write_blocks, write_world
from hgrisk.simulate.scenario import Scenario
from hgrisk.simulate.streaming import stream_blocks
from tests.simulate.made_up_blocks import made_up_block

SCENARIO = Scenario(name="small", households=48, dirty_share=0.25)
N_BLOCKS = 6


@pytest.fixture
def made_up(monkeypatch):
    """Let the engine be the made-up blocks."""
    monkeypatch.setattr(module, "prepare", lambda scenario: scenario)
    monkeypatch.setattr(module, "make_block", lambda _, number: made_up_block(number))
    monkeypatch.setattr(module, "block_count", lambda _: N_BLOCKS)
    tables = {name: pl.DataFrame({"name": [name, "other"]}) for name in ("regions", "interventions")}
    monkeypatch.setattr(module, "parameter_tables", lambda _: tables)


def content(base):
    return {path.relative_to(base).as_posix(): path.read_bytes() for path in base.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("made_up")
def test_every_file_is_there_and_the_same_for_any_number_of_workers(tmp_path):
    for workers in (1, 2, 5, None):
        write_world(SCENARIO, tmp_path / f"by {workers}", workers)
    first = content(tmp_path / "by 1")
    assert set(first) == FILES - {"observed/case_regions.parquet"}  # of which the blocks have no row
    assert all(content(path) == first for path in tmp_path.iterdir())


@pytest.mark.usefixtures("made_up")
def test_tables_hold_the_rows_of_every_block_in_order(tmp_path):
    write_world(Scenario(households=48), tmp_path / "world")
    blocks = [made_up_block(number) for number in range(N_BLOCKS)]
    for place, names in (("observed", module.OBSERVED), ("truth", module.TRUTH)):
        for name in set(names) - {"case_regions"}:
            found = pl.read_parquet(tmp_path / "world" / place / f"{name}.parquet")
            wanted = pl.concat([getattr(block, place)[name] for block in blocks])
            assert_frame_equal(found, wanted, check_dtypes=False)
    born = pl.read_parquet(tmp_path / "world" / "observed" / "persons.parquet").schema["born_on"]
    assert born == pl.Date  # although no block knows a birthday


@pytest.mark.usefixtures("made_up")
def test_the_summary_counts_what_was_written(tmp_path):
    summary = write_world(SCENARIO, tmp_path / "world")
    assert (summary.households, summary.cases, summary.events) == (48, 24, 72)
    assert sum(summary.planted.values()) == 6 * round(0.25 * 12) == 18
    assert summary.rows["observed/events.parquet"] == 72 + 18
    assert summary.folder == tmp_path / "world"
    for name, n in summary.rows.items():
        path = tmp_path / "world" / name
        table = pl.read_parquet(path) if path.suffix == ".parquet" else pl.read_csv(path)
        assert table.height == n


@pytest.mark.usefixtures("made_up")
def test_sums_are_over_all_blocks(tmp_path):
    summary = write_world(SCENARIO, tmp_path)
    calibration = pl.read_csv(tmp_path / "calibration.csv")
    assert calibration["simulated"][0] == pytest.approx((1 + 2 + 3 + 4 + 5 + 6) / 60)
    assert summary.calibration["simulated"][0] == calibration["simulated"][0]
    for name in ("effects", "risks"):
        table = pl.read_parquet(tmp_path / "truth" / f"{name}.parquet")
        assert set(table["n"]) == {2 * N_BLOCKS}


@pytest.mark.usefixtures("made_up")
def test_the_reader_takes_the_observed_folder_and_sets_aside_the_planted_rows(tmp_path):
    summary = write_world(SCENARIO, tmp_path / "world")
    observed = tmp_path / "world" / "observed"
    histories = CaseHistories.read(observed)
    unused = histories.account.unused
    ids = pl.read_parquet(observed / "events.parquet")["event_id"]
    assert unused["status"].unique().to_list() == ["quarantined"]
    assert unused["table"].unique().to_list() == ["events"]
    assert unused.height == sum(summary.planted.values())
    assert set(ids.gather(unused["source_row"].cast(pl.UInt32) - 1)) == set(ids.filter(ids.str.starts_with("F")))
    assert histories.events.height == summary.events


@pytest.mark.usefixtures("made_up")
def test_planted_rows_change_with_the_seed_and_the_block(tmp_path):
    for seed in (1, 2):
        write_world(SCENARIO.model_copy(update={"seed": seed}), tmp_path / str(seed))
    first, second = (pl.read_parquet(tmp_path / str(seed) / "observed" / "events.parquet") for seed in (1, 2))
    sound = ~pl.col("event_id").str.starts_with("F")
    assert_frame_equal(first.filter(sound), second.filter(sound))
    assert not first.equals(second)
    wrong = [pl.col("kind").is_null(), pl.col("occurred_on").is_null(), pl.col("severity").is_infinite()]
    faults = first.filter(~sound).select(*(expr.alias(str(place)) for place, expr in enumerate(wrong)))
    assert faults.height == 3 * N_BLOCKS
    assert len({str(rows.rows()) for rows in faults.iter_slices(3)}) > 1


@pytest.mark.usefixtures("made_up")
def test_the_scenario_reads_back_equal(tmp_path):
    scenario = Scenario.named("regional_practice_only", households=7, dirty_share=0.02)
    write_world(scenario, tmp_path)
    assert Scenario.read(tmp_path / "scenario.toml") == scenario
    first, second, *_ = (tmp_path / "scenario.toml").read_text(encoding="utf-8").splitlines()
    assert first.startswith("# Written by hgrisk simulate. ")
    assert second == 'name = "regional_practice_only"'


@pytest.mark.usefixtures("made_up")
def test_nothing_observed_tells_the_truth(tmp_path):
    write_world(SCENARIO, tmp_path)
    observed = tmp_path / "observed"
    assert sorted(path.name for path in observed.iterdir()) == sorted(
        f"{name}.parquet" for name in ("events", "cases", "persons", "memberships", "regions")
    )
    for path in observed.iterdir():
        file = pq.ParquetFile(path)
        assert file.metadata.metadata == {name.encode(): text.encode() for name, text in MADE_UP_MARK.items()}
        assert "frailty" not in file.schema.names
        assert b"unseen" not in path.read_bytes()


@pytest.mark.usefixtures("made_up")
def test_progress_counts_the_blocks(tmp_path):
    seen = []
    write_world(SCENARIO, tmp_path, progress=lambda *at: seen.append(at))
    assert seen == [(done, N_BLOCKS) for done in range(N_BLOCKS + 1)]


def test_row_groups_are_gathered_from_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "ROW_GROUP", 20)
    write_blocks(SCENARIO, map(made_up_block, range(N_BLOCKS)), tmp_path, {})
    found = pq.ParquetFile(tmp_path / "observed" / "events.parquet").metadata
    assert [found.row_group(place).num_rows for place in range(found.num_row_groups)] == [30, 30, 30]
    column = found.row_group(0).column(0)
    assert column.compression == "ZSTD"
    assert column.statistics.has_min_max


def test_a_block_is_let_go_before_the_next_one(tmp_path):
    alive, most = weakref.WeakSet(), []

    def blocks():
        for number in range(N_BLOCKS):
            most.append(len(alive))
            block = made_up_block(number)
            alive.add(block)
            yield block
            del block

    write_blocks(SCENARIO, blocks(), tmp_path, {})
    assert most == [0] * N_BLOCKS


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
@pytest.mark.usefixtures("made_up")
def test_an_interruption_leaves_nothing_half_written(tmp_path, error):
    def make(number):
        if number == 3:
            raise error
        return made_up_block(number)

    write_world(SCENARIO, tmp_path / "earlier")
    before = content(tmp_path)
    for name in ("earlier", "new"):
        with closing(stream_blocks(make, N_BLOCKS, 2)) as blocks, pytest.raises(error):
            write_blocks(SCENARIO, blocks, tmp_path / name, {})
    assert content(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["earlier"]


@pytest.mark.usefixtures("made_up")
def test_an_earlier_world_is_replaced(tmp_path):
    write_world(SCENARIO, tmp_path / "world")
    write_world(Scenario(name="second", households=3), tmp_path / "world")
    assert Scenario.read(tmp_path / "world" / "scenario.toml").name == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["world"]


def test_a_folder_of_others_is_refused_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "prepare", lambda _: pytest.fail("prepared"))
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(DataError, match=r"^A made-up world goes to a new folder, .* but found README\.md in "):
        write_world(SCENARIO, tmp_path)
    assert content(tmp_path) == {"README.md": b"mine"}


@pytest.mark.usefixtures("made_up")
def test_a_scenario_of_the_users_own_is_never_replaced(tmp_path):
    mine = tmp_path / "scenario.toml"
    mine.write_text('# my thesis\nname = "mine"\n')
    with pytest.raises(DataError, match=r"found a scenario\.toml that hgrisk did not write in "):
        write_world(Scenario.read(mine), tmp_path)
    assert content(tmp_path) == {"scenario.toml": b'# my thesis\nname = "mine"\n'}


def test_a_real_world_is_read_without_a_bad_row_and_keeps_the_unseen_to_itself(tmp_path):
    summary = write_world(Scenario.named("drift", households=150, seed=4), tmp_path)
    histories = CaseHistories.read(tmp_path / "observed")
    assert MADE_UP_NOTE in histories.notes
    assert histories.account.unused.is_empty()
    assert (histories.events.height, histories.cases.height) == (summary.events, summary.cases)
    assert 0 < summary.cases < summary.households == 150
    homes = pl.read_parquet(tmp_path / "truth" / "households.parquet")
    assert set(homes.filter("in_register")["case_id"]) == set(histories.cases["case_id"])
    outcomes = pl.read_parquet(tmp_path / "truth" / "outcomes.parquet")
    assert set(outcomes["event_id"]) <= set(histories.events["event_id"])
    known = {*histories.memberships["person_id"]}
    assert set(histories.persons["person_id"]) == known
    hidden = {"frailty", "rate_1", "rate_2", "onset_at", "in_register", "at", "reported"}
    for path in (tmp_path / "observed").iterdir():
        assert not hidden & set(pq.read_schema(path).names)


@pytest.mark.usefixtures("made_up")
def test_no_workers_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="1 worker or more, but found 0"):
        write_world(SCENARIO, tmp_path / "world", workers=0)
    assert list(tmp_path.iterdir()) == []
