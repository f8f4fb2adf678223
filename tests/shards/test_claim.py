"""A folder belongs to one build."""

import re

import pytest

from hgrisk.errors import DataError
from hgrisk.histories.mapping import MappingFile
from hgrisk.shards.build import BuildSettings
from hgrisk.shards.claim import STAGE, claim_folder, give_up, origin_of

SOURCES = MappingFile.parse(
    {
        "name": "n",
        "source": [
            {
                "table": "events",
                "file": "e.csv",
                "columns": {"case_id": "case_id", "kind": "kind", "occurred_on": "occurred_on"},
            }
        ],
    },
    "here",
)


def origin(folder, content="x", settings=None, sources=SOURCES):
    folder.mkdir(exist_ok=True)
    (folder / "e.csv").write_text(content)
    return origin_of(folder, sources, settings or BuildSettings())


def refusal(out, made_from):
    with pytest.raises(DataError) as caught:
        claim_folder(out, made_from)
    return str(caught.value)


def test_the_same_build_has_the_same_origin(tmp_path):
    first = origin(tmp_path / "a")
    assert first == origin(tmp_path / "b")
    assert first["data"] != origin(tmp_path / "b", "y")["data"]
    assert first["data"] != origin(tmp_path / "a", sources=SOURCES.model_copy(update={"name": "m"}))["data"]
    assert first["settings"] != origin(tmp_path / "a", settings=BuildSettings(shard_events=5))["settings"]


def test_a_new_or_empty_folder_and_that_of_the_same_build_are_taken(tmp_path):
    made_from = origin(tmp_path / "data")
    (tmp_path / "empty").mkdir()
    for out in (tmp_path / "new" / "inner", tmp_path / "empty"):
        for _ in range(2):
            claim_folder(out, made_from)
        assert sorted(path.name for path in out.iterdir()) == [STAGE, "build.json", "features", "landmarks"]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("data", "one of another delivery in out"),
        ("settings", "one of another experiment or shard size in out"),
        ("code", "one of another version in out"),
    ],
)
def test_another_build_is_refused(key, words, tmp_path):
    made_from = origin(tmp_path / "data")
    claim_folder(tmp_path / "out", made_from)
    rule = f"A folder holds the features of one build, but found {words}: name a new folder, or remove this one."
    assert refusal(tmp_path / "out", {**made_from, key: "other"}) == rule


@pytest.mark.parametrize("name", ["mine.txt", "whole.json", "features"])
def test_a_folder_of_something_else_is_refused_and_left_alone(name, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("mine")
    assert re.search(f"but found {name} in out: name a new folder", refusal(out, origin(tmp_path / "data")))
    assert [path.name for path in out.iterdir()] == [name]


def test_a_foreign_file_in_the_folder_of_a_build_is_refused(tmp_path):
    claim_folder(tmp_path / "out", origin(tmp_path / "data"))
    (tmp_path / "out" / "thesis.docx").write_text("mine")
    assert "found thesis.docx in out" in refusal(tmp_path / "out", origin(tmp_path / "data"))


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "out").write_text("mine")
    assert "that a file is in the way, out" in refusal(tmp_path / "out", origin(tmp_path / "data"))


def test_giving_up_leaves_an_empty_folder(tmp_path):
    claim_folder(tmp_path / "out", origin(tmp_path / "data"))
    give_up(tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
