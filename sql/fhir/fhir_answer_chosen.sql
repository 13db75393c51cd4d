-- Which QuestionnaireResponses document each request?
-- Grain: the Claim that a request began with and a QuestionnaireResponse of it. Parameters: none. Those that a Claim names
-- among its documents, and those that name what it asks for as what they are about. Where a Bundle with the Claim, an answer
-- may repeat it without its documents, has one of that name, it is meant, else the newest that was read.
with named as (
    select o.root_key, d._key, d._owner, d._bundle, d.document_key
    from fhir_document as d
    inner join fhir_claim_root as o on d._n = o.claim_key
    where d.is_newest and d.document_key is not null
),
wanted as (
    select root_key, _bundle, document_key from named
    union
    select n.root_key, d._bundle, n.document_key
    from named as n
    inner join fhir_document as d
        on n._key = d._key and n.document_key = d.document_key
        and coalesce(n._owner, d._owner, '') = coalesce(d._owner, n._owner, '')
    union
    select o.root_key, q._bundle, coalesce(a._key, a._address) as document_key
    from fhir_request as q
    inner join fhir_claim_root as o on q._n = o.claim_key
    inner join fhir_answer as a on q.service_key = a.context_key
    where q.is_newest and q.service_key is not null
),
offered as (
    select distinct _n, _key as name, _bundle, is_newest from fhir_answer where _key is not null
    union
    select distinct _n, _address as name, _bundle, is_newest from fhir_answer where _address is not null
),
found as (
    select
        w.root_key,
        a._n,
        a.is_newest,
        w.document_key,
        coalesce(a._bundle = w._bundle, false) as is_of_bundle,
        max(case when a._bundle = w._bundle then 1 else 0 end) over (partition by w.root_key, w.document_key) as n_of_bundle
    from wanted as w
    inner join offered as a on w.document_key = a.name
)
select distinct root_key, _n
from found
where is_of_bundle or (n_of_bundle = 0 and is_newest)
