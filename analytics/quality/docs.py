"""The gate's documentation, written from the catalogue: `python -m analytics.quality.docs > docs/quality.md`."""

from itertools import groupby

from analytics.quality.catalogue import catalogue
from analytics.quality.expectation import Expectation
from analytics.quality.verdicts import rows_of

_INTRODUCTION = """\
# The data-quality gate

Before anything is measured, the extracts are held against the expectations listed here. They run as Great Expectations
suites, in a process of their own, over the rows in scope; only counts come back, never a value or an id.

A result is one of four words:

- **passed**: tested, and no more rows break it than are allowed;
- **failed**: tested, and more do;
- **could not run**: a fault kept it from being tested. It never counts as passed;
- **not applicable**: there was nothing to test (an optional table or column is not there, or no row is concerned).

A failed expectation is **critical** (the gate fails: exit code 1, and nothing is measured), a **warning** (a measure is
usable with care) or an **info** (worth knowing, and no reason for doubt). Structural faults are critical: an empty
required table, nothing in scope, a column in which two or more values stand and none can be read, and a required
table of which more than {share} of the rows in scope are quarantined. A critical expectation that could not run fails
the gate too, and so does a gate that ran nothing. A single unreadable value is never fatal: its row is quarantined, or
the value reads as empty, and it is counted here.

For each measure (dosing, approvals, renewals) the verdict is **unusable** where a critical expectation that affects it
failed or could not run, **usable with care** where a warning did, else **usable**; the reason comes with it.

Thresholds are shares of the tested rows that may break an expectation; `minimum` ones are rows that must be there. An
expectation's threshold and severity can be set by its id. Rules about single rows are tested on usable rows: a row that
is quarantined is reported by the rule that quarantined it, and by that alone.

`hcpcs_modifier` stands for the five modifier columns, `diagnosis_code` of a claim for its twenty-five. Provider
identifiers are counted once each, billed days per payer, person and code.

For each expectation `data_samples/dirty/` holds a tiny extract that breaks it and no other: beside the folder `clean/`
it shows what the finding looks like in the rows.

## Ways to ask

`um check DATA` prints the findings, those that fail the gate first and in each group the gravest first: what was found
against what is allowed, why it matters, what to do, and the command that lists the rows. `--format json`, `junit` and
`github` give the same to machines. In JUnit a critical finding is a failure, one that could not run an error, and a
warning passes with its words as output; GitHub shows ten annotations of a level, so the tenth says how many more there
are, and the log holds all. No form holds a row's value or an id; `um rows DATA EXPECTATION` does, and so does
`um rows DATA TABLE.quarantined`, whose rows can be mended and given back with `--repairs`.

`um check DATA --out OUT` keeps the counts, and `um check --again OUT --config um.toml` judges them by other thresholds
and severities without reading the data:

```toml
[thresholds]
medical_claim.hcpcs_modifier.attested = 0.05

[severities]
medical_claim.claim_id.billed_twice = "info"
```

`--baseline manifest.json`, of `um check` and of `um report`, holds the extracts' figures against an earlier run's: rows
read (a change of more than 20% is told), shares of rows without a value and of rows with a code, a decision or a payer
(5 points), mean units (10%). The page says what rose or fell; the numbers stand in the run record.

Months are incomplete until 95% of their lines are likely to have been paid, as long as payment took for lines of months
that ended half a year or more before the latest payment. Where fewer than 30 lines can teach that, or nothing was paid,
the latest three months are taken to be incomplete. The run record lists them (`incomplete_months`), with a sentence on
how they were found (`run_out`).

There are {count} expectations.
"""


def page() -> str:
    """The page in Markdown."""
    listed = list(catalogue().values())
    quarantined = next(expectation for expectation in listed if expectation.id.endswith(".quarantined"))
    parts = [_INTRODUCTION.format(share=f"{quarantined.threshold:.0%}", count=len(listed))]
    for table, group in groupby(listed, key=lambda expectation: expectation.table):
        parts.append(f"\n## {table}\n\n{_HEAD}" + "".join(_row(expectation) for expectation in group))
    return "".join(parts)


_HEAD = """\
| expectation | severity | allowed | tested on | affects | expected | why it matters | what to do |
|---|---|---|---|---|---|---|---|
"""


def _row(expectation: Expectation) -> str:
    cells = (
        f"`{expectation.id}`",
        expectation.severity,
        _allowed(expectation),
        rows_of(expectation),
        ", ".join(expectation.affects) or "no measure",
        expectation.says,
        expectation.why,
        expectation.advice,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _allowed(expectation: Expectation) -> str:
    if expectation.limit == "minimum":
        return f"minimum {expectation.threshold:.0f}"
    if expectation.limit == "throughout":
        return "not all"
    return f"{expectation.threshold:.0%}" if expectation.threshold else "none"


if __name__ == "__main__":
    print(page(), end="")
