"""The page as text: what it says, what it keeps to itself, and that it is the same every time."""

import base64
import hashlib
import json
import re
from datetime import date
from html import unescape
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from analytics import charts, report, resources
from analytics.policy import record
from analytics.policy.load import load_policies
from analytics.report import methods, section_methods
from analytics.report.dosing.section import _granted, _in_words, _named
from analytics.report.names import Names
from analytics.report.page import published
from tests.invented import invented_study
from tests.test_disclosure_page import tables


@pytest.fixture(scope="module")
def html() -> str:
    return report.render(invented_study())


@pytest.fixture(scope="module")
def own(html: str) -> str:
    """The page without Plotly's library."""
    return html.replace(charts.library(), "")


def with_frames(**frames: Any) -> Any:
    return SimpleNamespace(**{**vars(invented_study()), **frames})


def test_the_same_bytes_from_the_same_study(html: str) -> None:
    assert report.render(invented_study()) == html


def test_rows_in_another_order_give_the_same_page(html: str) -> None:
    study = invented_study()
    names = ("administration", "request", "criterion_result", "renewal", "limit_result")
    shuffled = {name: getattr(study, name).sample(fraction=1, shuffle=True, seed=1) for name in names}
    assert report.render(with_frames(**shuffled)) == html


def test_our_own_part_is_small(own: str) -> None:
    assert len(own.encode()) < 600_000


def test_no_person_is_on_the_page(own: str) -> None:
    assert "person-0" not in own
    assert not re.search(r"person_id|authorization_id\"|row_json", own)


def test_the_library_is_inlined_once(html: str) -> None:
    assert html.count(charts.library()) == 1


