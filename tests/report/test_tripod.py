"""Every one of the 27 items has an entry, or says that the run has nothing to say of it."""

import dataclasses
from types import MappingProxyType

import pytest

from hgrisk.report.tripod import N_ITEMS, tripod_table
from hgrisk.words import load_words

LEFT_TO_THE_AUTHOR = {2, 3, 4, 17, 19, 21, 24, 25, 27}


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_all_27_items_have_an_entry_or_say_that_there_is_none(content, lang):
    table = tripod_table(content, lang)
    assert table["item"].tolist() == list(range(1, N_ITEMS + 1))
    assert (table[["topic", "entry"]].map(str.strip) != "").all(axis=None)
    none = table.loc[~table["from_the_run"]]
    assert set(none["item"]) == LEFT_TO_THE_AUTHOR
    assert set(none["entry"]) == {load_words(lang, "hgrisk.report", "tripod")["missing"]}
    assert not table["entry"].str.contains(r"[{}]|nan", regex=True).any()


def test_entries_are_the_facts_of_the_run(content):
    entry = tripod_table(content).set_index("item")["entry"]
    assert entry[1] == content.title
    assert f"{content.rows['read'].sum():,} rows read" in entry[5]
    assert entry[6].startswith(f"{content.attrition['remaining'].iloc[-1]:,} landmarks of ")
    assert entry[8] == content.outcome_facts["definition"]
    assert entry[9].startswith(f"{len(content.features)} features")
    assert f"{content.outcome_facts['n_events']:,} of them followed" in entry[10]
    assert entry[26] == " ".join(content.limits)


def test_what_a_run_lacks_is_said_to_be_missing(content):
    bare = dataclasses.replace(
        content,
        scores=content.scores[content.scores["group"] == "all"],
        coefficients=None,
        limits=[],
        outcome_facts=MappingProxyType({}),
        split_facts=MappingProxyType({}),
        attrition=content.attrition.iloc[:0],
    )
    table = tripod_table(bare).set_index("item")
    lacking = set(table.index[~table["from_the_run"]]) - LEFT_TO_THE_AUTHOR
    assert lacking == {6, 8, 10, 13, 14, 16, 22, 26}
    empty = tripod_table(dataclasses.replace(bare, scores=content.scores.iloc[:0])).set_index("item")
    assert not empty.loc[[12, 14, 15, 16, 20, 22, 23], "from_the_run"].any()


def test_scores_on_training_rows_are_called_too_good(content):
    table = tripod_table(dataclasses.replace(content, apparent=True)).set_index("item")
    assert table.loc[16, "entry"].endswith("every score is too good.")


def test_both_languages_have_every_topic():
    for lang in ("en", "nl"):
        assert list(load_words(lang, "hgrisk.report", "tripod")["topics"]) == [str(n) for n in range(1, N_ITEMS + 1)]
