"""Files in a folder or frames by name, each read once."""

import gzip

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from hgrisk.errors import DataError
from hgrisk.histories.account import ROW
from hgrisk.histories.delivery import Delivery
from hgrisk.provenance import MADE_UP_MARK

FRAME = pl.DataFrame({"id": ["a", "b"], "n": ["1", "2"]})


def refusal(delivery, file) -> str:
    with pytest.raises(DataError) as caught:
        delivery.rows(file)
    return str(caught.value)


@pytest.fixture
def folder(tmp_path):
    FRAME.write_csv(tmp_path / "t.csv")
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress((tmp_path / "t.csv").read_bytes()))
    FRAME.write_parquet(tmp_path / "t.parquet")
    (tmp_path / "T.CSV").write_bytes((tmp_path / "t.csv").read_bytes())
    return tmp_path


@pytest.mark.parametrize("file", ["t.csv", "t.csv.gz", "t.parquet", "T.CSV"])
def test_every_kind_of_file_gives_the_same_numbered_rows(folder, file):
    rows = Delivery.of(str(folder)).rows(file)
    assert_frame_equal(rows.frame, FRAME.select(pl.Series(ROW, [1, 2]), pl.all()))
    assert (rows.n_read, rows.broken.height) == (2, 0)


@pytest.mark.parametrize("frame", [FRAME, FRAME.lazy(), FRAME.to_pandas()], ids=["eager", "lazy", "pandas"])
def test_every_kind_of_frame_gives_the_same_numbered_rows(frame):
    rows = Delivery.of({"t": frame}).rows("t")
    assert_frame_equal(rows.frame, FRAME.select(pl.Series(ROW, [1, 2]), pl.all()))
    assert FRAME.columns == ["id", "n"]


def test_a_file_is_read_once_for_each_way_of_reading(folder):
    delivery = Delivery.of(folder)
    assert delivery.rows("t.csv") is delivery.rows("t.csv")
    assert delivery.rows("t.csv", delimiter=";").frame.columns == [ROW, "id,n"]


def test_names(folder):
    (folder / "sub").mkdir()
    assert Delivery.of(folder).names == ["T.CSV", "t.csv", "t.csv.gz", "t.parquet"]
    assert Delivery.of({"b": FRAME, "a": FRAME}).names == ["a", "b"]


def test_a_pandas_index_in_parquet_stays_behind(tmp_path):
    FRAME.to_pandas().set_index(pd.Index([5, 9])).to_parquet(tmp_path / "t.parquet")
    assert Delivery.of(tmp_path).rows("t.parquet").frame.columns == [ROW, "id", "n"]


@pytest.mark.parametrize("content", [b"not parquet", b"PAR1....PAR1", b"PAR1"])
def test_not_parquet(tmp_path, content):
    (tmp_path / "t.parquet").write_bytes(content)
    assert refusal(Delivery.of(tmp_path), "t.parquet") == (
        "A .parquet file is Parquet, but found t.parquet, which is not: deliver it again."
    )


def test_the_mark_of_a_made_up_world_is_seen_once_a_source_is_read(tmp_path):
    marked = pa.table({"n": [1]}).replace_schema_metadata(MADE_UP_MARK)
    pq.write_table(marked, tmp_path / "made_up.parquet")
    pq.write_table(marked.replace_schema_metadata({"hgrisk": "something else"}), tmp_path / "other.parquet")
    delivery = Delivery.of(tmp_path)
    delivery.rows("other.parquet")
    assert not delivery.made_up
    delivery.rows("made_up.parquet")
    assert delivery.made_up


def test_a_name_twice_in_parquet(tmp_path):
    pq.write_table(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]), tmp_path / "t.parquet")
    assert refusal(Delivery.of(tmp_path), "t.parquet") == (
        "Every column of t.parquet has a name of its own, but found one name twice: rename one of them."
    )


def test_a_name_of_the_row_account(tmp_path):
    taken = pl.DataFrame({"hg:row": [1]})
    taken.write_parquet(tmp_path / "t.parquet")
    for delivery, name in ((Delivery.of(tmp_path), "t.parquet"), (Delivery.of({"t": taken}), "t")):
        assert refusal(delivery, name) == (
            f"A column's name does not begin with 'hg:', but found 'hg:row' in {name}: rename it."
        )


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame])
def test_no_rows(tmp_path, make):
    FRAME.clear().write_parquet(tmp_path / "t.parquet")
    text = "A source has rows, but found none in {}: deliver it again or leave it out."
    assert refusal(Delivery.of(tmp_path), "t.parquet") == text.format("t.parquet")
    assert refusal(Delivery.of({"t": make({"a": []})}), "t") == text.format("t")


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet"])
def test_an_empty_file(tmp_path, name):
    (tmp_path / name).touch()
    assert refusal(Delivery.of(tmp_path), name) == (
        f"A source file has a header and rows, but found {name}, which is empty: deliver the file again."
    )


@pytest.mark.parametrize("name", ["t.xlsx", "t.txt", "t.gz", "csv"])
def test_an_unknown_kind_of_file(tmp_path, name):
    (tmp_path / name).write_text("a\n1\n")
    assert refusal(Delivery.of(tmp_path), name) == (
        f"A source is .csv, .csv.gz or .parquet, but found {name}: convert the file to one of these."
    )


def test_an_absent_file_and_an_absent_frame(tmp_path):
    (tmp_path / "t.csv").mkdir()
    assert refusal(Delivery.of(tmp_path), "t.csv") == (
        f"A source file exists, but found no file t.csv in {tmp_path}: check the folder and mapping."
    )
    assert refusal(Delivery.of({"b": FRAME, 1: FRAME}), "a") == (
        "A source is among the frames, but found no frame 'a': pass one of ['1', 'b']."
    )


@pytest.mark.parametrize("data", [FRAME, [FRAME], None])
def test_neither_a_folder_nor_frames(data):
    with pytest.raises(DataError) as caught:
        Delivery.of(data)
    assert str(caught.value) == (
        f"The data is a folder or a dict of frames, but found {type(data).__name__}: pass {{'events': frame}}."
    )


def test_not_a_folder(tmp_path):
    (tmp_path / "t.csv").write_text("a\n1\n")
    for path in (tmp_path / "no", str(tmp_path / "t.csv")):
        with pytest.raises(DataError) as caught:
            Delivery.of(path)
        assert str(caught.value) == (
            f"The data is a folder of files, but found {path}: give the folder that holds them."
        )
