-- Which requests were sent, under which keys may they be named, and which earlier one does each change?
-- Grain: a Claim resource (its newest version). Parameters: none. A Claim that names an earlier one as related, or whose
-- certification type makes it a change (revised, cancelled, appeal) of the authorization number that it names, belongs to
-- that request: parent_key.
with claim as (
    select
        _n as claim_key,
        max(_key) as _key,
        max(_address) as _address,
        max(_bundle) as _bundle,
        max(_owner) as _owner,
        max(claim_identifier) as claim_identifier,
        max(related_key) as related_key,
        max(related_identifier) as related_identifier,
        max(case when certification in ('1', '2', '3', 'S') then named_authorization end) as changed_authorization,
        min(received_instant) as received_instant
    from fhir_request
    where is_newest
    group by 1
),
known_as as (
    select claim_key, _owner, _key as name from claim where _key is not null
    union all
    select claim_key, _owner, _address as name from claim where _address is not null
),
numbered as (
    -- The numbers that answers gave, by the claim that they answer in so many words.
    select
        coalesce(i.authorization_number, r.authorization_number) as authorization_number,
        min(c.claim_key) as claim_key,
        count(distinct c.claim_key) as n_claims
    from known_as as c
    inner join fhir_response as r
        on r.request_key = c.name and coalesce(r._owner, c._owner, '') = coalesce(c._owner, r._owner, '')
    left join fhir_response_item as i on r._n = i._n
    where r.is_newest and coalesce(i.authorization_number, r.authorization_number) is not null
    group by 1
),
named_parent as (
    select c.claim_key, p.claim_key as parent_key, c._owner, p._owner as parent_owner
    from claim as c
    inner join known_as as p on c.related_key = p.name
    union all
    select c.claim_key, p.claim_key as parent_key, c._owner, p._owner as parent_owner
    from claim as c
    inner join claim as p on c.related_identifier = p.claim_identifier
    where c.related_key is null
),
parent as (
    select claim_key, min(parent_key) as parent_key
    from named_parent
    where claim_key <> parent_key and coalesce(_owner, parent_owner, '') = coalesce(parent_owner, _owner, '')
    group by 1
)
select
    c.claim_key,
    c._key,
    c._address,
    c._bundle,
    c._owner,
    c.claim_identifier,
    c.received_instant,
    coalesce(p.parent_key, case when n.n_claims = 1 and n.claim_key <> c.claim_key then n.claim_key end) as parent_key
from claim as c
left join parent as p on c.claim_key = p.claim_key
left join numbered as n on c.changed_authorization = n.authorization_number
