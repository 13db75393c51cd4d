"""The rows that the explanation of a request is made of: its facts, answers, reviews and length."""

from datetime import date
from typing import TYPE_CHECKING

from analytics.explain.queries import Row, rows

if TYPE_CHECKING:
    from analytics.study import Study


def criteria(study: "Study", authorization_id: str) -> dict[str, Row]:
    """By criterion: what the reviewer recorded there, what follows from the record, and what the facts say."""
    text = """
        select c.*, n.recorded
        from criterion_result as c
        inner join request_node as n on c.authorization_id = n.authorization_id and c.criterion_id = n.node_id
        where c.authorization_id = $id
    """
    found = rows(study, "criterion_result request_node", text, id=authorization_id)
    return {row["criterion_id"]: row for row in found}


def facts(study: "Study", authorization_id: str) -> dict[str, Row]:
    """By fact: what is known of a request, and how."""
    text = "select fact, word, number, evidence from request_fact where authorization_id = $id"
    return {row["fact"]: row for row in rows(study, "request_fact", text, id=authorization_id)}


def indication(study: "Study", authorization_id: str) -> str:
    """The indication that a request is of; empty where its policy has none, or none fits."""
    text = "select indication from request_tree where authorization_id = $id"
    return str(rows(study, "request_tree", text, id=authorization_id)[0]["indication"])


def recorded(study: "Study", authorization_id: str) -> dict[str, list[str]]:
    """By criterion: what the reviewer wrote there, in words, and why it could not be used where it couldn't."""
    text = """
        select distinct criterion_id, determination, reason
        from criterion_review_row where authorization_id = $id order by all
    """
    found: dict[str, list[str]] = {}
    for row in rows(study, "criterion_review_row", text, id=authorization_id):
        words = (row["determination"] or "something that can't be read").replace("_", " ")
        unused = f" (not used: {row['reason'].replace('_', ' ')})" if row["reason"] else ""
        found.setdefault(row["criterion_id"], []).append(words + unused)
    return found


def unused_reviews(study: "Study", authorization_id: str) -> list[Row]:
    """A request's records of reviews that could not be used, with the reason; a second copy says nothing more."""
    text = """
        select criterion_id, determination, reason
        from criterion_review_row
        where authorization_id = $id and reason is not null and reason <> 'duplicate_row'
        order by all
    """
    return rows(study, "criterion_review_row", text, id=authorization_id)


def approval_end(study: "Study", authorization_id: str) -> date:
    """The last day that an approval may have, by the length that the policy gives it."""
    text = """
        select
            cast(
                r.approved_from + l.length_months * interval 1 month + (l.length_days - 1) * interval 1 day as date
            ) as last_on
        from request_judged as r
        inner join request_tree as t on r.authorization_id = t.authorization_id
        inner join policy_length as l
            on t.policy_id = l.policy_id and t.policy_version = l.policy_version and t.request_type = l.request_type
            and t.indication = l.indication and coalesce(r.exception_approved, false) = l.is_exception
        where r.authorization_id = $id
    """
    found: date = rows(study, "request_judged request_tree", text, id=authorization_id)[0]["last_on"]
    return found


def answers(study: "Study", authorization_id: str) -> dict[str, Row]:
    """By question: what a request's answer means."""
    text = "select question, meaning, answer_number from answer where authorization_id = $id"
    return {row["question"]: row for row in rows(study, "answer", text, id=authorization_id)}
