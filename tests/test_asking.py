"""What a notebook holds: measures that agree with the result tables, displays that say what they are, safe queries."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

import analytics as um
from analytics import charts
from analytics.engine import statements
from analytics.notebook.frames import TableFrame, frame_html
from analytics.results import RESULTS
from tests.support import HARBOR, SAMPLES, authorization, claim, opened, write_extract

PERSONS = "Holds persons"
TREE = {"policy_version": "2024-02-16", "request_type": "initial"}


@pytest.fixture(scope="module")
def study() -> Iterator[um.Study]:
    with um.open(SAMPLES) as opened_study:
        yield opened_study


# ---- Measures


@pytest.mark.parametrize(
    "measure, by, summary",
    [
        ("dosing", ("policy_id", "payer", "month"), "dosing_summary"),
        ("renewals", ("policy_id", "payer", "quarter"), "renewal_summary"),
    ],
)
def test_counts_and_rates_are_those_of_the_result_tables(
    study: um.Study, measure: str, by: tuple[str, ...], summary: str
) -> None:
    ours, theirs = getattr(study, measure).by(*by), study.frame(summary)
    shared = [name for name in theirs.columns if name in ours.columns]
    assert len(shared) >= 15 and {"n_persons", getattr(study, measure).headline[0]} <= set(shared)
    for name in shared:
        assert ours[name].cast(pl.String).to_list() == theirs[name].cast(pl.String).to_list(), name


def test_approvals_count_requests_by_their_first_and_final_decision(study: um.Study) -> None:
    rows = study.approvals.by("payer").to_dicts()
    for row in rows:
        requests = study.request.filter(payer=row["payer"])
        first, final = requests["decision"].to_list(), requests["final_decision"].to_list()
        approved = ("approved", "partially_approved")
        assert row["n_requests"] == len(first)
        assert row["n_decided"] == sum(word in (*approved, "denied") for word in first)
        assert row["n_approved"] == sum(word in approved for word in first)
        assert row["n_approved_finally"] == sum(word in approved for word in final)
        assert row["approval_rate"] == row["n_approved"] / row["n_decided"]
    assert len(rows) == study.request["payer"].n_unique()


def test_criteria_of_one_payer_are_those_of_the_result_table(study: um.Study) -> None:
    ours = study.approvals.criteria(payer="EmblemHealth", conjuncts=False, **TREE)
    theirs = study.approval_by_criterion.filter(payer="EmblemHealth", **TREE)
    shared = [name for name in ours.columns if name in theirs.columns]
    assert {"met_rate", "approval_rate_not_met_low", "denied_fractional"} <= set(shared)
    assert ours.select(shared).equals(theirs.select(shared))


def test_several_trees_are_never_mixed(study: um.Study) -> None:
    with pytest.raises(um.UserError, match=r'one tree at a time.*policy_version="2024-02-16"'):
        study.approvals.criteria()


def test_only_and_by_must_be_columns(study: um.Study) -> None:
    with pytest.raises(um.UserError, match=r"no column 'payers'.*nearest is 'payer'"):
        study.dosing.by("payers")
    with pytest.raises(um.UserError, match="no column 'quarte'"):
        study.renewals.by(quarte="x")
    some = study.dosing.by("status", payer=["EmblemHealth", "ConnectiCare"])
    assert (
        some["n_administrations"].sum() == study.administration.filter(pl.col("payer") != "Harbor Health Plan").height
    )


WRONG = {
    "dosing.by('nosuch')": "no column 'nosuch'",
    "dosing.by(3)": "no column '3'",
    "dosing.by('flags')": "a row holds several of them",
    "dosing.by('billed_units')": "adds up one of billed_units",
    "dosing.by('payer', payer=3)": "payer is 3, but must be text.",
    "dosing.by('payer', payer=['EmblemHealth', 3])": "payer is 3, but must be text.",
    "dosing.by('payer', month='2025-3')": """month is '2025-3', but must be a date, or like "2025-03".""",
    "dosing.by('payer', quarter=5)": """quarter is 5, but must be a date, or like "2025 Q1".""",
    "dosing.by('payer', administered_on='soon')": """must be a date, or like "2025-03-31".""",
    "dosing.by('payer', waste_attested=1)": "waste_attested is 1, but must be True or False.",
    "dosing.by('payer', billed_units='all')": "billed_units is 'all', but must be a number.",
    "dosing.by('payer', bsa_m2=True)": "bsa_m2 is True, but must be a number.",
    "renewals.by('payer', gap_days=1.5)": "gap_days is 1.5, but must be a whole number.",
    "dosing.waste('nosuch')": "no column 'nosuch'",
    "dosing.sensitivity(nosuch=1)": "study.dosing.sensitivity has no column 'nosuch'",
    "approvals.criteria(nosuch=1)": "study.approvals.criteria has no column 'nosuch'",
    "renewals.at_risk(payr='x')": "no 'payr': it takes policy_id and payer (the nearest is 'payer')",
    "renewals.persistence(payer=['EmblemHealth', 'ConnectiCare'])": "must be text",
    "renewals.persistence(payer='nobody')": "nobody's therapy of the payer 'nobody'.",
    "renewals.persistence(policy_id='none')": "nobody's therapy under the policy 'none'.",
    "renewals.figure('outcome', payer='nobody')": "nothing to draw by outcome",
    "renewals.figure('quarter', payer='nobody')": "nothing to draw by quarter",
}


@pytest.mark.parametrize("asked", WRONG)
def test_what_cannot_be_asked_is_told_in_one_sentence(study: um.Study, asked: str) -> None:
    with pytest.raises(um.UserError) as told:
        eval(f"study.{asked}", {"study": study})
    sentence = str(told.value)
    assert WRONG[asked] in sentence and "\n" not in sentence and sentence.endswith("."), sentence


@pytest.mark.parametrize(
    "only, wanted",
    [
        ({"month": "2025-03"}, "year(administered_on) = 2025 and month(administered_on) = 3"),
        ({"quarter": "2025 Q1"}, "year(administered_on) = 2025 and quarter(administered_on) = 1"),
        ({"year": 2025}, "year(administered_on) = 2025"),
        ({"year": "2025", "payer": {"EmblemHealth"}}, "year(administered_on) = 2025 and payer = 'EmblemHealth'"),
        ({"breach_kind": None}, "breach_kind is null"),
        ({"breach_kind": ("early", None)}, "breach_kind is null or breach_kind = 'early'"),
        ({"billed_units": 90}, "billed_units = 90"),
        ({"administered_on": ["2025-03-03", "2025-03-04"]}, "administered_on in ('2025-03-03', '2025-03-04')"),
    ],
)
def test_only_takes_periods_days_sets_and_nothing(study: um.Study, only: dict[str, Any], wanted: str) -> None:
    asked = study.sql(f"select count(*) as n from administration where {wanted}").item()
    assert study.dosing.by(**only)["n_administrations"].item() == asked > 0


def test_a_day_stands_for_its_period_and_a_column_asked_twice_counts_once(study: um.Study) -> None:
    from datetime import date

    assert study.dosing.by(month=date(2025, 3, 15)).equals(study.dosing.by(month="2025-03"))
    assert study.dosing.by("payer", "payer").equals(study.dosing.by("payer"))


def test_persistence_is_of_the_payer_s_own_policy(study: um.Study) -> None:
    for payer in study.therapy_spell["payer"].drop_nulls().unique():
        policies = set(study.therapy_spell.filter(payer=payer)["policy_id"])
        assert set(study.renewals.persistence(payer=payer)["policy_id"]) <= policies


def test_without_eligibility_retention_is_null_not_zero(tmp_path: Path) -> None:
    tables = {"medical_claim": [claim()], "authorization": [authorization(approved_to="2025-01-20")]}
    with opened(tmp_path, tables, HARBOR, as_of="2025-12-01") as small:
        row = small.renewals.table.row(0, named=True)
        assert row["n_eligible"] is None and row["retention_rate"] is None and row["n_stopped"] is None
        assert row["n_denied"] == 0 and row["n_approvals"] == 1
        assert "not evaluable" in small.renewals._repr_html_()


def test_waste_adds_up(study: um.Study) -> None:
    waste = study.dosing.waste("payer")
    assert waste["wasted_units"].sum() == study.administration["wasted_units"].sum()
    flagged = study.administration.filter(pl.col("flags").list.contains("avoidable_waste"))
    assert waste["n_avoidable"].sum() == flagged.height > 0
    # The table that the page publishes from: whole smallest vials alone are avoidable.
    sums = ("wasted_units", "avoidable_units", "wasted_allowed_amount", "avoidable_allowed_amount")
    for row in waste.to_dicts():
        published = study.administration_waste.filter(payer=row["payer"])
        assert row["n_administrations"] == published.height
        for name in sums:
            assert row[name] == published[name].sum(), name
        assert 0 < row["avoidable_units"] < row["wasted_units"]
    one = study.dosing.waste("month", payer="EmblemHealth", policy_version="2024-02-16")
    assert one["month"].n_unique() == one.height > 12
    with pytest.raises(um.UserError, match="can't count by them"):
        study.dosing.waste("wasted_units")


def test_persistence_starts_with_everybody_and_only_falls(study: um.Study) -> None:
    at_risk = study.renewals.at_risk()
    for column in at_risk.columns[1:]:
        assert at_risk[column].is_sorted(descending=True) and at_risk[column][0] > 0
    figure = study.renewals.persistence_figure()
    lines = [trace for trace in figure.data if trace.name and "gap of" in trace.name]
    assert len(lines) == 3 and all(line.y[0] == 1 and min(line.y) >= 0 for line in lines)


# ---- Figures

FIGURES = {
    "dosing by payer": lambda study: study.dosing.figure(),
    "dosing by month": lambda study: study.dosing.figure("month", payer="EmblemHealth"),
    "sensitivity": lambda study: study.dosing.sensitivity_figure(),
    "approvals by payer": lambda study: study.approvals.figure(),
    "approvals by quarter": lambda study: study.approvals.figure("quarter"),
    "criteria": lambda study: study.approvals.figure("criterion", **TREE),
    "denials": lambda study: study.approvals.denials_figure(**TREE),
    "renewals by quarter": lambda study: study.renewals.figure("quarter"),
    "outcomes": lambda study: study.renewals.figure("outcome"),
    "endings": lambda study: study.renewals.endings_figure(),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_drawn_and_never_offers_to_send_its_data_away(study: um.Study, name: str) -> None:
    import plotly.io as pio

    figure = FIGURES[name](study)
    assert any(len(trace.y if trace.y is not None else trace.x) for trace in figure.data)
    bundle = pio.renderers._build_mime_bundle(figure.to_plotly_json(), "plotly_mimetype")
    config = bundle["application/vnd.plotly.v1+json"]["config"]
    assert config["showSendToCloud"] is False and config["plotlyServerURL"] == "" and config["displaylogo"] is False
    page = figure.to_html(include_plotlyjs=False)
    (config,) = _configs(page)
    assert config["showSendToCloud"] is False and config["displaylogo"] is False
    assert "plot.ly" not in page and "chart-studio" not in page
    assert figure.layout.template.layout.to_plotly_json() == {}, "Plotly's default template would add 7 kB"


def test_a_displayed_figure_brings_its_settings_to_every_renderer(
    study: um.Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    import plotly.io as pio

    figure = study.dosing.figure()
    for renderer in ("plotly_mimetype", "notebook", "plotly_mimetype+notebook"):
        monkeypatch.setattr(pio.renderers, "default", renderer)
        bundle = figure._repr_mimebundle_()
        found = [bundle[kind]["config"] for kind in bundle if kind.endswith("plotly.v1+json")]
        found += _configs(bundle.get("text/html", ""))
        assert found and all(config["showSendToCloud"] is False for config in found)
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(pio, "show", lambda figure, *args, **kwargs: shown.append(kwargs))
    figure.show(config={"scrollZoom": True, "showSendToCloud": True})
    figure._ipython_display_()
    assert shown[0]["config"]["scrollZoom"] is True
    assert all(given["config"]["showSendToCloud"] is False for given in shown)
    assert "cdn.plot.ly" not in figure._repr_html_()
    # Plotly takes what it won't show out of the settings that it is handed: ours are the next page's too.
    assert json.loads(charts.to_json(figure))["config"]["plotlyServerURL"] == ""


def _configs(html: str) -> list[dict[str, Any]]:
    """The settings that an HTML rendering passes to Plotly."""
    found = [json.loads("{" + text + "}") for text in re.findall(r"\{([^{}]*\"showSendToCloud\"[^{}]*)\}", html)]
    return [config for config in found if isinstance(config.get("showSendToCloud"), bool)]


def test_quarters_whose_renewals_cannot_be_told_yet_are_greyed(study: um.Study) -> None:
    from datetime import date, timedelta

    quarters = study.renewals.by("quarter")["quarter"].to_list()
    drawn = [quarter for quarter in quarters if quarter <= study.horizon]
    ends = [(quarter + timedelta(days=100)).replace(day=1) - timedelta(days=1) for quarter in drawn]
    told = [end + timedelta(days=60) <= study.horizon for end in ends]
    assert told.count(True) > 3 and told == sorted(told, reverse=True) and not all(told)
    assert drawn[-1] == date(2025, 10, 1)
    (grey,) = [shape for shape in study.renewals.figure("quarter").layout.shapes if shape.type == "rect"]
    assert (grey.x0, grey.x1) == (told.index(False) - 0.5, len(drawn) - 0.5)


def test_a_figure_of_persons_says_so(study: um.Study) -> None:
    person = study.administration["person_id"][0]
    for figure in (study.dosing.figure("person_id", payer="Harbor Health Plan"), study.dosing.figure(person_id=person)):
        assert PERSONS in figure.layout.title.text
    outcomes = study.renewals.figure("outcome", person_id=study.renewal["person_id"][0])
    assert PERSONS in outcomes.layout.title.text
    assert study.dosing.figure().layout.title.text is None


# ---- One person's timeline


def test_a_window_s_bar_covers_its_days_and_no_more() -> None:
    from datetime import date

    doses = [charts.Dose(date(2025, 3, 3), 60, 72, "within"), charts.Dose(date(2025, 3, 22), 60, None, "exceeds")]
    windows = [
        charts.Window(date(2025, 3, 3), 21, 1, 1, "ok"),
        charts.Window(date(2025, 3, 22), 21, 2, 1, "exceeded"),
    ]
    figure = charts.timeline(doses, windows, "q3w.frequency")
    bars = {trace.name: trace for trace in figure.data if trace.type == "bar"}
    exceeded = bars["window exceeded"]
    # 21 days that end on 22 March begin on the 2nd, and hold the dose of the 3rd.
    assert exceeded.base[0] == "2025-03-02" and exceeded.x[0] == 21 * 24 * 3600 * 1000
    assert exceeded.text[0] == "2 of 1" and bars["window kept"].text[0] == ""
    assert exceeded.marker.pattern.shape != bars["window kept"].marker.pattern.shape, "told apart without colour"
    allowed = next(trace for trace in figure.data if trace.name == "units allowed")
    assert list(allowed.y) == [72]
    assert "One person" in figure.layout.title.text


def test_a_window_whose_limit_hangs_on_an_unknown_body_size() -> None:
    from datetime import date

    day = date(2025, 3, 3)
    window = charts.Window(day, 300, 750, None, "unknown")
    figure = charts.timeline([charts.Dose(day, 15, None, "indeterminate")], [window], "usual.life")
    told = next(trace for trace in figure.data if trace.type == "bar")
    assert told.text[0] == "750 of as many as an unknown body size allows"


def test_a_person_s_timeline_shows_their_doses(study: um.Study) -> None:
    early = study.administration.filter(breach_kind="early", policy_id="ixempra-oncology-injectable").head(1)
    figure = study.dosing.timeline(early["person_id"].item())
    mine = study.administration.filter(person_id=early["person_id"].item())
    points = [x for trace in figure.data if trace.type == "scatter" and trace.name != "units allowed" for x in trace.x]
    assert sorted(point.removesuffix("T12:00") for point in points) == sorted(
        str(day) for day in mine["administered_on"]
    )
    assert any(trace.name == "window exceeded" for trace in figure.data)
    with pytest.raises(um.UserError, match="'nobody'"):
        study.dosing.timeline("nobody")
    with pytest.raises(um.UserError, match=r"'q3w.dose' is no limit over time"):
        study.dosing.timeline(early["person_id"].item(), "q3w.dose")


# ---- Displays


def test_a_study_says_what_it_is_and_not_where(study: um.Study) -> None:
    shown = study._repr_html_()
    for words in ("data_samples/", "2025-12-31", "2023-01-01 to", "emblemhealth-mg-mm-ph-153 (2019-07-15, 2024-02-16)"):
        assert words in shown
    for name in RESULTS:
        assert name in shown
    assert str(SAMPLES.parent) not in shown


def test_displays_hold_no_markup_of_the_data_s_own(tmp_path: Path) -> None:
    tables = {
        "medical_claim": [claim(payer="<script>x</script>")],
        "authorization": [authorization(payer="<script>x</script>")],
    }
    folder = write_extract(tmp_path / "<b>bold", tables, '[policies]\n"*" = "ixempra-oncology-injectable"\n')
    with um.open(folder) as small:
        for shown in (small, small.dosing, small.approvals, small.renewals, small.tables, small.administration):
            assert "<script>" not in shown._repr_html_() and "<b>bold" not in shown._repr_html_()
        assert "&lt;script&gt;" in small.dosing._repr_html_()


@pytest.mark.parametrize("name", ["dosing", "approvals", "renewals"])
def test_a_measure_says_what_it_counts(study: um.Study, name: str) -> None:
    measure = getattr(study, name)
    for shown in (repr(measure), measure._repr_html_()):
        for words in (measure.question.split(",")[0], f"{study.frame(measure.rests_on).height:,}", "as of 2025-12-31"):
            assert words in shown
        assert "95% limits" in shown and "emblemhealth-mg-mm-ph-153" in shown
    assert "small cells are not hidden" in measure._repr_html_()
    assert measure.sql.startswith(f"-- {measure.rests_on}: sql/")
    assert f"{measure.headline[0]} made of the counts, in analytics/notebook/{name}.py" in measure.sql


def test_tables_warn_where_they_hold_persons(study: um.Study) -> None:
    for name, result in RESULTS.items():
        if name != "quality_result":
            assert (PERSONS in study.frame(name)._repr_html_()) == result.persons, name
    assert PERSONS not in study.dosing_summary._repr_html_()


def test_a_table_is_a_polars_frame_with_a_heading(study: um.Study) -> None:
    frame = study.renewal_summary
    assert isinstance(frame, TableFrame) and frame.equals(pl.DataFrame(frame.to_dict()))
    shown = frame._repr_html_()
    assert "policy, payer and quarter of approved_to" in shown and f"{frame.height:,}" in shown and "<table" in shown
    assert pl.concat([frame, frame]).height == 2 * frame.height
    # What is made of it is a plain frame again, and warns where it still leads to persons.
    filtered = study.administration.filter(status="exceeds")
    assert type(filtered) is pl.DataFrame
    assert PERSONS in frame_html(filtered) and PERSONS not in frame_html(filtered.select("payer"))


def test_in_a_notebook_every_frame_of_persons_warns() -> None:
    interactive = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell
    had_one = interactive.initialized()
    shell = interactive.instance()
    try:
        from analytics.notebook.frames import warn_of_persons

        warn_of_persons()
        shown, _ = shell.display_formatter.format(pl.DataFrame({"person_id": ["P1"]}))
        assert PERSONS in shown["text/html"]
        shown, _ = shell.display_formatter.format(pl.DataFrame({"payer": ["P1"]}))
        assert PERSONS not in shown["text/html"]
    finally:
        if not had_one:
            interactive.clear_instance()


def test_tables_are_listed_with_their_grain_and_query(study: um.Study) -> None:
    assert list(study.tables) == list(RESULTS) and "administration" in dir(study.tables)
    assert study.tables._ipython_key_completions_() == list(RESULTS)
    table = study.tables.administration
    assert table.grain == "one payer, person, drug (the policy's) and service date" and table.holds_persons
    text = statements()["administration"].read_text(encoding="utf-8")
    assert text.strip() in table.sql and "-- reads: administration_bsa" in table.sql
    assert str(Path.cwd()) not in table.sql
    assert repr(table.sql) == table.sql, "shown line by line"
    assert "rates.py" in study.tables["dosing_summary"].sql
    for name in RESULTS:
        assert study.tables[name].grain, name
    with pytest.raises(KeyError, match="nearest is 'renewal'"):
        study.tables["renewals"]
    with pytest.raises(AttributeError, match="no result table"):
        _ = study.tables.renewals


def test_tab_completes_measures_and_queries(study: um.Study) -> None:
    assert {"dosing", "approvals", "renewals", "sql", "tables", "administration"} <= set(dir(study))


# ---- Free queries


def test_a_query_reads_result_tables_staged_rows_extracts_and_policies(study: um.Study) -> None:
    assert study.sql("select count(*) as n from renewal").item() == study.renewal.height
    read = {row["table_name"]: row["rows_read"] for row in study.reconciliation.to_dicts()}
    assert study.sql("select count(*) as n from medical_claim_read").item() == read["medical_claim"]
    assert study.sql("select count(*) as n from observation_row where reason is null").item() > 0
    assert study.sql("select limit_id from policy_limit where regimen = 'weekly' order by all")[
        "limit_id"
    ].to_list() == [
        "weekly.dose",
        "weekly.frequency",
    ]
    ours = study.sql("with x as (select * from administration) select * from x order by all")
    assert ours.equals(pl.DataFrame(study.administration.to_dict()).sort(ours.columns), null_equal=True) or (
        ours.height == study.administration.height
    )


def test_values_are_bound(study: um.Study) -> None:
    asked = study.sql("select count(*) as n from renewal where payer = $payer", payer="x' or 'a' = 'a")
    assert asked.item() == 0
    for given in ({}, {"payer": "x", "other": 1}):
        with pytest.raises(um.UserError, match="payer=…"):
            study.sql("select 1 as a from renewal where payer = $payer", **given)


@pytest.mark.parametrize(
    "text, says",
    [
        ("select * from renewals", "no table 'renewals' (the nearest is 'renewal')"),
        ("select payr from renewal", "has a column 'payr'; near it are payer"),
        ("selct 1", "can't be read as SQL near 'selct'"),
        ("select payer, count(*) from renewal", "'payer' is neither grouped by"),
        ("select foo(payer) from renewal", "no function 'foo'"),
        ("select sum(payer) from renewal", "the types in sum(VARCHAR): convert them"),
        ("select payer + 1 from renewal", "the types in +(VARCHAR, INTEGER_LITERAL): convert them"),
        ("select * from temp.renewal", "name it as it is, without a dot"),
        ("select * from study.renewal", "no table 'study.renewal'"),
        ("select decided_at - received_at as wait from authorization_row", "'wait' is a span of time"),
        ("select [decided_at - received_at] as waits from authorization_row", "'waits' is a span of time"),
        ("select union_value(a := 1) as u", "a frame can't hold"),
        ("pivot renewal on outcome using count(*)", "A pivot must name its values"),
        ("-- no more\ncheckpoint", "this is 'checkpoint'"),
        ("with x as (select 1) delete from renewal", "this is 'delete'"),
        (None, "takes a query as text"),
        ("select 1; select 2", "one query at a time"),
        ("", "given none"),
        ("create table x as select 1", "only reads"),
        ("insert into renewal select * from renewal", "only reads"),
        ("drop table renewal", "only reads"),
        ("attach 'x.db'", "only reads"),
        ("install httpfs", "this is 'install'"),
        ("set memory_limit = '1GB'", "only reads"),
        ("pragma database_list", "only reads"),
        ("explain analyze copy renewal to 'x.csv'", "only reads"),
        ("copy renewal to 'x.csv'", "only reads"),
        ("select * from 'README.md'", "no table 'README.md'"),
        ("select * from 'data_samples/eligibility.csv'", "can't reach files"),
        ("select * from read_csv('README.md')", "can't reach files"),
        ("select * from read_text('README.md')", "can't reach files"),
        ("select * from glob('*')", "can't reach files"),
        ("select * from read_parquet('https://example.org/x.parquet')", "can't reach files"),
        ("select * from study", "no table 'study'"),
        ("select * from frame", "no table 'frame'"),
    ],
)
def test_a_wrong_query_is_told_in_one_sentence(study: um.Study, text: str, says: str) -> None:
    frame = study.renewal  # A variable that a query must not see.
    assert frame.height
    with pytest.raises(um.UserError) as told:
        study.sql(text)
    sentence = str(told.value)
    assert says in sentence and "\n" not in sentence and sentence.endswith("."), sentence
    assert study.sql("select 1 as one").item() == 1, "the next query runs as if nothing had been"


def test_a_pivot_that_names_its_values_and_a_span_in_hours_are_answered(study: um.Study) -> None:
    pivoted = study.sql(
        "pivot (select payer, outcome from renewal) on outcome in ('lapsed', 'stopped') using count(*) order by all"
    )
    assert pivoted["lapsed"].sum() == study.renewal.filter(outcome="lapsed").height
    hours = study.sql("select date_diff('hour', received_at, decided_at) as hours from authorization_row")
    assert hours["hours"].max() > 0
    assert study.sql("select {'INTERVAL': 1} as a").height == 1


@pytest.mark.parametrize("said", [duckdb.InterruptException("Interrupted!"), RuntimeError("Query interrupted")])
def test_a_query_that_is_interrupted_stops_as_any_code_does(
    study: um.Study, monkeypatch: pytest.MonkeyPatch, said: Exception
) -> None:
    class Pressed:
        """A database in whose query Ctrl-C was pressed."""

        def sql(self, *_: Any, **__: Any) -> None:
            raise said

    with monkeypatch.context() as patched:
        patched.setattr(study._queries, "_connection", Pressed())
        with pytest.raises(KeyboardInterrupt):
            study.sql("select 1 as one")
    assert study.sql("select 1 as one").item() == 1


def test_a_closed_study_says_so(tmp_path: Path) -> None:
    with opened(tmp_path, {"medical_claim": [claim()], "authorization": [authorization()]}, HARBOR) as small:
        assert small.sql("select count(*) as n from administration").item() == 1
    with pytest.raises(um.UserError, match="study is closed"):
        small.sql("select 1 as one")


def test_a_query_changes_nothing_in_the_study(study: um.Study) -> None:
    before = study.engine.rows("select count(*) from duckdb_tables()")[0]
    study.sql("select * from query('select 1 as a')")
    assert study.engine.rows("select count(*) from duckdb_tables()")[0] == before
    assert study.engine.rows("select current_setting('enable_external_access')")[0][0] is True


def test_a_user_s_error_reads_as_its_sentence_in_a_notebook() -> None:
    assert um.UserError("Do this.")._render_traceback_() == ["UserError: Do this."]