def test_only_the_scripts_of_the_page_may_run(html: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy
    allowed = policy[1].replace("&#39;", "'")
    scripts = re.findall(r"<script>(.*?)</script>", html, re.S)
    assert len(scripts) == 3
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in allowed
    assert "default-src 'none'" in allowed
    assert "unsafe-eval" not in allowed and "http" not in allowed
    assert "'unsafe-inline'" not in allowed.split("script-src")[1].split(";")[0]


def test_figures_have_no_colour_but_those_that_turn_dark(own: str) -> None:
    figures = re.findall(r'<script type="application/json" data-figure="[^"]+">(.*?)</script>', own, re.S)
    assert len(figures) >= 8
    used = {
        color for text in figures for color in re.findall(r'"(#[0-9A-Fa-f]{3,8}|rgba?\([^"]*\)|white|black)"', text)
    }
    plain = {color for color in used if not color.startswith("rgba")}
    assert plain and plain <= set(charts.DARK)
    faded = {tuple(int(color[i : i + 2], 16) for i in (1, 3, 5)) for color in charts.DARK}
    for color in used - plain - {"rgba(0,0,0,0)"}:
        parts = re.fullmatch(r"rgba\((\d+), (\d+), (\d+), [\d.]+\)", color)
        assert parts and tuple(int(part) for part in parts.groups()) in faded, color


def test_nothing_is_fetched(own: str) -> None:
    assert not re.search(r"https?://|//cdn|<link|<img|<iframe|@import|url\(", own)


def test_no_number_went_wrong(own: str) -> None:
    text = re.sub(r"<script.*?</script>|<style.*?</style>", "", own, flags=re.S)
    assert not re.search(r"\b(nan|NaN|None(?! is )|inf|undefined|True|False)\b", re.sub(r"<[^>]+>", " ", text))
    assert not re.search(r"\d\.\d{4,}", re.sub(r"<[^>]+>", " ", text))


def test_what_others_wrote_is_escaped(own: str) -> None:
    assert "Dogwood &lt;Mutual&gt;" in own and "Dogwood <Mutual>" not in own


def test_as_of_period_and_reach_are_on_top(own: str) -> None:
    top = re.sub(r"<[^>]+>", " ", own[: own.index('id="dosing"')])
    through = invented_study().manifest["as_of"]
    top = " ".join(top.split())
    assert f"As of {through.day} {through:%B %Y} (the latest date in the extracts)" in top
    for word in ("Period", "Claims and authorizations through", "in force until 15 Feb 2024", "only condition c"):
        assert word in top


def test_dates_that_differ_stand_apart() -> None:
    manifest = {**invented_study().manifest, "claims_through": date(2025, 3, 2), "horizon": date(2025, 3, 1)}
    text = " ".join(re.sub(r"<[^>]+>", " ", report.render(with_frames(manifest=manifest))).split())
    assert "Claims through 2 March 2025" in text and "Renewals told until 1 March 2025" in text
    assert "Authorizations through" in text


def test_targets_are_told_in_words_and_by_a_sign() -> None:
    manifest = {**invented_study().manifest, "configuration": {"targets": {"caps_kept_percent": 99.9}}}
    text = report.render(with_frames(manifest=manifest))
    assert re.search(r'class="target missed">.*✕.*Target at least 99.9%: <strong>not met</strong>', text)


def test_the_gate_is_told_without_its_small_numbers(own: str) -> None:
    assert "Dosing: usable with care." in own
    assert re.search(r"Fewer than 11 of the \w+ have", own)
    assert "(0.1%)" not in own


def test_headlines_say_k_of_n_and_limits(own: str) -> None:
    tiles = unescape(re.sub(r"<[^>]+>", " ", own[own.index('class="tiles"') : own.index('class="legend"')]))
    assert len(re.findall(r"95% limits [\d.]+% to [\d.]+%", tiles)) >= 3
    assert re.search(r"[\d,]+ of [\d,]+ judged administrations", tiles)
    assert "can't be judged: from" in " ".join(tiles.split())
    assert "where body surface area is known" in tiles


def test_rates_are_those_of_the_study() -> None:
    study = invented_study()
    status = study.administration["status"]
    judged = (status != "indeterminate").sum()
    row = tables(report.render(study))["t-dosing-payer"][0]
    assert row["Judged"] == f"{judged:,}"
    assert next(iter(v for k, v in row.items() if k.startswith("Caps kept"))).startswith(
        f"{100 * (status == 'within').sum() / judged:.1f}%"
    )


class Outline(HTMLParser):
    """Headings, ids, tables and figures of a page, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.tables: list[dict[str, int]] = []
        self.plots: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "table":
            self.tables.append({"caption": 0, "unscoped": 0})
        if tag == "caption":
            self.tables[-1]["caption"] += 1
        if tag == "th" and given.get("scope") not in ("col", "row"):
            self.tables[-1]["unscoped"] += 1
        if given.get("class") == "plot":
            self.plots.append(given)


def test_the_page_can_be_read_by_ear(own: str) -> None:
    outline = Outline()
    outline.feed(own)
    assert outline.levels.count(1) == 1 and outline.levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(outline.levels, outline.levels[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert all(table == {"caption": 1, "unscoped": 0} for table in outline.tables)
    assert all(plot["role"] == "img" and plot["aria-labelledby"] in outline.ids for plot in outline.plots)
    assert '<html lang="en">' in own
    for target in re.findall(r'href="#([^"]+)"', own):
        assert target in outline.ids


def test_every_figure_has_a_sentence_and_a_table_beside_it(own: str) -> None:
    for part in re.findall(r'<section class="part".*?</section>', own, re.S):
        if "data-figure" in part:
            assert re.search(r"<figcaption[^>]*>[^<]{20,}</figcaption>", part)
            assert "<table" in part


def test_figures_hold_no_count_that_is_hidden_in_their_table(own: str) -> None:
    bars = 0
    for part in re.findall(r'<section class="part".*?</section>', own, re.S):
        figure = re.search(r'data-figure="fig-(?:dosing-breach|renewal-outcome)[^"]*">(.*?)</script>', part, re.S)
        if not figure:
            continue
        trace = json.loads(figure[1])["figure"]["data"][0]
        table = next(iter(tables(part).values()))
        for label, value in zip(trace["y"], trace["x"], strict=True):
            told = next(list(row.values())[-1] for row in table if row["row"].startswith(label))
            assert told == ("<11" if value is None else f"{value:,.0f}") or (value is None and told == "withheld")
            bars += 1
    assert bars > 8


def test_incomplete_months_are_marked_and_said(own: str) -> None:
    assert 'class="incomplete"' in own
    assert "These figures will change." in own


def test_criteria_are_indented_as_a_tree(own: str) -> None:
    body = own[own.index('id="t-criteria-policy-a') :]
    heads = r'<th scope="row"(?: class="(?:depth-(\d))?[^"]*")?>(?:<i[^>]*></i>)*([\w.]+) '
    depths = re.findall(heads, body[: body.index("</table>")])
    assert depths == [
        ("", "1"), ("1", "1.indication"), ("1", "1.A"), ("1", "1.B"),
        ("2", "1.B.i"), ("2", "1.B.ii"), ("2", "1.B.iii"), ("1", "1.C"),
    ]  # fmt: skip


def test_a_given_parent_counts_more_than_the_name() -> None:
    outline = invented_study().approval_by_criterion
    parents = pl.when(pl.col("criterion_id") == "1.B.ii").then(pl.lit("1")).otherwise(
        pl.when(pl.col("criterion_id").is_in(["1", "I"])).then(None)
        .when(pl.col("criterion_id").str.starts_with("1.B.")).then(pl.lit("1.B"))
        .when(pl.col("criterion_id").str.starts_with("I.1.A.i")).then(pl.lit("I.1.A"))
        .when(pl.col("criterion_id").str.starts_with("L.")).then(pl.lit("L"))
        .otherwise(pl.col("criterion_id").str.head(1).replace({"L": "I"}))
    )  # fmt: skip
    text = report.render(with_frames(approval_by_criterion=outline.with_columns(parent_id=parents)))
    assert re.search(r'class="depth-1[^"]*">(?:<i[^>]*></i>)*1\.B\.ii ', text)


def test_cms_figures_say_that_the_rule_leaves_drugs_out(own: str) -> None:
    assert "CMS-0057-F-style" in own
    assert "leaves drugs out" in own


def test_failed_checks_come_first(own: str) -> None:
    page = tables(own)
    results = [row["Result"] for row in page["t-quality-failed"]]
    assert results == ["could not run", *["warned"] * 4, "noted"]
    assert own.index("t-quality-failed") < own.index("t-quality-passed") < own.index("t-quality-not-applicable")


def test_methods_name_files_that_are_there(own: str) -> None:
    for measure in (each for _, measures in methods.AREAS.values() for each in measures):
        assert measure.files, measure.name
        for name in measure.files:
            assert (resources.folder("sql") / name).is_file(), name
            assert f"sql/{name}" in own


def test_methods_tell_every_rate_of_the_page_and_no_other() -> None:
    content = published(invented_study())
    shown = {
        (section.id, column.label)
        for section in content.sections
        for part in section.parts
        for table in part.tables
        for column in table.columns
        if column.kind in ("rate", "share", "ratio")
    }
    shown |= set(zip(("dosing", "approvals", "renewals", "dosing"), (t.label for t in content.tiles), strict=True))
    assert len(shown) > 20
    assert {(section, label) for section, label in shown if not methods.is_told(section, label)} == set()
    for section, (_, measures) in methods.AREAS.items():
        for label in (label for measure in measures for label in measure.columns):
            assert any(one == section and f"{other} ".startswith(f"{label} ") for one, other in shown), label


def test_every_rule_stands_beside_its_passage() -> None:
    policies = load_policies()
    manifest = invented_study().manifest
    own = next(iter(policies.values()))
    told = [{**manifest["policies"][0], "rules": record.rules(own), "documents": record.documents(own)}]
    versions = [{"version": v.name, "effective_from": None, "effective_until": None} for v in own.versions]
    told[0]["versions"] = versions
    page = tables(report.render(with_frames(manifest={**manifest, "policies": [*told, manifest["policies"][1]]})))
    rows = next(rows for name, rows in page.items() if name.startswith("t-rules"))
    criteria = {f"Criterion {node.criterion.id}" for v in own.versions for node in v.initial.walk()}
    limits = {f"Limit {limit.id}" for v in own.versions for limit in v.limits()}
    assert criteria | limits <= {row["row"] for row in rows}
    assert all(row["Where the document says it"] for row in rows)


def test_the_run_record_tells_files_rows_and_versions(own: str) -> None:
    page = tables(own)
    assert page["t-record-files"][0]["Read from"] == "medical_claim.csv"
    assert page["t-record-files"][0]["Rows read"] == "250,000"
    settings = {row["row"]: row["Value"] for row in page["t-record-settings"]}
    assert settings["Product"] == f"{invented_study().manifest['product']} {invented_study().manifest['version']}"
    assert any("2024-02-16" in value for value in settings.values())


@pytest.mark.parametrize("option", ["reviews", "eligibility"])
def test_an_absent_table_is_not_evaluable_and_never_zero(option: str) -> None:
    text = report.render(invented_study(**{option: False}))
    table = {"reviews": "criterion_review", "eligibility": "eligibility"}[option]
    assert f"Not evaluable: no {table}" in text
    assert table in text[text.index("Extracts not there") : text.index("</dl>")]
    if option == "reviews":
        assert "t-criteria" not in text and "t-consistency" not in text
    else:
        assert "not evaluable</p>" in text and "t-renewal-outcome" not in text


def test_a_few_people_get_a_page_too() -> None:
    text = report.render(invented_study(persons=12))
    assert "withheld" in text and "most figures are withheld." in text[: text.index('id="headlines"')]
    content = published(invented_study(persons=12))
    left_out = [table.id for s in content.sections for part in s.parts for table in part.tables if table.is_withheld]
    assert len(left_out) > 5
    for ident in left_out:
        assert f'<table id="{ident}"' not in text and text.count(f'id="{ident}"') == 1
    assert text.count("too few people stand behind this table") == len(left_out)


def test_many_people_are_not_told_to_be_few(own: str) -> None:
    assert "most figures are withheld" not in own and "stand behind this table" not in own


def test_without_eligibility_there_is_no_other_reason_why_retention_is_not_told() -> None:
    study = invented_study(eligibility=False)
    few = [
        study.renewal.filter(pl.col("outcome") == "denied").head(5),
        study.renewal.filter(pl.col("outcome").is_null()),
    ]
    study.renewal = pl.concat(few)
    text = report.render(study)
    renewals = text[text.index('id="renewals"') : text.index('id="way"')]
    assert "too few people were retained" not in renewals
    assert re.search(r'id="renewal-period-policy-[ab]".*?Not evaluable: no eligibility', renewals, re.S)


def test_where_no_renewal_was_decided_there_is_nothing_to_count() -> None:
    study = invented_study()
    asked = pl.col("outcome").is_in(["renewed_on_time", "renewed_late", "denied"])
    study.renewal = study.renewal.with_columns(outcome=pl.when(asked).then(pl.lit("lapsed")).otherwise("outcome"))
    text = report.render(study)
    assert "No renewal request was decided" in text
    page = tables(text)
    for row in page["t-renewal-payer"]:
        assert row["Renewal requests decided"] == "0"
        assert next(value for name, value in row.items() if name.startswith("of these approved")) == "–"
    outcomes = {row["row"]: row["Approvals"] for row in page["t-renewal-outcome-policy-a"]}
    assert outcomes["Renewed"] == outcomes["Renewed without a gap"] == outcomes["Renewed after a gap"] == "0"


@pytest.mark.parametrize("what", ["administration", "request"])
def test_a_page_without_any(what: str) -> None:
    study = invented_study()
    names = {
        "administration": ["administration", "limit_result", "dosing_sensitivity"],
        "request": [
            *("request", "criterion_result", "approval_by_criterion"),
            *("authorization_metrics", "reviewer_agreement", "renewal"),
        ],
    }[what]
    manifest = study.manifest
    if what == "administration":
        manifest = {**manifest, "claims_through": None, "period": {"from": None, "to": None}}
    frames = {name: getattr(study, name).clear() for name in names}
    assert "</html>" in report.render(with_frames(**frames, manifest=manifest))


def test_dates_as_text_are_read_too(html: str) -> None:
    manifest = json.loads(json.dumps(invented_study().manifest, default=str))
    assert report.render(with_frames(manifest=manifest)) == html


def test_persons_behind_changes_open_the_sensitivity_table() -> None:
    study = invented_study()
    table = study.dosing_sensitivity.group_by("policy_id", "grace_days", "dose_tolerance_percent").agg(
        pl.col("n_within").sum()
    )
    within = {row[:3]: row[3] for row in table.iter_rows()}
    rows = []
    for (policy, grace, tolerance), value in within.items():
        for after in ((grace + 1, tolerance), (grace, {0: 5, 5: 10}.get(tolerance, -1))):
            if (policy, *after) in within:
                gain = within[policy, *after] - value
                rows.append((policy, grace, tolerance, *after, "over", "within", gain, min(gain, 40)))
    names = ["policy_id", "grace_days", "dose_tolerance_percent", "next_grace_days", "next_dose_tolerance_percent"]
    names += ["state_before", "state_after", "n_administrations", "n_persons"]
    changes = pl.DataFrame(rows, schema=names, orient="row")
    without = tables(report.render(study))["t-sensitivity-policy-a"]
    told = tables(report.render(with_frames(dosing_sensitivity_change=changes)))["t-sensitivity-policy-a"]
    assert sum(text == "withheld" for row in told for text in row.values()) < sum(
        text == "withheld" for row in without for text in row.values()
    )


def test_a_plan_may_ask_for_more_people_behind_a_count() -> None:
    study = invented_study()
    stricter = SimpleNamespace(**vars(study))
    stricter.manifest = {**study.manifest, "configuration": {"fewest_people": 30}}
    page = report.render(stricter)
    assert "&lt;30" in page and "&lt;11" not in page
    assert "1 to 29 people" in page
    assert "&lt;11" in report.render(study), "the rule of one page must not linger"


def test_grace_and_rounding_of_the_policy_stand_beside_its_limits_and_the_sensitivities() -> None:
    plain, lenient = (
        {"kind": "limit", "id": "q3w.days", "says": "One dose in 21 days", "citation": "Policy, p", "grants": grants}
        | {"versions": [version]}
        for version, grants in (("2023", ""), ("2025", "2 days of grace: 19 days are looked at"))
    )
    assert _granted([plain]) == "The letter of the policy has no grace and no tolerance. Here"
    assert _granted([plain, lenient]).startswith("Version 2025 of the policy has grace or rounding beside some limits")
    manifest = invented_study().manifest
    head = {**manifest["policies"][0], "documents": [{"name": "Policy", "title": "t", "publisher": "p", "dated": None}]}
    told = section_methods._rules_of({**head, "rules": [plain, lenient]}, Names(manifest["policies"])).tables[0]
    says = [row.values["says"] for row in told.rows]
    assert says == ["One dose in 21 days", "One dose in 21 days (2 days of grace: 19 days are looked at)"]


def test_what_body_surface_area_says_nothing_of_is_not_applicable() -> None:
    manifest = invented_study().manifest
    for by in ("m2", "kg"):
        ran = {**manifest, "policies": [{**policy, "dose_per": [by]} for policy in manifest["policies"]]}
        rows = [row.values for row in section_methods._rates(ran).tables[0].rows]
        row = next(row for row in rows if "surface area is known" in row["name"])
        told = str(row["denominator"]).startswith("Not applicable: no policy here limits doses by body surface area")
        assert told == (by == "kg")
        assert sum("Not applicable" in str(row["denominator"]) for row in rows) == (by == "kg")


def test_a_limit_is_told_with_its_regimen() -> None:
    says = {"w12.days": "One dose in 7 days"}
    assert _named({"limit_id": "w12.days", "regimen": "weekly12-q3w"}, says) == "One dose in 7 days (weekly12-q3w)"
    assert _named({"limit_id": "other", "regimen": "weekly12-q3w"}, says) == "other"


def test_a_limit_that_versions_word_otherwise_is_told_by_version() -> None:
    rules = [
        {"id": "a", "says": "One dose in 21 days", "versions": ["2022-01-01"]},
        {"id": "a", "says": "One dose in 28 days", "versions": ["2024-07-01"]},
        {"id": "b", "says": "At most 6 mg/kg", "versions": ["2022-01-01"]},
        {"id": "b", "says": "At most 6 mg/kg", "versions": ["2024-07-01"]},
    ]
    assert _in_words(rules) == {
        "a": "One dose in 21 days, by version 2022-01-01; One dose in 28 days, by version 2024-07-01",
        "b": "At most 6 mg/kg",
    }
