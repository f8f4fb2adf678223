import numpy as np
import pandas as pd
import pytest

from hgrisk.models.points_card import PointsCard
from hgrisk.report.blocks import Fold, Paragraph, Table
from hgrisk.report.card import card
from hgrisk.report.voice import voice
from hgrisk.surv import Surv

POINTS = pd.DataFrame(
    [
        ("mine", "prior_reports_ever", "0", 0),
        ("mine", "prior_reports_ever", "1 or more", 3),
        ("mine", "prior_reports_ever", "not known", 1),
        ("mine", "index_source", "<script>", 2),
        ("mine", "index_source", "any other", 0),
    ],
    columns=["model", "item", "level", "points"],
)
RISKS = pd.DataFrame(
    [
        (model, days, total, n, days / 1000 + n / 10_000, days / 1000, 0.9)
        for model in ("mine", "prior_reports")
        for days in (183.0, 365.0)
        for total, n in (("0 to 1", 412), ("2", 7), ("3 or more", 55))
    ],
    columns=["model", "horizon_days", "total", "n_rows", "risk", "lower", "upper"],
)


def made(light_with, lang="en", min_cell=10, **further):
    return card(light_with(further=further), voice(lang), min_cell)


def tables(section):
    return [block for block in section.blocks if isinstance(block, Table)]


def test_without_cards_and_counts_there_is_no_section(light_with):
    assert made(light_with) is None
    assert made(light_with, card_points=POINTS.iloc[:0], card_risks=RISKS.iloc[:0]) is None


@pytest.mark.parametrize(
    ("lang", "items", "first", "total"),
    [
        (
            "en",
            ["1. Earlier reports ever", "2. Who reported", ""],
            ["0", "1 or more", "not known"],
            "Total of the tick",
        ),
        ("nl", ["1. Eerdere meldingen ooit", "2. Wie meldde", ""], ["0", "1 of meer", "niet bekend"], "Totaal van de "),
    ],
)
def test_a_card_has_items_levels_points_boxes_and_a_line(light_with, lang, items, first, total):
    table = tables(made(light_with, lang, card_points=POINTS))[0]
    assert [group.head for group in table.groups] == items
    assert [row[0].text for row in table.groups[0].rows] == first
    rows = [row for group in table.groups[:-1] for row in group.rows]
    assert [int(row[1].text) for row in rows] == POINTS["points"].tolist()
    assert {row[2].role for row in rows} == {"box"}
    last = table.groups[-1].rows[0]
    assert last[0].text.startswith(total)
    assert last[2].role == "line"
    assert table.role == "card"


@pytest.mark.parametrize(
    ("lang", "expected"), [("en", "not known: no earlier report"), ("nl", "niet bekend: geen eerdere melding")]
)
def test_not_known_says_what_a_missing_value_means(light_with, content, lang, expected):
    meanings = {"missing": "no earlier report", "missing_nl": "geen eerdere melding"}
    features = content.features.assign(**meanings)
    said = tables(card(light_with(features=features, further={"card_points": POINTS}), voice(lang), 10))[0]
    plain = tables(made(light_with, lang, card_points=POINTS))[0]
    others = [row[0].text for row in plain.groups[0].rows][:2]
    assert [row[0].text for row in said.groups[0].rows] == [*others, expected]
    assert expected not in [row[0].text for row in said.groups[1].rows]
    silent = features.assign(missing=np.nan, missing_nl="")  # as an empty cell is read, and as it is written
    said = tables(card(light_with(features=silent, further={"card_points": POINTS}), voice(lang), 10))[0]
    assert said.groups[0].rows[2][0].text == expected.partition(":")[0]


@pytest.mark.parametrize(
    ("n_named", "other", "shown"),
    [
        (4, 0, ["north", "not known", "any other"]),
        (3, 0, ["north", "region 0", "region 1", "region 2", "not known", "any other"]),
        (4, 2, ["north", "region 0", "region 1", "region 2", "region 3", "not known", "any other"]),
        (4, None, ["north", "region 0", "region 1", "region 2", "region 3", "not known"]),
    ],
)
def test_many_texts_without_points_are_any_other(light_with, n_named, other, shown):
    """Only where any other gives no points either does it stand for them."""
    last = [] if other is None else [("any other", other)]
    lines = [("north", 4), *((f"region {place}", 0) for place in range(n_named)), ("not known", 0), *last]
    points = pd.DataFrame([("mine", "region", *line) for line in lines], columns=POINTS.columns)
    table = tables(made(light_with, card_points=points))[0]
    assert [row[0].text for row in table.groups[0].rows] == shown
    if other == 0:
        assert [row[1].text for row in table.groups[0].rows][-2:] == ["0", "0"]


