-- With which Claim did each request begin, and the how manieth change of it is this one?
-- Grain: a Claim resource. Parameters: none. A chain is followed for 20 changes, which also ends one that goes in a circle.
with recursive chain as (
    select claim_key, claim_key as root_key, 0 as depth from fhir_claim
    union all
    select c.claim_key, p.parent_key as root_key, c.depth + 1 as depth
    from chain as c
    inner join fhir_claim as p on c.root_key = p.claim_key
    where p.parent_key is not null and c.depth < 20
),
longest as (
    select claim_key, max(depth) as depth from chain group by 1
)
select l.claim_key, min(c.root_key) as root_key, l.depth
from longest as l
inner join chain as c on l.claim_key = c.claim_key and l.depth = c.depth
group by 1, 3
