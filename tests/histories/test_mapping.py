"""A mapping file says what it means or is refused in one sentence."""

from datetime import date

import pytest
from pydantic import ValidationError

from hgrisk.errors import ConfigError
from hgrisk.histories.column_map import ColumnMap
from hgrisk.histories.mapping import MappingFile, RowFilter, SourceMap, read_mapping

COLUMNS = {"case_id": "id", "kind": {"value": "report"}, "occurred_on": "day"}


def source(**keys) -> dict:
    return {"table": "events", "file": "a.csv", "columns": COLUMNS, **keys}


def refusal(cls, values) -> str:
    with pytest.raises(ConfigError) as caught:
        cls.parse(values, "m.toml")
    return str(caught.value)


def test_a_mapping_file_is_read(tmp_path):
    path = tmp_path / "m.toml"
    path.write_text(
        """
        name = "county"
        extracted_on = 2020-01-31
        [[source]]
        table = "events"
        file = "a.csv"
        where = [{ column = "n", at_least = 1 }]
        extra = "all"
        [source.columns]
        case_id = "id"
        kind = { value = "report" }
        occurred_on = { start = 2019-01-01, plus = "days" }
        """
    )
    plan = read_mapping(path)
    assert plan.extracted_on == date(2020, 1, 31)
    assert plan.source[0].columns["case_id"] == ColumnMap(column="id")
    assert plan.source[0].columns["occurred_on"] == ColumnMap(start="2019-01-01", plus="days")
    assert plan.source[0].where == (RowFilter(column="n", at_least=1),)
    assert plan.source[0].label == "events: a.csv"
    with pytest.raises(ValidationError):
        plan.name = "other"


def test_a_name_replaces_the_label():
    assert SourceMap.parse(source(name="reports"), "m.toml").label == "reports"


def test_an_absent_mapping_and_one_that_is_no_toml(tmp_path):
    path = tmp_path / "m.toml"
    with pytest.raises(ConfigError) as caught:
        read_mapping(path)
    assert str(caught.value) == f"A settings file exists, but found no file {path}: check the path."
    path.write_text("name = county")
    with pytest.raises(ConfigError) as caught:
        read_mapping(path)
    assert str(caught.value).startswith("m.toml is valid TOML in UTF-8, but found Invalid value (at line 1, column 8)")


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (
            {"table": "event"},
            (
                "A source fills a known table, but found 'event': use one of events, cases, persons, memberships, "
                "regions, case_regions."
            ),
        ),
        (
            {"columns": {**COLUMNS, "knd": "x"}},
            (
                "A source of events maps known columns, but found knd: use event_id, case_id, person_id, "
                "exposed_person_id, kind, code, further_kinds, occurred_on, known_on, ended_on, corrected_on, "
                "occurred_at, known_at, severity, source, value, or list it under extra."
            ),
        ),
        (
            {"columns": {"case_id": "id"}},
            (
                "A source of events maps every compulsory column, but found no kind, occurred_on in events: a.csv: add "
                "it under [source.columns]."
            ),
        ),
        (
            {"delimeter": ";"},
            (
                "m.toml takes known keys only, but found 'delimeter': use one of columns, date_format, delimiter, "
                "encoding, extra, file, name, null_values, recode, table, time_zone, where."
            ),
        ),
        (
            {"time_zone": "Europe/Mokum"},
            "A time zone is known, but found 'Europe/Mokum': use one such as 'Europe/Amsterdam'.",
        ),
        (
            {"columns": {**COLUMNS, "severity": {"value": "high"}}},
            "A fixed value fits its column severity, but found 'high': give a number.",
        ),
        (
            {"columns": {**COLUMNS, "known_at": {"column": "x", "format": "%d%z"}}},
            (
                "A format with an offset goes with a time zone, but found '%d%z' alone: add time_zone, such as "
                "'Europe/Amsterdam'."
            ),
        ),
        ({"delimiter": ""}, "m.toml: delimiter must be valid, but found '': string should have at least 1 character."),
        (
            {"extra": ["age"], "recode": {"sex": {"m": 1}}},
            "A code list under recode is for an extra column, but found 'sex': list it under extra.",
        ),
        (
            {"extra": "all", "recode": {"id": {"m": 1}}},
            "A code list under recode is for an extra column, but found 'id': list it under extra.",
        ),
        (
            {"delimiter": '"'},
            """m.toml: delimiter must be valid, but found '"': string should match pattern '[^\\"\\r\\n]'.""",
        ),
        ({"file": ""}, "m.toml: file must be valid, but found '': string should have at least 1 character."),
    ],
)
def test_a_source_is_refused(keys, text):
    assert refusal(SourceMap, source(**keys)) == text


