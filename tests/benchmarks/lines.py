"""What the invented extract for timing holds: its codes and payers, and the SQL that draws its rows from hashes."""

# Common codes first: a code's share falls with its place.
OTHER_CODES = (
    "99213", "99214", "36415", "80053", "85025", "99203", "99204", "96413", "83036", "93000", "71046", "97110",
    "77067", "G0439", "90471", "90686", "J1100", "J2405", "J1885", "J3420", "J0897", "J2506", "J1439", "J9267",
    "J9171", "J9264", "J9000", "J9178", "Q2050", "J9035", "J9355", "J9271", "J1745", "J0178", "J2350", "J3380",
    "Q5103", "Q5107", "96365", "96367", "70553", "74177", "45378", "43239", "27447", "66984", "99283", "99284",
    "99223", "99232", "A0427", "E0601",
)  # fmt: skip
OTHER_DIAGNOSES = (
    "I10", "E119", "Z0000", "E785", "M545", "J069", "R0789", "K219", "F411", "N390", "C50911", "C61",
    "C3490", "D649", "G4733", "Z1231",
)  # fmt: skip
PAYERS = ("Harbor Health Plan", "EmblemHealth", "ConnectiCare", "Summit Mutual")
SETTINGS = '[policies]\n"Harbor Health Plan" = "ixempra-oncology-injectable"\n'

# A number drawn for x, another one for each salt; the n-th day of the extract.
MACROS = """
create macro draw(x, salt) as cast(hash(x, salt, {seed}) // 2 as bigint);
create macro day(n) as date '{first_day}' + cast(n as integer)
"""

# Person j of those treated is a member like the others; body size in hundredths of a square metre.
PERSON = """
create temp table person as
select
    format('M{:09d}', j * ($members // $persons)) as person_id,
    (['Harbor Health Plan', 'EmblemHealth', 'ConnectiCare'])[1 + draw(j, 1) % 3] as payer,
    day(draw(j, 2) % 880) as first_on,
    140 + cast(draw(j, 3) % 95 as integer) as bsa,
    cast(draw(j, 4) % 100 as integer) as fate,
    j
from range($persons) as numbers(j)
"""

# One infusion per person and cycle; 2 of 100 are corrected by a void (and a new claim) or a replacement.
INFUSION = """
create temp table infusion as
with cycle as (
    select p.*, c, draw(j * 1000 + c, 5) as h
    from person as p, range($cycles) as numbers(c)
    where c < 3 + p.fate % 8
), dose as (
    select
        person_id, payer, h, $heavy + j * $cycles + c as infusion_id,
        least(first_on + cast(21 * c - case when h % 31 = 0 then 4 else 0 end as integer), day($days - 1)) as given_on,
        cast(ceil(40 * bsa / 100.0) as integer) + case when h % 23 = 0 then 6 else 0 end as units
    from cycle
    union all by name
    select
        format('M{:09d}', $members) as person_id, 'Harbor Health Plan' as payer, draw(k, 6) as h,
        k as infusion_id, day(k % $days) as given_on, 72 as units
    from range($heavy) as numbers(k)
)
select
    *, (15 - units % 15) % 15 as waste, h % 100 < 95 as attests,
    case when h % 200 < 2 then 'void' when h % 200 < 4 then 'replace' when h % 1000 = 5 then 'drop' else 'none'
    end as fate
from dose
"""

# The claims of an infusion: itself; then the record that voids it and the claim made anew, or what replaces it
# (which may bill the infusion alone). Their lines: the drug given, the drug discarded, the infusion.
SCOPE_LINE = """
create temp table scope_line as
with claim as (
    select *, fate = 'drop' and which = 2 as is_dropped
    from infusion, range(1, 4) as numbers(which)
    where which = 1 or which = 2 and fate <> 'none' or which = 3 and fate = 'void'
)
select
    format('S{:011d}{}', infusion_id, which) as claim_id, line as claim_line_number, person_id, payer, given_on,
    case line when 3 then '96413' else 'J9207' end as hcpcs_code,
    case line when 1 then units when 2 then waste else 1 end as units,
    case when line = 2 then 'JW' when line = 1 and attests and waste = 0 then 'JZ' end as modifier,
    case when which <> 2 then '1' when fate = 'void' then '8' else '7' end as frequency,
    case when which = 2 then format('S{:011d}1', infusion_id) end as original, h
from claim, range(1, 4) as numbers(line)
where case line when 1 then not is_dropped when 2 then attests and waste > 0 and not is_dropped else is_dropped end
order by infusion_id, which, line
limit $in_scope
"""

COLUMNS = """
    claim_id, cast(claim_line_number as integer) as claim_line_number, person_id, payer,
    given_on as claim_start_date, given_on as claim_line_start_date, given_on as claim_line_end_date, hcpcs_code,
    cast(units as decimal(18, 4)) as service_unit_quantity,
    modifier as hcpcs_modifier_1, cast(null as varchar) as hcpcs_modifier_2, cast(null as varchar) as hcpcs_modifier_3,
    cast(null as varchar) as hcpcs_modifier_4, cast(null as varchar) as hcpcs_modifier_5,
    case when h % 3 = 0 then '22' else '11' end as place_of_service_code,
    format('1{:09d}', h % 4000 * 7919) as rendering_npi, format('1{:09d}', h % 500 * 104729) as billing_npi,
    diagnosis as diagnosis_code_1, case when h % 2 = 0 then 'Z79899' end as diagnosis_code_2,
    cast(units * cents * 0.018 as decimal(18, 2)) as charge_amount,
    cast(units * cents * 0.01 as decimal(18, 2)) as allowed_amount,
    cast(units * cents * 0.008 as decimal(18, 2)) as paid_amount,
    given_on + 5 + cast(h % 60 as integer) as paid_date, 'core' as data_source,
    case when hcpcs_code = 'J9207' then '70020191101' end as ndc_code,
    frequency as claim_frequency_code, original as original_claim_id,
    case when h % 50 = 7 then 'denied' else 'paid' end as claim_status
"""

