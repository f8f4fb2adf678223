"""Sentences: all of them used, none of them in the wrong language."""

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

import hgrisk.report.voice as voice_module
from hgrisk.evaluation.registry import all_metrics
from hgrisk.report.voice import voice

FRAGMENT = 12  # shorter pieces of a sentence may well occur in both languages


def flat(table, path=()):
    if not isinstance(table, dict):
        return {path: table}
    return {key: text for name, part in table.items() for key, text in flat(part, (*path, name)).items()}


def sentences(lang):
    files = [("hgrisk.report", f"texts_{lang}.toml"), ("hgrisk.figures", f"words_{lang}.toml")]
    texts = [resources.files(package).joinpath(name).read_text(encoding="utf-8") for package, name in files]
    return {
        (number, *key): text for number, each in enumerate(texts) for key, text in flat(tomllib.loads(each)).items()
    }


@pytest.mark.parametrize(("here", "other"), [("nl", "en"), ("en", "nl")])
def test_a_page_in_one_language_holds_no_sentence_of_the_other(pages, read_page, here, other):
    page = read_page(pages[here])
    whole = " ".join([page.text, *(attributes.get("aria-label", "") for attributes in page.all("svg"))])
    own, left = sentences(here), []
    for key, text in sentences(other).items():
        pieces = [piece.strip() for piece in re.split(r"\{\w+\}", text)]
        pieces = [piece for piece in pieces if len(piece) >= FRAGMENT and piece not in own[key]]
        left += [(key, piece) for piece in pieces if piece in whole]
    assert left == []


def test_every_sentence_of_the_report_is_used():
    room = Path(voice_module.__file__).parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted(room.glob("*.py")))
    code += (room / "template.html.j2").read_text(encoding="utf-8")
    spoken = voice("en").texts
    built = {"headline", "opening", "glossary", "limits"}  # their keys are put together from parts
    for section, texts in spoken.items():
        if section in built or section == "labels":
            continue
        for key in texts:
            assert f'"{key}"' in code, (section, key)


def test_labels_fall_back_to_the_name():
    speaking = voice("nl")
    assert speaking.label("models", "cox") == "Cox-regressie"
    assert speaking.label("models", "our_model") == "our_model"
    assert speaking.label("metrics", "lift_at_5") == "lift_at_5"
    assert speaking.label("metrics", "lift@5%") == "lift@5%"


def test_a_capacity_follows_the_label():
    assert voice("en").label("metrics", "capacity_recall@2%") == "Recall at capacity (2%)"
    assert voice("nl").label("metrics", "capacity_recall@12.5%") == "Gevonden aandeel bij capaciteit (12,5%)"
    assert voice("en").hint("capacity_recall@2%") == voice("en").labels("hints")["capacity_recall"]
    assert voice("en").hint("lift@5%") == ""


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_metric_has_a_label_and_a_hint(lang):
    for name in all_metrics():
        assert voice(lang).label("metrics", name) != name
        assert voice(lang).hint(name)


@pytest.mark.parametrize(
    ("key", "value", "written"),
    [
        ("merge_window_days", 14, "14 days"),
        ("median_follow_up_days", 811.5, "811.5 days"),
        ("n_landmarks", 27510, "27,510"),
        ("horizons_days", (183, 365), "6 months, 12 months"),
        ("competing_events", ["death", "moved"], "death, moved"),
        ("kind", "temporal", "by date"),
        ("definition", "", "none"),
    ],
)
def test_facts_are_written_by_their_kind(key, value, written):
    assert voice("en").fact(key, value) == written


def test_phrases_keep_their_numbers():
    speaking = voice("nl")
    assert speaking.phrase("attrition", "observed for less than 730 days") == "korter dan 730 dagen in beeld"
    assert speaking.phrase("attrition", "eligible: age >= 18") == "eligible: age >= 18"
