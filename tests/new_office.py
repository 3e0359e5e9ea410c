"""What does an office of service do from its first day on? Two databases, keys in folders, persons at their desks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from begun import CLEAN, DIRTY, PASSPHRASE
from carried import office_on

DAY_ONE = date(2026, 1, 20)
MAKER, BUYER = "party:edrpou-12345678", "party:cvr-34567890"
BANK, CARRIER, OTHER = "party:edrpou-45678901", "party:edrpou-56789012", "party:edrpou-23456789"
MODEL, CLASS, LINE = "model:ew-1", "ew_set", "line:vyshnevyi-1"
TREASURY, AUDIT, STAFF = "authority:treasury", "authority:audit", "authority:general-staff"
# What the portal's office says of itself: the ministry's key lies elsewhere, its countersigner sits here.
LOW_SECOND = """
id = "officer:mod-3"
name = "Роман Калиновий"
email = "roman@office.example"
authority = "authority:mod"
role = "countersigner"
"""


@dataclass
class Office:
    """One side: where its database is, where its keys lie, which day it is there."""

    url: str
    keys: Path
    side: str
    day: date = DAY_ONE
    publics: dict[str, str] = field(default_factory=dict)

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Within this block models, keys and side are this office's."""
        with office_on(self.url), pytest.MonkeyPatch.context() as patch:
            patch.setenv("ECLUSE_KEYS", str(self.keys))
            patch.setenv("ECLUSE_KEYS_PASSPHRASE", PASSPHRASE)
            patch.setenv("ECLUSE_SIDE", self.side)
            yield

    def session(self, mandate: Any = None) -> Any:
        """A session whose clock stands at noon of this office's day; chance and keys are those of service."""
        from ecluse.base.source import KeyedSource
        from ecluse.office.desk.today import open_session, private_key

        at = datetime.combine(self.day, time(12), UTC)

        class SetClock(KeyedSource):
            def now(self) -> datetime:
                return at

        return open_session(mandate, source=SetClock(private_key))

    def mandate(self, person: str, role: str) -> Any:
        """Under which mandate does this person act in this role today?"""
        from ecluse.office.desk.person import mandates_of

        return next(one for one in mandates_of(self.session(), person, self.day) if one.role == role)

    def desk(self, person: str, role: str) -> Any:
        """The person's desk."""
        from ecluse.office.desk.registry import Desk

        mandate = self.mandate(person, role)
        return Desk(self.session(mandate), mandate, self.day)

    def do(self, name: str, who: tuple[str, str], subject: str = "office", **raw: Any) -> Any:
        """Take this action as a page would: may I, is it my turn, what is filled in, what is typed?"""
        from ecluse.office.desk.form import raw_value, read_form
        from ecluse.office.desk.registry import all_actions, may

        desk, action = self.desk(*who), all_actions()[name]
        assert may(desk, action, subject), f"{who} may not {name} {subject}"
        assert action.offers(desk, subject), f"{name} {subject} is not offered to {who}"
        given = {key: raw_value(value) for key, value in action.given(desk, subject).items()}
        choices = {key: offered(desk, subject) for key, offered in action.choices.items()}
        return action.do(desk, subject, read_form(action.form, {**given, **raw}, choices))

    def begin(self, answers: str) -> None:
        """Found the office from this text of answers."""
        from ecluse.office.opening.init import answers_of, begin, tomllib

        form = tomllib.loads(answers)
        begin(answers_of({**form, "keys": str(self.keys), "side": self.side}, "answers.toml", self.keys.parent),
              PASSPHRASE, self.day)  # fmt: skip

    def make_keys(self, *owners: str) -> None:
        """Keys for those who come later, in this office's own folder."""
        from ecluse.edge.keys import make_key

        for owner in owners:
            self.publics[owner] = make_key(self.keys, owner, PASSPHRASE)

    def key_rows(self, *owners: str) -> str:
        """The table that registers these owners' keys."""
        rows = [f"{owner};{self.publics[owner]};{self.day}" for owner in owners]
        return "\n".join(["owner;public_key;valid_from", *rows]) + "\n"

    # -------------------------------------------------------------- tables by two persons

    def take_in(self, kind: str, body: str | bytes, map_body: bytes | None = None, name: str = "") -> Any:
        """Propose this table by one person and accept it by another; which proposal was it?"""
        proposer, second = PERSONS[self.side]
        raw = {"table": kind, "file": _upload(name or f"{kind}.csv", body)}
        raw |= {"map": _upload(f"{kind}.toml", map_body)} if map_body else {}
        proposal = self.do("office.propose_import", proposer, **raw).subject
        self.do("office.accept_import", second, proposal, read="yes")
        return proposal

    def take_in_clean(self, *kinds: str) -> None:
        """Take in these clean tables; the dirty one of the same kind is refused first, and leaves nothing."""
        from ecluse.edge.imports.problems import ImportRefusedError

        for kind in kinds:
            before = counts()
            path = next(path for path in sorted(DIRTY.glob(f"{kind}.*")) if path.suffix != ".toml")
            proposer, dirty = PERSONS[self.side][0], _upload(path.name, path.read_bytes())
            with pytest.raises(ImportRefusedError) as refused:
                self.do("office.propose_import", proposer, table=kind, file=dirty)
            assert refused.value.problems
            assert counts() == before, kind
            path = next(path for path in sorted(CLEAN.glob(f"{kind}.*")) if path.suffix != ".toml")
            how = CLEAN / f"{kind}.toml"
            self.take_in(kind, path.read_bytes(), how.read_bytes() if how.exists() else None, path.name)


