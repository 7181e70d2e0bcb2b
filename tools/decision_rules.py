"""Rules from cases: the facts that an answer of the core depends on."""

from __future__ import annotations

from dataclasses import dataclass

Facts = frozenset[str]
Answer = tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One combination of facts, and the core's answers."""

    facts: Facts
    answers: frozenset[Answer]


def rules(cases: list[Case], kind: str) -> list[list[str]]:
    """The answers of a kind, each with the facts on which it depends."""
    answers = {answer for case in cases for answer in case.answers if answer[0] == kind}
    return [[*answer[1:], *conditions(cases, answer)] for answer in sorted(answers)]


def conditions(cases: list[Case], answer: Answer) -> list[str]:
    """The facts that must hold, or must not, for an answer."""
    those = [case for case in cases if answer in case.answers]
    require(bool(those), f"the core never answers {answer}")
    always = frozenset.intersection(*(case.facts for case in those))
    never = frozenset.union(*(case.facts for case in cases)) - frozenset.union(
        *(case.facts for case in those)
    )
    # A fact that all cases have is not a condition of this answer.
    always -= frozenset.intersection(*(case.facts for case in cases))
    for case in cases:
        holds = always <= case.facts and not never & case.facts
        require(
            holds == (answer in case.answers), f"{answer} depends on {sorted(case.facts)} otherwise"
        )
    return [*sorted(always), *(f"!{name}" for name in sorted(never))]


def require(holds: bool, otherwise: str) -> None:
    """End the build if the core's answers are not rules."""
    if not holds:
        raise SystemExit(f"The core cannot be put into a decision table: {otherwise}.")