# Three lines a claim, in the order of time; 2 of 100 claims void or replace one of the five thousand before them.
PART = f"""
select {COLUMNS} from (
    select
        format('C{{:012d}}', i // 3) as claim_id, i % 3 + 1 as claim_line_number,
        format('M{{:09d}}', draw(i // 3, 7) % $members) as person_id,
        $payers[1 + draw(i // 3, 8) % 4] as payer,
        day(i // 3 * 3 * $days // $others) as given_on,
        $codes[1 + (h % len($codes)) * (h // 1000 % len($codes)) // len($codes)] as hcpcs_code,
        case when h % 5 = 0 then 1 + h // 7 % 40 else 1 end as units, 6000 as cents,
        case when h % 11 = 0 then '59' end as modifier,
        case draw(i // 3, 9) % 100 when 0 then '7' when 1 then '8' else '1' end as frequency,
        case when draw(i // 3, 9) % 100 < 2
            then format('C{{:012d}}', greatest(i // 3 - 1 - draw(i // 3, 10) % 5000, 0)) end as original,
        $diagnoses[1 + h // 13 % len($diagnoses)] as diagnosis, h
    from (select i, draw(i, 11) as h from range($first, $last) as numbers(i))
    union all
    select
        claim_id, claim_line_number, person_id, payer, given_on, hcpcs_code, units, 9000 as cents, modifier,
        frequency, original, 'C50911' as diagnosis, h
    from scope_line where given_on >= day($from_day) and given_on < day($until_day)
)
order by claim_line_start_date, claim_id, claim_line_number
"""

# An initial request for everyone treated, a renewal for those who go on, a denied one for one in eight.
REQUEST = """
create temp table request as
select
    *, format('A{:09d}{}', j, round) as authorization_id, payer <> 'Harbor Health Plan' as is_b,
    round <> 2 as is_approved,
    first_on + case round when 0 then -6 when 1 then 175 else -60 end as received_on,
    first_on + case round when 1 then 183 else -3 end as from_day
from person, range(3) as numbers(round)
where round = 0 or round = 1 and fate % 8 >= 5 or round = 2 and fate % 8 = 1
"""

TABLES = {
    "authorization": """
select
    authorization_id, person_id, payer, 'J9207' as hcpcs_code,
    case round when 1 then 'renewal' else 'initial' end as request_type,
    case round when 1 then format('A{:09d}0', j) end as prior_authorization_id,
    received_on + interval 9 hour as received_at, received_on + interval 63 hour as decided_at,
    case when is_approved then 'approved' else 'denied' end as decision,
    case when j % 5 = 0 then 'expedited' else 'standard' end as priority, j % 14 = 0 as extended,
    case when is_approved then from_day end as approved_from,
    case when is_approved then cast(from_day + to_months(if(is_b, 6, 12)) - interval 1 day as date) end as approved_to,
    cast(1600 as decimal(18, 4)) as approved_units, 'q3w' as regimen, j % 97 = 0 as exception_approved,
    bsa / 100.0 as bsa_m2, 40.0 as requested_dose_mg_per_m2, 'C50911' as diagnosis_code,
    '207RH0003X' as prescriber_specialty
from request
order by authorization_id
""",
    "criterion_review": """
select authorization_id, unnest(
    case when is_b and round = 1 then ['II.1', 'II.2', 'II.3']
         when is_b then ['I.1.A.dx_code', 'I.1.A.disease', 'I.1.A', 'L.2', 'L.3']
         else ['1.indication', '1.A', '1.B.ii', '1.C'] end) as criterion_id,
    case when is_approved or j % 3 = 0 then 'met' when j % 3 = 1 then 'not_met' else 'not_documented' end
        as determination
from request
order by authorization_id, criterion_id
""",
    "clinical_answer": """
select authorization_id, unnest(
    case when is_b then ['metastatic', 'single_agent', 'anthracycline_resistant', 'taxane_resistant',
                         'capecitabine_resistant', 'unacceptable_toxicity']
         else ['metastatic', 'oncologist_involved'] end) as question,
    case when question <> 'unacceptable_toxicity' and (is_approved or j % 3 = 0) then 'yes' else 'no' end as answer
from request
order by authorization_id, question
""",
    "eligibility": """
select
    person_id, payer, date '1965-01-01' + (j % 9000)::integer as birth_date,
    case when fate < 6 then first_on + 240 end as death_date, date '2021-01-01' as enrollment_start_date,
    case when fate < 6 then first_on + 240 when fate < 12 then first_on + 300 end as enrollment_end_date
from person
order by person_id
""",
    "observation": """
select
    person_id, first_on - 3 + cast(60 * k as integer) as observation_date, '3140-1' as source_code,
    bsa / 100.0 as result, 'm2' as source_units, cast(null as double) as source_reference_range_high
from person, range(4) as numbers(k)
where j % 20 <> 0
order by person_id, observation_date
""",
}

ORDERS = {
    "member": "person_id, claim_line_start_date, claim_id, claim_line_number",
    "code": "hcpcs_code, claim_line_start_date, claim_id, claim_line_number",
}
