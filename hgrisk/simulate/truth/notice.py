"""The README.md beside the truth: what it is for, and what every column means."""

TRUTH_NOTICE = """\
# The truth of a made-up world

**Never give this folder to a pipeline.** It holds what no register knows: frailties, violence that nobody noticed, and
what would have happened under other strategies. A model that sees any of it is worthless. It is here so that an
estimate made from `observed/` alone can be laid beside the true value. **No figure in it is evidence about real
households.**

## How to read it

- What ends in `_at`, and `at`, is in days since 1970-01-01 with a fraction: 18262.5 is noon on 2020-01-01. What ends in
  `_on` is a date. Null is what there is not, what does not happen, or what cannot be computed.
- In pandas, `pd.read_parquet(path, dtype_backend="pyarrow")` keeps dates as dates and whole numbers with nulls whole.
- X stands for an intervention (the names are in `interventions`), S for a strategy: `natural` (as it happened),
  `nothing` (no intervention starts after the landmark), `with_X` (X starts the day after it, local help 7 days after;
  the rest as it happened) and `without_X` (X never starts after it).
- A landmark is a report in the register. All its futures share their random numbers, so they differ by strategy alone.
- `report` counts every report, follow-up reports too. The outcome of hgrisk that matches it is `counts = "any"`,
  `gap_kinds = []` and a merge window of `reporting.merge_days`; by default hgrisk leaves follow-up reports out.
- `with_X` starts X the day after the landmark (local help after 7 days) for its full length, also where X would have
  come later, shorter or not at all, and for households that could never get it: a contrast of two plans. The effect of
  what the treated in fact received is `natural` against `without_X` in `outcomes`, among the treated.

## effects: what each intervention does, over many landmarks

- `population`, `level`: which landmarks, and which value: `all`; `kind` of violence in the first relation; `children`,
  `under_25` and `alcohol` (as they truly are); `region` on that day; `severity` of the report; `reported_before`;
  `treated`, the landmarks after which the intervention was in fact given.
- `intervention`, `outcome`, `horizon_days`: of what, on what (`violence`: the next incident; `report`: the next one
  that is reported, outside the merge window), and within how many days.
- `n`, `households`: landmarks, and the households that they are of. Landmarks of one household are alike: `households`,
  not `n`, tells how much there is to go on.
- `risk_with`, `risk_without`: share of landmarks with the outcome in time, if the intervention starts right after the
  landmark (`with`), and if it never does (`without`).
- `risk_difference`, `risk_ratio`: with less without, and with divided by without.
- `rmst_with`, `rmst_without`, `rmst_difference`: mean days free of the outcome, at most the horizon. A household whose
  observation ends first counts as free of it up to the horizon.
- `risk_with_se`, `risk_without_se`, `risk_difference_se`, `rmst_with_se`, `rmst_without_se`, `rmst_difference_se`:
  standard errors over households, of the Monte Carlo error and the chance that drew these households.

## risks: as it happened and without any intervention

- `population`, `level`, `outcome`, `horizon_days`, `n`, `households`: as in effects; `treated` is after any
  intervention.
- `risk_natural`, `risk_nothing`, `rmst_natural`, `rmst_nothing`: as it happened, and if no intervention had started.
- `risk_difference`, `risk_ratio`, `rmst_difference`: natural less nothing, and natural divided by nothing.
- `risk_natural_se`, `risk_nothing_se`, `risk_difference_se`, `rmst_natural_se`, `rmst_nothing_se`,
  `rmst_difference_se`: standard errors, as in effects.

## outcomes: one future per landmark and strategy

- `case_id`, `event_id`, `landmark_on`: the report in the observed tables, and the day on which it occurred.
- `terminal_days`: days to the end of observation by a death or a move out of sight; null if not within 548 days.
- `violence_days__S`, `report_days__S`: days to the next incident, and to the next one that is reported outside the
  merge window; null if neither comes within 548 days and before `terminal_days`. One draw each: not the landmark's own
  risk.

## households: reported or not

- `case_id`, `in_register`: its key, and whether it is among the observed cases.
- `frailty`: what multiplies its hazard of violence beyond all that follows; mean 1 over all households.
- `alcohol`, `drugs`, `threats`, `coercive_control`, `unemployment`, `under_25`, `children`: as they truly are, where
  the register has only what somebody recorded.
- `kind_1`, `rate_1`, `until_1_at`: of its first relation, the kind of violence, the hazard per day just after an
  incident (without what changes over time), and when violence in it stops for good.
- `kind_2`, `rate_2`, `until_2_at`: the same of a second relation; null, 0 and the onset where there is none.
- `onset_at`, `separated_at`: violence begins; the partners part, or the first adult goes to a next household.
- `terminal_at`, `terminal`: when and why observation ends (`died`, `lost`); `extraction` if it does not end before
  that.
- `region`, `next_region`, `moved_at`: where it lives, where it moves to, and when.
- `severity_shift`, `escalating`: what is added to each severity (-1, 0 or 1); whether severity rises from one incident
  to the next.
- `adult_born_on`, `partner_born_on`, `elder_born_on`, `child_1_born_on`, `child_2_born_on`, `child_3_born_on`:
  birthdays.
- `formed_on`, `origin`, `as_child`: when it came to be, the `case_id` of the earlier household of its first adult, and
  whether that adult was a child there.

## violence: incidents, noticed or not

- `case_id`, `relation`, `kind`: the household; 1 or 2, its first or second relation; the kind of violence in it.
- `at`, `severity`, `witnessed`: when; 1 to 5; whether a child saw violence between partners.
- `reversed`: the roles were the other way round this time: who is mostly exposed to the violence used it.
- `reported`, `reported_on`: whether and when. A report before registration began, or after the extraction, is one too.

## regions: what differs between them

- `region`, `violence_ratio`, `detection_ratio`: ratio of its hazard of violence, and of its chance of a report before
  registration began, to those of a region without differences.
- `waiting_median_days`: from handover to first contact.
- `from_on__X`, `log_odds__X`: the first day of X there, and how much likelier X is there, in log odds.

## interventions: what each does, and for whom

- `intervention`: its name; `help` is the local help that follows a handover (in the events: `help_first_contact`).
- `violence_ratio`, `detection_ratio`: hazard ratio of violence, and ratio of the chance that violence is reported.
- `days`, `fade_days`: length of the full effect, and half-life of its logarithm after that.
- `intercept`, `slope`, `score_centre`, `score_scale`, `unseen_risk`: a report that can lead to it does so with log odds
  `intercept + slope * (score - score_centre) / score_scale + log_odds__X + unseen_risk * log(frailty)`, the score being
  what was known of the risk. Null for `help`, which has no such rule.
"""
"""What stands in the folder of the truth."""
