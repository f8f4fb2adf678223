"""A mapping is applied to every row, and every row that does not come through is told."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.histories.apply import apply_mapping, filter_expression
from hgrisk.histories.mapping import RowFilter, SourceMap
from hgrisk.histories.raw import whole

COLUMNS = {"case_id": "id", "kind": "what", "occurred_on": "day"}


def apply(data, **keys):
    frame = data if isinstance(data, pl.DataFrame) else pl.DataFrame(data, strict=False)
    plan = SourceMap.parse({"table": "events", "file": "f", "columns": COLUMNS, **keys}, "m.toml")
    return apply_mapping(whole(frame, "f"), plan)


def told(rows) -> list[tuple]:
    return rows.unused.select("source_row", "status", "reason").sort("source_row").rows()


def sound(n=1, /, **columns) -> dict:
    return {"id": ["H1"] * n, "what": ["report"] * n, "day": ["2019-01-05"] * n, **columns}


def kept(values, **condition) -> list:
    frame = pl.DataFrame({"x": values}, strict=False)
    return frame.filter(filter_expression(RowFilter(column="x", **condition)))["x"].to_list()


@pytest.mark.parametrize(
    ("values", "condition", "expected"),
    [
        (["a", "b", None], {"equals": "a"}, ["a"]),
        (["a", "b", None], {"not_equals": "a"}, ["b", None]),
        (["a", "b", None], {"is_in": ("a", "z")}, ["a"]),
        (["a", "b", None], {"is_in": ()}, []),
        (["a", "b", None], {"not_in": ("a", "z")}, ["b", None]),
        (["1", "9", "10", None], {"at_least": 9}, ["9", "10"]),
        (["1", "9", "10", None], {"at_most": 9}, ["1", "9"]),
        ([1, 2, 3, None], {"at_least": 2, "at_most": 2}, [2]),
        (["a", None], {"is_null": True}, [None]),
        (["a", None], {"is_null": False}, ["a"]),
        (["a", "b"], {"not_equals": "a", "is_in": ("a", "b")}, ["b"]),
    ],
)
def test_every_kind_of_filter(values, condition, expected):
    assert kept(values, **condition) == expected


@pytest.mark.parametrize(
    ("values", "value", "expected"),
    [
        ([1, 2], 1, [1]),
        ([1.0, 1.5], 1, [1.0]),
        (["1", "1.0", "01"], 1, ["1", "1.0"]),
        (["1", "1.0"], 1.0, ["1", "1.0"]),
        (["1", "1.0"], "1", ["1"]),
        ([1.5, 2.0], 1.5, [1.5]),
        ([True, False], True, [True]),
        (["True", "TRUE", "true", "1"], True, ["True", "TRUE", "true"]),
        (["True", "true"], "true", ["true"]),
    ],
)
def test_numbers_and_flags_are_compared_in_every_spelling(values, value, expected):
    assert kept(values, equals=value) == expected
    assert kept(values, is_in=(value,)) == expected
    rest = [one for one in values if not any(one is same for same in expected)]
    assert kept(values, not_equals=value) == rest
    assert kept(values, not_in=(value,)) == rest


@given(st.lists(st.sampled_from(["a", "b", "3", None])), st.sampled_from(["a", "3", 3]))
def test_a_filter_and_its_opposite_part_the_rows(values, value):
    frame = {"x": pl.Series(values, dtype=pl.String)}
    assert len(kept(frame["x"], equals=value)) + len(kept(frame["x"], not_equals=value)) == len(values)
    assert kept(frame["x"], is_in=(value,)) == kept(frame["x"], equals=value)
    assert kept(frame["x"], not_in=(value,)) == kept(frame["x"], not_equals=value)


def test_filtered_rows_are_excluded_with_the_filter_as_reason():
    rows = apply(
        sound(4, n=["1", "2", "3", "4"]),
        where=[{"column": "n", "not_equals": 2}, {"column": "n", "at_most": 3}],
    )
    assert rows.frame["hg:row"].to_list() == [1, 3]
    assert told(rows) == [
        (2, "excluded", "filter: n not_equals 2"),
        (4, "excluded", "filter: n at_most 3.0"),
    ]


def test_what_is_no_number_does_not_vanish_in_a_filter_on_numbers():
    rows = apply(sound(4, n=["1,5", "2", None, "low"]), where=[{"column": "n", "at_least": 1}])
    assert rows.frame["hg:row"].to_list() == [2]
    assert told(rows) == [
        (1, "quarantined", "n is not a number"),
        (3, "excluded", "filter: n at_least 1.0"),
        (4, "quarantined", "n is not a number"),
    ]


def test_a_filter_sees_texts_without_the_blanks_around_them():
    rows = apply(sound(2, n=[" yes", "\u00a0yes\u200b "]), where=[{"column": "n", "equals": "yes"}])
    assert rows.frame.height == 2


def test_texts_lose_the_blanks_around_them_and_nothing_else():
    rows = apply(sound(3, id=["\ufeff H1 ", " 007", "a b"], what=["report", "\treport\n", "report"]))
    assert rows.frame["case_id"].to_list() == ["H1", "007", "a b"]
    assert rows.frame["kind"].to_list() == ["report"] * 3


@pytest.mark.parametrize("word", ["", "  ", "NA", "N/A", "NaN", "nan", "NULL", " NULL ", "null", "None"])
def test_words_for_nothing_are_no_identifiers(word):
    columns = {**COLUMNS, "person_id": "p", "ended_on": "p", "severity": "p"}
    rows = apply(sound(p=[word]), columns=columns)
    assert rows.frame.select("person_id", "ended_on", "severity").row(0) == (None, None, None)


def test_words_for_nothing_can_be_chosen():
    columns = {**COLUMNS, "person_id": "p"}
    rows = apply(sound(3, p=["NA", "?", ""]), columns=columns, null_values=["?"])
    assert rows.frame["person_id"].to_list() == ["NA", None, None]


def test_a_word_for_nothing_that_the_mapping_names_keeps_its_meaning():
    coded = {"column": "c", "codes": {"NA": "not asked", "1": "yes"}}
    columns = {**COLUMNS, "code": coded, "person_id": "p"}
    rows = apply(sound(2, c=["NA", "1"], p=["NA", "P1"]), columns=columns)
    assert rows.frame.select("code", "person_id").rows() == [("not asked", None), ("yes", "P1")]
    rows = apply(sound(2, c=["NA", "1"]), where=[{"column": "c", "not_in": ["NA"]}])
    assert told(rows) == [(1, "excluded", "filter: c not_in ('NA',)")]


@pytest.mark.parametrize("empty", [None, "", "  ", "NULL"])
def test_a_blank_row_is_excluded_even_where_constants_fill_it(empty):
    columns = {"case_id": "id", "kind": {"value": "report"}, "occurred_on": {"value": "2019-01-05"}}
    rows = apply({"id": ["H1", empty], "x": [None, None]}, columns=columns)
    assert told(rows) == [(2, "excluded", "blank row")]
    assert rows.frame.height == 1


def test_a_row_is_quarantined_for_the_first_column_that_is_wrong():
    columns = {**COLUMNS, "severity": "s"}
    rows = apply(sound(3, day=["x", "2019-01-05", "x"], s=["1", "high", "high"]), columns=columns)
    assert told(rows) == [
        (1, "quarantined", "occurred_on is not a date"),
        (2, "quarantined", "severity is not a number"),
        (3, "quarantined", "occurred_on is not a date"),
    ]


@pytest.mark.parametrize(
    ("columns", "keys"),
    [
        ({"person_id": "no"}, {}),
        ({"ended_on": {"start": "no", "plus": "id"}}, {}),
        ({"ended_on": {"start": "day", "plus": "no"}}, {}),
        ({}, {"where": [{"column": "no", "equals": 1}]}),
        ({}, {"extra": ["no"]}),
    ],
)
def test_a_column_that_is_not_there(columns, keys):
    with pytest.raises(DataError) as caught:
        apply(sound(), columns={**COLUMNS, **columns}, **keys)
    assert str(caught.value) == (
        "events: f has every column its mapping names, but found no no among id, what, day: mend the mapping or "
        "deliver the column."
    )


def test_a_file_without_a_header_does_not_end_up_in_an_error():
    with pytest.raises(DataError) as caught:
        apply({"H123": ["H1"], "report": ["report"], "2019-01-05": ["2019-01-06"]})
    assert str(caught.value) == (
        "events: f has every column its mapping names, but found no day, id, what among names that seem to be a row of "
        "data: mend the mapping or deliver the column."
    )


def test_extra_columns_travel_along():
    data = sound(2, age=[30, 40], note=[" a ", "NULL"], kind=["k", "k"], **{"": [0, 1]})
    assert apply(data, extra=["note", "age"]).frame.select("note", "age").rows() == [("a", 30), (None, 40)]
    assert apply(data, extra="all").frame.columns[6:] == ["age", "note"]
    assert apply(data).frame.columns[6:] == []


@pytest.mark.parametrize(("values", "extra"), [([1.0, 2.0, None, 3.0], "all"), (["1", "2", "", "NA"], ["x"])])
def test_an_extra_column_can_be_recoded(values, extra):
    rows = apply(sound(4, x=values), extra=extra, recode={"x": {"1": "yes", "NA": 0}})
    wrong = {2: "x is not in its code list", 4: "x is not in its code list"}
    if "NA" in values:
        del wrong[4]
    assert told(rows) == [(row, "quarantined", reason) for row, reason in wrong.items()]
    assert rows.frame["x"].to_list() == ["yes", None, *([] if 4 in wrong else ["0"])]


def test_an_extra_column_does_not_take_one_of_our_names():
    with pytest.raises(DataError) as caught:
        apply(sound(kind=["k"]), extra=["kind"])
    assert str(caught.value) == (
        "An extra column has a name of its own, but found 'kind': map it under [source.columns] instead."
    )


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pl.Series([[1]]), "List"),
        (pl.Series([{"a": 1}]), "Struct"),
        (pl.Series([b"x"]), "Binary"),
        (pl.Series([1]).cast(pl.Duration), "Duration"),
        (pl.Series([object()], dtype=pl.Object), "Object"),
    ],
)
def test_a_column_of_things_is_refused_where_it_is_used(values, kind):
    frame = pl.DataFrame(sound()).with_columns(values.alias("x"))
    for keys in ({"extra": "all"}, {"extra": ["x"]}, {"columns": {**COLUMNS, "code": "x"}}):
        with pytest.raises(DataError) as caught:
            apply(frame, **keys)
        assert str(caught.value) == (
            f"A column of events: f holds texts, numbers or dates, but found {kind} in 'x': convert the column or "
            "leave it out."
        )
    assert apply(frame).frame.height == 1


def test_a_column_of_nothing():
    columns = {**COLUMNS, "person_id": "x", "ended_on": "x", "known_at": "x", "severity": "x"}
    columns["code"] = {"column": "x", "codes": {"a": "b"}}
    rows = apply(pl.DataFrame(sound()).with_columns(x=None), columns=columns)
    assert rows.frame.select("person_id", "ended_on", "known_at", "severity", "code").row(0) == (None,) * 5


def test_row_numbers_are_those_of_the_file_whatever_is_left_out():
    columns = {**COLUMNS, "case_id": {"row_number": True, "prefix": "R"}}
    rows = sound(4, what=["report", "advice", None, "report"], id=[None, None, None, None], day=["2019-01-05"] * 4)
    mapped = apply({**rows, "day": ["2019-01-05", "2019-01-06", None, "2019-01-08"]}, columns=columns)
    assert mapped.frame["case_id"].to_list() == ["R1", "R2", "R4"]
    assert told(mapped) == [(3, "excluded", "blank row")]
    only = apply(rows, columns=columns, where=[{"column": "what", "equals": "report"}])
    assert only.frame["case_id"].to_list() == ["R1", "R4"]