# By side: who proposes tables, and who accepts them as a second person of another authority.
PERSONS = {
    "high": (("officer:mod-1", "planner"), ("officer:ssecu-1", "author")),
    "low": (("officer:ssecu-1", "author"), ("officer:mod-3", "countersigner")),
}


def _upload(name: str, body: str | bytes) -> Any:
    from ecluse.office.desk.form import Upload

    return Upload(name, body.encode() if isinstance(body, str) else body)


def counts() -> tuple[int, ...]:
    """How much does this office hold?"""
    from ecluse.office.models import Document, LogEntry, Record

    return tuple(model.objects.count() for model in (Record, LogEntry, Document))


def answers_for(side: str, ministry_key: str = "") -> str:
    """The answers of this side: on the low one the ministry's key lies elsewhere, its countersigner sits here."""
    text = (DIRTY / "answers.toml").read_text(encoding="utf-8")
    if side == "high":
        return text
    head, _, officers = text.partition("[[officers]]")
    head = head.replace('id = "authority:mod"\n', f'id = "authority:mod"\npublic_key = "{ministry_key}"\n')
    second = officers.partition("[[officers]]")[2]
    return f"{head}[[officers]]{LOW_SECOND}\n[[officers]]{second}"


def table(text: str) -> str:
    """A table written down with blanks: `a; b` rows without their indent."""
    return "\n".join(";".join(cell.strip() for cell in line.split(";")) for line in text.strip().splitlines()) + "\n"


AUTHORITIES = table("""
    authority; state; name_uk; name_en; name_fr
    authority:sbu; UA; Служба безпеки; Security service; Service de sécurité
    authority:mfa; UA; Міністерство закордонних справ; Foreign ministry; Ministère des Affaires étrangères
    authority:treasury; UA; Казначейство; Treasury; Trésor
    authority:audit; UA; Рахункова палата; Court of audit; Cour des comptes
""")
# Who speaks for whom, in which role; each is one person.
MANDATES = (
    ("officer:mod-op", "authority:mod", "opinion"), ("officer:sbu-op", "authority:sbu", "opinion"),
    ("officer:mfa-op", "authority:mfa", "opinion"), ("officer:treasury-1", TREASURY, "spender"),
    ("officer:audit-1", AUDIT, "controller"), ("officer:clear-1", "authority:ssecu", "clearance"),
    ("officer:dk-1", "authority:dk", "authority"), ("officer:staff-1", STAFF, "authority"),
    ("officer:maker-1", MAKER, "party"), ("officer:buyer-1", BUYER, "party"), ("officer:bank-1", BANK, "party"),
    ("officer:carrier-1", CARRIER, "party"),
)  # fmt: skip