def test_risks_stand_by_total_and_horizon_and_small_totals_are_hidden(light_with):
    shown = tables(made(light_with, card_points=POINTS, card_risks=RISKS))[1]
    assert [head.text for head in shown.heads] == ["Total", "Training landmarks", "6 months", "12 months"]
    rows = {row[0].text: row[1:] for row in shown.groups[0].rows}
    assert [cell.text for cell in rows["0 to 1"]] == ["412", "22.4%", "40.6%"]
    assert rows["0 to 1"][2].interval == "(36.5 to 90.0)"
    assert [cell.text for cell in rows["2"]] == ["<10", "hidden", "hidden"]
    assert [cell.text for cell in rows["3 or more"]] == ["hidden"] * 3  # else 7 is the number of all less the others
    unhidden = tables(made(light_with, min_cell=5, card_points=POINTS, card_risks=RISKS))[1]
    assert unhidden.groups[0].rows[1][1].text == "7"


def test_counts_have_their_risks_alone_in_a_fold(light_with):
    section = made(light_with, "nl", card_points=POINTS, card_risks=RISKS)
    folds = [block for block in section.blocks if isinstance(block, Fold)]
    assert [fold.summary for fold in folds] == ["prior_reports: risico bij elk aantal"]
    (table,) = folds[0].blocks
    assert [row[0].text for row in table.groups[0].rows] == ["0 tot en met 1", "2", "3 of meer"]
    alone = made(light_with, card_risks=RISKS)
    assert not tables(alone)
    assert "by hand" not in alone.blocks[0].text


@pytest.mark.parametrize(
    ("lang", "calibration", "safe"),
    [("en", "before any calibration", "not a safe case"), ("nl", "vóór kalibratie", "geen veilige zaak")],
)
def test_the_page_says_what_the_risks_are_not(light_with, lang, calibration, safe):
    section = made(light_with, lang, card_risks=RISKS)
    said = " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))
    assert calibration in said
    assert safe in said


@pytest.mark.parametrize(
    ("lang", "caption", "before", "after"),
    [
        ("en", "mine: calibrated risk", "before any calibration", "after calibration"),
        ("nl", "mine: gekalibreerd risico", "vóór kalibratie", "na kalibratie"),
    ],
)
def test_a_calibrated_card_shows_the_risk_to_read_off(light_with, lang, caption, before, after):
    """The model "mine" was calibrated, the count was not and keeps its interval."""
    risks = RISKS.assign(calibrated=np.where(RISKS["model"] == "mine", RISKS["risk"] / 2, np.nan))
    section = made(light_with, lang, card_points=POINTS, card_risks=risks)
    own, (count,) = tables(section)[1], next(block.blocks for block in section.blocks if isinstance(block, Fold))
    assert own.caption.startswith(caption)
    assert "alibr" not in count.caption
    first, theirs = own.groups[0].rows[0], count.groups[0].rows[0]
    assert [cell.text.replace(",", ".") for cell in first[2:]] == ["11.2%", "20.3%"]
    assert {cell.interval for cell in first[2:]} == {""}
    assert [cell.text.replace(",", ".") for cell in theirs[2:]] == ["22.4%", "40.6%"]
    assert all(cell.interval for cell in theirs[2:])
    assert own.groups[0].rows[1][2].text in ("hidden", "weggelaten")
    said = " ".join(block.text for block in section.blocks if isinstance(block, Paragraph))
    assert before not in said
    assert after in said
    alone = made(light_with, lang, card_risks=risks[risks["model"] == "prior_reports"])
    assert after not in " ".join(block.text for block in alone.blocks if isinstance(block, Paragraph))


def test_the_card_of_a_fitted_model_is_printed_level_by_level(light_with):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"reports": rng.poisson(1.0, 400), "children": rng.integers(0, 2, 400)})
    days = np.ceil(rng.exponential(900 / (1 + X["reports"])))
    y = Surv.from_arrays(event=days <= 400, duration_days=np.minimum(days, 400))
    model = PointsCard(horizons_days=(365,), max_points=3).fit(X, y)
    further = {"card_points": model.card_, "card_risks": model.risk_by_total_}
    points, risks = tables(made(light_with, **{name: table.assign(model="c") for name, table in further.items()}))
    levels = [row[0].text for group in points.groups[:-1] for row in group.rows]
    assert levels == model.card_["level"].tolist()
    assert [row[0].text for row in risks.groups[0].rows] == model.risk_by_total_["total"].tolist()