@pytest.mark.parametrize(
    "file",
    [
        "../secret.csv",
        "sub/../../secret.csv",
        "/etc/secret.csv",
        "..\\secret.csv",
        "C:\\secret.csv",
        "C:secret.csv",
        "\\\\server\\secret.csv",
        "\\secret.csv",
        "..",
    ],
)
def test_a_file_outside_the_folder_is_refused(file):
    assert refusal(SourceMap, source(file=file)) == (
        f"A source file lies inside the data folder, but found {file!r}: put the file there and give its name alone."
    )


@pytest.mark.parametrize("file", ["a.csv", "sub/a.csv", "a..b.csv", "..a.csv", "frame key"])
def test_a_file_inside_the_folder_is_accepted(file):
    assert SourceMap.parse(source(file=file), "m.toml").file == file


@pytest.mark.parametrize("layout", ["%d-%m-%y", "%D"])
def test_a_date_of_birth_needs_its_century(layout):
    text = (
        f"A date of birth has a year of four digits, but found {layout!r}: deliver it with four: 55 is 1955 as well "
        "as 2055."
    )
    born = {"table": "persons", "file": "p.csv", "columns": {"person_id": "id", "born_on": "born"}}
    assert refusal(SourceMap, {**born, "date_format": layout}) == text
    assert (
        refusal(SourceMap, {**born, "columns": {"person_id": "id", "born_on": {"column": "b", "format": layout}}})
        == text
    )
    assert SourceMap.parse(source(date_format=layout), "m.toml").date_format == layout


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (
            {"source": [{"table": "persons", "file": "p.csv", "columns": {"person_id": "id"}}]},
            (
                "A mapping fills the events table, but found sources for ['persons'] only: add a [[source]] with table "
                "= 'events'."
            ),
        ),
        (
            {"source": [source(), source()]},
            "Every source has a name of its own, but found 'events: a.csv' twice: give each [[source]] its own name.",
        ),
        (
            {"source": [source(name="x"), source(name="x", file="b.csv")]},
            "Every source has a name of its own, but found 'x' twice: give each [[source]] its own name.",
        ),
        ({}, "m.toml needs the key 'source', but found nothing: add it."),
        (
            {"source": [source()], "sources": []},
            "m.toml takes known keys only, but found 'sources': use one of description, extracted_on, name, source.",
        ),
        (
            {"source": [source()], "extracted_on": "2019-02-31"},
            (
                "m.toml: extracted_on must be valid, but found '2019-02-31': input should be a valid date or datetime, "
                "day value is outside expected range."
            ),
        ),
    ],
)
def test_a_mapping_is_refused(keys, text):
    assert refusal(MappingFile, {"name": "x", **keys}) == text


def test_one_file_may_fill_several_sources():
    plan = {"name": "x", "source": [source(name="one"), source(name="two")]}
    assert [one.label for one in MappingFile.parse(plan, "m.toml").source] == ["one", "two"]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"equals": "x"}, "kind equals x"),
        ({"not_equals": 1}, "kind not_equals 1"),
        ({"is_in": ["a", "b"]}, "kind is_in ('a', 'b')"),
        ({"not_in": [1]}, "kind not_in (1,)"),
        ({"at_least": 1, "at_most": 2.5}, "kind at_least 1.0 and at_most 2.5"),
        ({"is_null": False}, "kind is_null False"),
        ({"equals": "x", "at_most": None}, "kind equals x"),
    ],
)
def test_a_filter_in_words(condition, words):
    assert RowFilter.parse({"column": "kind", **condition}, "m.toml").describe() == words


@pytest.mark.parametrize("condition", [{}, {"equals": None}])
def test_a_filter_without_a_condition(condition):
    assert refusal(RowFilter, {"column": "kind", **condition}) == (
        "A filter states a condition, but found none for column 'kind': add one of equals, not_equals, is_in, not_in, "
        "at_least, at_most, is_null."
    )


def numbered(*files: str, prefixes=("", "")) -> dict:
    columns = [{**COLUMNS, "case_id": {"row_number": True, "prefix": prefix}} for prefix in prefixes]
    sources = [
        source(file=file, name=f"{place}", columns=own)
        for place, (file, own) in enumerate(zip(files, columns, strict=True))
    ]
    return {"name": "county", "source": sources}


def test_row_numbers_tell_rows_of_one_file_apart():
    MappingFile.parse(numbered("a.csv", "a.csv"), "m.toml")
    MappingFile.parse(numbered("a.csv", "b.csv", prefixes=("A", "B")), "m.toml")
    assert refusal(MappingFile, numbered("a.csv", "b.csv")) == (
        "Row numbers tell rows of one file apart, but found case_id numbered in 'a.csv' and in 'b.csv': give each file "
        "a prefix of its own, or map a column that links them."
    )
