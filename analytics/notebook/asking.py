"""What a study can be asked in a notebook: its three measures, its tables, and free queries."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from analytics.explain.explanation import Explanation
    from analytics.notebook.approvals import ApprovalsMeasure
    from analytics.notebook.dosing import DosingMeasure
    from analytics.notebook.queries import Queries
    from analytics.notebook.renewals import RenewalsMeasure
    from analytics.notebook.tables import Tables
    from analytics.study import Study


class Asking:
    """The part of a study that answers an analyst. Everything is imported when first asked for."""

    @property
    def _study(self) -> "Study":
        return cast("Study", self)

    @cached_property
    def tables(self) -> "Tables":
        """The result tables by name, with grain, columns and query: `study.tables.administration.sql`."""
        from analytics.notebook.tables import Tables

        return Tables(self._study)

    @cached_property
    def dosing(self) -> "DosingMeasure":
        """Are the dosing caps kept?"""
        from analytics.notebook.dosing import DosingMeasure

        return DosingMeasure(self._study)

    @cached_property
    def approvals(self) -> "ApprovalsMeasure":
        """What is approved, and which criteria decide?"""
        from analytics.notebook.approvals import ApprovalsMeasure

        return ApprovalsMeasure(self._study)

    @cached_property
    def renewals(self) -> "RenewalsMeasure":
        """What becomes of approvals when they end?"""
        from analytics.notebook.renewals import RenewalsMeasure

        return RenewalsMeasure(self._study)

    def sql(self, text: str, **parameters: Any) -> "pl.DataFrame":
        """One query over the result tables, the staged tables of `sql/`, the extracts as read and the policy tables.

        parameters: values for `$name` in the text; bind them rather than paste them. It only reads, and nothing but
        these tables: no file, no network. Raises :class:`analytics.errors.UserError` with a sentence for a wrong query.

        >>> study.sql("select * from renewal where payer = $payer", payer="EmblemHealth")  # doctest: +SKIP
        """
        return self._queries.run(text, parameters)

    def explain(
        self,
        authorization_id: str | None = None,
        *,
        person: str | None = None,
        on: "date | str | None" = None,
        payer: str | None = None,
        policy: str | None = None,
    ) -> "Explanation":
        """Why a case came out as it did: a request by its id, an administration by person and day, or all of a person.

        payer, policy: which administration is meant, where a person has several on a day. What is shown is about one
        person. Raises :class:`analytics.errors.UserError` with a sentence where there is no such case.

        >>> study.explain("A000123")                          # doctest: +SKIP
        >>> study.explain(person="P000123", on="2024-03-01")  # doctest: +SKIP
        """
        from analytics.explain.case import explain_case

        return explain_case(self._study, authorization_id, person, on, payer, policy)

    @cached_property
    def _queries(self) -> "Queries":
        from analytics.notebook.queries import Queries

        return Queries(self._study)

    def close_queries(self) -> None:
        """Let the copies that queries ran on go."""
        if "_queries" in self.__dict__:
            self._queries.close()
            del self.__dict__["_queries"]

    def _repr_html_(self) -> str:
        from analytics.notebook.overview import study_html

        return study_html(self._study)
