"""Admission control: which trials still fit into the time of a tabular search."""

from __future__ import annotations

from collections.abc import Sequence

from automl_flow.models.family import FitContext
from automl_flow.study.budget import Clock
from automl_flow.study.journal import Journal
from automl_flow.study.trial import TrialRecord
from automl_flow.tabular.candidate import Suggestion, TrialFacts
from automl_flow.tabular.suggest.cost_model import CostModel
from automl_flow.tabular.suggest.plan import TrialPlan


class Admission:
    """Decides whether a trial still fits into the time, and ends the search when none does."""

    def __init__(
        self,
        costs: CostModel,
        plan: TrialPlan,
        journal: Journal,
        clock: Clock,
        *,
        earlier: Sequence[TrialRecord],
        context: FitContext,
    ) -> None:
        """Learn from the trials of the layer below.

        Args:
            costs: Predicts what trials take; it learns from those that end.
            plan: What is searched.
            journal: Finished trials, from which costs are learned.
            clock: Time of the search.
            earlier: Trials of the layer below.
            context: Size of the data that those were fitted on.
        """
        self._costs, self._plan, self._journal, self._clock = costs, plan, journal, clock
        self._seen: set[int] = set()
        for record in earlier:
            self._learn(record, context)

    def __call__(self, suggestion: Suggestion, left: float) -> str | None:
        """Reason not to start a trial with *left* seconds to go; ``None`` if there is none."""
        for number, entry in self._journal.entries.items():
            if number not in self._seen:
                self._learn(TrialRecord.from_entry(entry))
            self._seen.add(number)
        refusal = self._costs.refusal(suggestion.family, suggestion.params, left)
        if refusal is not None and not self._anything_fits(left):
            self._clock.stop()
        return refusal

    def _learn(self, record: TrialRecord, context: FitContext | None = None) -> None:
        facts = TrialFacts.of(record)
        if record.state == "complete" and facts and not facts.cut_short and facts.family in self._plan.families:
            self._costs.learn(facts.family, facts.params, record.seconds, context)

    def _anything_fits(self, left: float) -> bool:
        firsts = {config.family: config.params for config in reversed(self._plan.initial)}
        return any(self._costs.refusal(name, params, left) is None for name, params in firsts.items())
