"""The comparison's work in hand-written DuckDB, as small as it gets: what it costs without a product around it."""

import duckdb

from tests.benchmarks.common import CAP, COLUMNS, DRUG, WINDOW_DAYS


def run(files: list[str]) -> tuple[int, int]:
    """Administrations, and those over a cap."""
    with duckdb.connect(config={"preserve_insertion_order": False}) as con:
        con.sql("select * from read_parquet($files)", params={"files": files}).create_view("claim")
        con.execute("create temp table code as select unnest(['7', '8']) as claim_frequency_code")
        con.execute(
            "create temp table link as "
            "select data_source, claim_id, claim_frequency_code, original_claim_id from claim "
            "where claim_frequency_code in (select claim_frequency_code from code)"
        )
        con.execute(
            f"create temp table line as select distinct {', '.join(COLUMNS)} from claim where hcpcs_code = $drug",
            {"drug": DRUG},
        )
        con.execute(
            """
            create temp table day as
            with gone as (
                select data_source, claim_id from link where claim_frequency_code = '8'
                union
                select data_source, original_claim_id from link where original_claim_id <> claim_id
            ),
            netted as (
                select data_source, claim_id, claim_line_number, payer, person_id, claim_line_start_date as on_day,
                    hcpcs_modifier_1 is not distinct from 'JW' as has_jw, sum(service_unit_quantity) as units,
                    sum(allowed_amount) as allowed
                from line anti join gone using (data_source, claim_id)
                where claim_status <> 'denied'
                group by all
                having units > 0
            )
            select payer, person_id, on_day, sum(units) as units,
                sum(case when has_jw then units else 0 end) as wasted, sum(allowed) as allowed
            from netted group by all
            """
        )
        (found,) = con.execute(
            f"""
            with windowed as (
                select units, sum(units) over (
                    partition by payer, person_id order by on_day
                    range between interval {WINDOW_DAYS - 1} days preceding and current row
                ) as in_window
                from day
            )
            select count(*), count(*) filter (where units > {CAP} or in_window > {CAP}) from windowed
            """
        ).fetchall()
    return int(found[0]), int(found[1])
