"""Every calibrated number: its target, its tolerance, where the target comes from, and its exact definition."""

from __future__ import annotations

from dataclasses import dataclass

MERGE_DAYS = 14
"""A report this many days or less after another one may be about the same incident."""

FIRST_COHORT_YEAR, LAST_COHORT_YEAR = 2016, 2022
FOLLOWED_DAYS = 730
WINDOW = (365, 548)
"""First and last day of the window in which violence is said to go on: 12 to 18 months."""

FIRST_ORDER_YEAR, LAST_ORDER_YEAR = 2016, 2023
ORDER_DAYS = 365
MOST_WORKING_DAYS = 5
REGIONAL = "region_log_sd_2023"
"""The one quantity that is no ratio of two counts."""

_SPLIT, _REPORTERS = "CBS 85361NED", "CBS 2023, derived"
_OF_2023 = "Share of the reports that occurred in 2023"
_NOT_CLASSIFIED = "CBS leaves 1.4 % without a class, this world none"
_COHORT = (
    "the cases whose first report in the register (reports before 2015 are not in it) occurred in 2016-2022 "
    "and at least 730 days before the extraction"
)
_NEW = "more than 14 days after the first"
_ENDED = "cases whose observation ended earlier count as without"
_AFTER_ORDER = (
    "Share of the barring orders that started in 2016-2023, at least 365 days before the extraction, with {} "
    "from the 15th to the 365th day after the start"
)


@dataclass(frozen=True)
class Quantity:
    """One calibrated number.

    Parameters
    ----------
    name : str
        Its name in the table.
    target, tolerance : float
        The number it is to meet, and how far it may be from it. A target with one side is the middle of a range.
    source : str
        Where the target comes from.
    description : str
        Its exact definition, in one sentence.
    """

    name: str
    target: float
    tolerance: float
    source: str
    description: str


QUANTITIES = (
    Quantity("first_reports_2023", 0.319, 0.02, _SPLIT,
        f"{_OF_2023} of kind report, in cases without a report on an earlier day ({_NOT_CLASSIFIED})."),
    Quantity("re_reports_2023", 0.381, 0.02, _SPLIT,
        f"{_OF_2023} of kind report, in cases with a report of either kind on an earlier day ({_NOT_CLASSIFIED})."),
    Quantity("follow_up_reports_2023", 0.285, 0.02, _SPLIT,
        f"{_OF_2023} of kind follow_up_report ({_NOT_CLASSIFIED})."),
    Quantity("known_before_2023", 0.635, 0.035, "Movisie 2015 and CBS 85361NED",
        f"{_OF_2023}, of either kind, in cases with a report of either kind on an earlier day."),
    Quantity("re_report_within_365_days", 0.285, 0.02, "derived from CBS 85361NED",
        f"Share of {_COHORT} with another report, {_NEW} and at most 365; {_ENDED}."),
    Quantity("re_report_within_730_days", 0.37, 0.02, "derived from CBS 85361NED",
        f"Share of {_COHORT} with another report, {_NEW} and at most 730; {_ENDED}."),
    Quantity("first_year_re_reports_within_122_days", 0.60, 0.10, "VioGén and NCANDS",
        "Of the cases behind re_report_within_365_days the share whose next report came at most 122 days after "
        "the first (half or more is asked; the range is .5 to .7)."),
    Quantity("police_and_justice_2023", 0.672, 0.02, _REPORTERS, f"{_OF_2023} made by police and justice."),
    Quantity("non_professional_2023", 0.08, 0.02, _REPORTERS, f"{_OF_2023} made by someone who is no professional."),
    Quantity("health_and_mental_health_care_2023", 0.082, 0.02, _REPORTERS,
        f"{_OF_2023} made by health care or mental health care."),
    Quantity("education_2023", 0.042, 0.01, _REPORTERS, f"{_OF_2023} made by education."),
    Quantity("youth_care_2023", 0.021, 0.006, _REPORTERS, f"{_OF_2023} made by youth care."),
    Quantity("child_abuse_2024", 0.50, 0.05, "CBS 2024",
        "Share of the reports that occurred in 2024 with child abuse as first kind (code)."),
    Quantity("partner_violence_2024", 0.38, 0.05, "CBS 2024",
        "Share of the reports that occurred in 2024 with violence between (ex-)partners as first kind (code)."),
    Quantity("elder_abuse_2024", 0.02, 0.01, "CBS 2024",
        "Share of the reports that occurred in 2024 with elder abuse as first kind (code)."),
    Quantity("reports_per_case_2023", 1.27, 0.05, "CBS 84851NED (Drenthe)",
        "Reports of either kind that occurred in 2023, per case with at least one of them."),
    Quantity("late_assessments_2023", 0.40, 0.04, "IGJ, derived",
        "Share of the safety assessments done in 2023 that came more than 5 Dutch working days after the day of the "
        "report that opened the case (from the truth: the register adds its own delay)."),
    Quantity("violence_in_days_365_to_548", 0.60, 0.10, "Verwey-Jonker 2020",
        f"Share of the households behind {_COHORT} with violence, reported or "
        "not, 365 to 548 days after that report (from the truth; more than half is asked, the range is .5 to .7)."),
    Quantity("reports_in_days_365_to_548", 0.15, 0.10, "domain prior",
        f"Share of {_COHORT} with a report of either kind 365 to 548 days after it; {_ENDED}."),
    Quantity("police_report_after_barring_order", 0.35, 0.15, "published follow-ups of barring orders",
        _AFTER_ORDER.format("a report by police and justice") + " (before that it may be about the same incident)."),
    Quantity("any_report_after_barring_order", 0.35, 0.15, "published follow-ups of barring orders",
        _AFTER_ORDER.format("a report by anybody") + " (before that it may be about the same incident)."),
    Quantity(REGIONAL, 0.34, 0.07, "CBS 85361NED, derived",
        "SD between the 25 regions of the log of reports that occurred in 2023 per 1000 inhabitants, region of the "
        "case, the two that merged as one; chance adds to it in a small world."),
)  # fmt: skip
"""In the order of the table."""

RATIOS = tuple(quantity.name for quantity in QUANTITIES if quantity.name != REGIONAL)
"""The quantities that are one count divided by another, in the order of every array of them."""