def officers_table(mandates: Any = MANDATES, until: str = "") -> str:
    """The table of these mandates, from the first day on."""
    rows = [f"{person};{body};{role};{person.partition(':')[2]};{DAY_ONE};{until}" for person, body, role in mandates]
    return "\n".join(["officer;authority;role;name;valid_from;valid_until", *rows]) + "\n"


HIGH_TABLES = {
    "reserves": f"""
        reserve; owner; model; class; units; set_on
        reserve:ew-1; authority:mod; {MODEL}; {CLASS}; 10; 2026-01-02
    """,
    "absorption": f"""
        absorption; owner; class; units; first_month; last_month; stated_on
        absorption:ew; {STAFF}; {CLASS}; 200; 2026-01; 2026-03; 2026-01-02
    """,
    "budgets": """
        month; budget_minor_uah
        2026-01; 900000000
        2026-02; 900000000
        2026-03; 900000000
    """,
    "home_prices": f"""
        owner; class; price; currency; stated_on
        authority:mod; {CLASS}; 500000.00; UAH; 2026-01-02
        authority:mod; fpv; 21000.00; UAH; 2026-01-02
    """,
    "surplus_policies": """
        policy; owner; rule; ratio_numerator; ratio_denominator; valid_from
        policy:surplus-1; authority:mod; SR-1; 1; 2; 2026-01-01
    """,
}
LOW_TABLES = {
    "lines": f"""
        line; maker; host; class; evidence; registered_on
        {LINE}; {MAKER}; UA; {CLASS}; certificate of the works 4/2025; 2026-01-10
    """,
    "lives": f"""
        subject; state; owner; on
        {LINE}; planned; authority:ssecu; 2026-01-10
        {LINE}; first_article; authority:ssecu; 2026-01-12
        {LINE}; series; authority:ssecu; 2026-01-15
    """,
    "line_rules": f"""
        rule_id; line; rule; host_share_bp; valid_from
        rule:vyshnevyi-1; {LINE}; home_first; 0; 2026-01-10
    """,
    "origins": f"""
        model; consents_needed; consents_held; declared_on
        {MODEL}; ; ; 2026-01-10
    """,
    "marketing": f"""
        marketing; exporter; class; state; valid_from; valid_until
        marketing:ew-dk; {MAKER}; {CLASS}; DK; 2026-01-05; 2026-12-31
    """,
    "buyer_tiers": """
        policy; owner; state; tier; valid_from
        policy:tiers-1; authority:mfa; DK; 1; 2026-01-01
    """,
    "partner_lists": """
        policy; owner; state; kind; valid_from
        policy:partners-1; authority:mfa; DK; treaty; 2026-01-01
    """,
    "critical_goods": """
        policy; owner; model; valid_from
        policy:critical-1; authority:mod; model:gear-7; 2026-01-01
    """,
    "contribution_policies": """
        policy; owner; rule; ad_valorem_bp; profit_share_bp; order_ratio_bp; days_to_receive; days_to_contribute; \
days_to_allocate; days_to_purchase; valid_from
        policy:contribution-1; authority:treasury; ad_valorem; 2000; 0; 0; 60; 30; 60; 120; 2026-01-01
    """.replace("\\\n", ""),
}
# Owners come in after the lists: they are screened as they come.
FIRMS = (MAKER, OTHER, BANK, CARRIER)
OWNERS = "party;kind;name;state;registered_on\n" + "".join(
    f"party:owner-{number};person;Owner {number} of the tests;UA;2026-01-05\n" for number, _ in enumerate(FIRMS)
)
OWNERSHIPS = "ownership;owner;owned;share_min_bp;share_max_bp;controls;since\n" + "".join(
    f"ownership:{number};party:owner-{number};{firm};10000;10000;yes;2020-01-01\n" for number, firm in enumerate(FIRMS)
)
LIST = "entry,name,kind,identifiers\nX-1,Storonnii Posrednyk LLC,firm,\nX-2,Petro Nihtovych,person,\n"
