-- Which Claim does each ClaimResponse answer?
-- Grain: a ClaimResponse that answers one (its newest version). Parameters: none. The Claim that it refers to; else the one
-- of the same patient with the identifier that it names; else the only one of the Bundle that it came in.
with known_as as (
    select claim_key, _owner, _key as name from fhir_claim where _key is not null
    union all
    select claim_key, _owner, _address as name from fhir_claim where _address is not null
),
alone as (
    select _bundle, min(claim_key) as claim_key, min(_owner) as _owner
    from fhir_claim
    where _bundle is not null
    group by 1
    having count(*) = 1
),
referred as (
    select r._n, min(c.claim_key) as claim_key
    from fhir_response as r
    inner join known_as as c
        on r.request_key = c.name
        and coalesce(r._owner, c._owner, '') = coalesce(c._owner, r._owner, '')
    where r.is_newest
    group by 1
),
identified as (
    select r._n, min(c.claim_key) as claim_key
    from fhir_response as r
    inner join fhir_claim as c on r.request_identifier = c.claim_identifier and r._owner = c._owner
    where r.is_newest
    group by 1
    having count(distinct c.claim_key) = 1
)
select r._n, coalesce(f.claim_key, i.claim_key, a.claim_key) as claim_key
from fhir_response as r
left join referred as f on r._n = f._n
left join identified as i on r._n = i._n
left join alone as a on r._bundle = a._bundle and r._owner = a._owner
where r.is_newest and coalesce(f.claim_key, i.claim_key, a.claim_key) is not null
