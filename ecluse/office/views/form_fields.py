"""How is one field of a form shown? Label, hint, error and control, of any kind; what was typed stays as typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "whole", "money", "date", "month", "choice", "many", "yes_no", "text_area", "file"]
KINDS: tuple[Kind, ...] = (
    "text", "whole", "money", "date", "month", "choice", "many", "yes_no", "text_area", "file",
)  # fmt: skip
CURRENCIES = ("UAH", "EUR", "USD", "GBP", "PLN", "DKK", "SEK", "NOK", "CZK")
MOST_LETTERS = {"text_area": 8000, "text": 400}
YES_NO = (("yes", "word.yes"), ("no", "word.no"))


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as a form shows it. `label`, `hint` and `error` are catalogue keys or texts already said.

    `value` is what was typed, as text; for `many` a list of texts; for `money` a pair (amount, currency).
    `choices` are pairs (value, words); for `money` the currencies, if not the usual ones. `section` is the heading
    under which a part of a long form begins; `offers` are pairs (value, words) suggested for a text, `suggest` the
    address that is asked for more while one types; `said` is what the value is called.
    """

    name: str
    label: str
    kind: Kind = "text"
    value: Any = ""
    choices: Sequence[tuple[str, str]] = ()
    hint: str = ""
    error: str = ""
    required: bool = True
    section: str = ""
    offers: Sequence[tuple[str, str]] = ()
    suggest: str = ""
    said: str = ""

    @property
    def is_group(self) -> bool:
        """Are there several controls under one question?"""
        return self.kind in ("many", "yes_no")

    @property
    def is_short(self) -> bool:
        """Is the answer a short one, so that a wide box would mislead?"""
        return self.kind in ("whole", "date", "month")

    @property
    def input_type(self) -> str:
        """Which kind of control asks for it? Numbers are texts: browsers lose what is no number."""
        return self.kind if self.kind in ("date", "month") else "text"

    @property
    def most(self) -> int:
        """How many letters may it have at most?"""
        return MOST_LETTERS.get(self.kind, MOST_LETTERS["text"])

    @property
    def described(self) -> str:
        """Which elements say more about it, for those who hear the page?"""
        parts = [(self.hint, "hint"), (self.error, "error"), (self.said, "said")]
        return " ".join(f"field-{self.name}-{part}" for said, part in parts if said)

    @property
    def amount(self) -> str:
        """Which amount was typed?"""
        return str(self.value[0] if isinstance(self.value, tuple | list) and self.value else self.value or "")

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        """Which choices are there: value, words, chosen?"""
        chosen = self._chosen()
        return [(value, said, value in chosen) for value, said in self._choices()]

    def _choices(self) -> Sequence[tuple[str, str]]:
        if self.kind == "money":
            return self.choices or tuple((code, code) for code in CURRENCIES)
        return YES_NO if self.kind == "yes_no" else self.choices

    def _chosen(self) -> set[str]:
        if self.kind == "money":
            pair = self.value if isinstance(self.value, tuple | list) else ()
            return {str(pair[1])} if len(pair) > 1 else set()
        if isinstance(self.value, bool):
            return {"yes" if self.value else "no"}
        if isinstance(self.value, str):
            return {self.value} if self.value else set()
        return {str(one) for one in self.value or ()}


def form_context(
    fields: Sequence[FieldView], *, action: str = "", send: str = "", cancel: str = "", draft_url: str = "",
    draft_kept: bool = False, hidden: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:  # fmt: skip
    """What does `components/form.html` want to be told?"""
    return {
        "fields": list(fields),
        "action": action,
        "send": send,
        "cancel": cancel,
        "draft_url": draft_url,
        "draft_kept": draft_kept,
        "hidden": list(hidden),
        "has_file": any(field.kind == "file" for field in fields),
        "draft_without": ",".join(
            field.name for field in fields if field.kind == "file"
        ),  # a draft is words, not files
    }
