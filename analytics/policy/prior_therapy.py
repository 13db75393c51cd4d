"""Reading prior therapies: facts that follow from claims, and the flag where an answer denies what claims show."""

from analytics.policy.evidence import CONTRADICTED, ExampleClaim, PriorTherapy, TherapyEvidence
from analytics.policy.model import CodeList, Policy
from analytics.policy.parts import Known
from analytics.policy.reader import Table, each, unique
from analytics.policy.rules import Flag, Rule, Test, TestValue


def prior_therapies(root: Table, known: Known) -> tuple[PriorTherapy, ...]:
    """Facts that claims answer."""

    def read(t: Table) -> PriorTherapy:
        return PriorTherapy(
            fact=known.question(t, "fact", "yes_no"),
            codes=_codes(known.code_list(t, "code_list", "HCPCS") if t.has("code_list") else None),
            ndcs=_codes(known.code_list(t, "ndc_list", "NDC") if t.has("ndc_list") else None),
            months=t.whole("months"),
            doses=t.whole("doses") if t.has("doses") else None,
            days=t.whole("days") if t.has("days") else None,
            label=t.text("label"),
            citation=known.citation(t),
        )

    found = each(root, "prior_therapy", read)
    unique(found, lambda therapy: therapy.fact, root, "prior_therapy", "fact")
    for name in (therapy.fact + CONTRADICTED for therapy in found):
        if name in known.questions:
            root.fault("prior_therapy", f"'{name}' is a question too", "another name for it", f'"{name}"')
    return found


def therapy_evidences(root: Table, known: Known, proofs: tuple[PriorTherapy, ...]) -> tuple[TherapyEvidence, ...]:
    """What claims show of other drugs. proofs: prior therapies, whose facts are told beside them by their names."""

    def read(t: Table) -> TherapyEvidence:
        return TherapyEvidence(
            therapy=t.text("therapy"),
            codes=_codes(known.code_list(t, "code_list", "HCPCS") if t.has("code_list") else None),
            ndcs=_codes(known.code_list(t, "ndc_list", "NDC") if t.has("ndc_list") else None),
            around_days=t.whole("around_days") if t.has("around_days") else None,
            months=t.whole("months") if t.has("months") else None,
            fact=known.question(t, "fact", "yes_no") if t.has("fact") else None,
            implied_by=known.question(t, "implied_by", "yes_no") if t.has("implied_by") else None,
            label=t.text("label"),
            citation=known.citation(t),
        )

    found = each(root, "therapy_evidence", read)
    unique(found, lambda one: one.therapy, root, "therapy_evidence", "therapy")
    for name in sorted({one.therapy for one in found} & {proof.fact for proof in proofs}):
        root.fault(
            "therapy_evidence", f"'{name}' is the fact of a prior_therapy too", "another name for it", f'"{name}"'
        )
    return found


def _codes(listed: CodeList | None) -> tuple[str, ...]:
    return () if listed is None else tuple(code.code for code in listed.codes)


def contradictions(found: tuple[PriorTherapy, ...]) -> tuple[Flag, ...]:
    """A flag for each: the answer is no, and claims show the therapy."""
    return tuple(
        Flag(
            name=therapy.fact + CONTRADICTED,
            label=f"'{therapy.fact}' is answered with no, and claims show {therapy.label}",
            citation=therapy.citation,
            rule=Rule(
                "all",
                (Test(therapy.fact + CONTRADICTED, "one_of", None, (TestValue("yes", False, 1),), None),),
            ),
        )
        for therapy in found
    )


def example_claims(table: Table) -> tuple[ExampleClaim, ...]:
    """The claims of a worked example: earlier ones, and of an administration later ones too."""

    def read(t: Table) -> ExampleClaim:
        supply = t.whole("days_supply") if t.has("days_supply") else None
        # Before a request nothing comes later: claims of such an example have no days after it.
        is_later = "days_after" in t.shape.fields and t.has("days_after")
        before = -t.whole("days_after") if is_later else t.whole("days_before")
        return ExampleClaim(t.optional_text("hcpcs_code"), t.optional_text("ndc"), before, supply)

    return each(table, "claim", read)


def looked_for(policy: Policy, around: bool) -> list[str]:
    """The other drugs that a policy looks for around an administration, or before a request."""
    found = [one.therapy for one in policy.therapy_evidences if (one.around_days is not None) == around]
    return found if around else [*found, *(proof.fact for proof in policy.prior_therapies)]
