"""How does a world enter an empty office? Every table's rows become sealed records on the world's first day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.sealed import seal
from ecluse.base.signing import Key, Signature, sign
from ecluse.custody.terms import Centre, CentreRole, LifeEvent, LifeState, Line, LineRule, OutputRule
from ecluse.edge.world.read import World
from ecluse.licence.terms import CriticalGoods, Interest, MarketingAuthorisation, OriginDeclaration, PartnerList
from ecluse.office.actions.deed import Deed
from ecluse.office.models import LiveParty
from ecluse.office.registers import AidReceived, Authority, Budget, HomePrice, Model, Officer
from ecluse.office.session import Session
from ecluse.parties.terms import BuyerTiers, EndUseClause, EndUseStatement, ExporterStatus, Ownership, Party, PartyKind
from ecluse.plan.terms import PlanPolicy
from ecluse.proceeds.terms import BudgetFigure, ContributionPolicy, ContributionRule, RateOfDay, Shortage
from ecluse.surplus.terms import (
    AbsorptionLimit,
    CapacityAttestation,
    FundedOrder,
    Funder,
    JudgedSurplus,
    MonthUnits,
    OrdersStatement,
    Reserve,
    StatedNeed,
    StockCount,
    SurplusPolicy,
    SurplusRule,
)

# Who buys for the home army, and states what it pays.
HOME_BUYER = "authority:mod"
# (record, subject, owner who signs it or None)
Filing = tuple[Any, str, str | None]


class Signers:
    """With whose keys are the world's papers signed? Seeded keys, in a demonstration only."""

    def __init__(self, session: Session, first_day: date) -> None:
        self.session, self.first_day = session, first_day

    def key(self, owner: str) -> Key:
        """Which public key does this owner register?"""
        public = self.session.source.private_key(owner).public_key().public_bytes_raw().hex()
        return Key(f"key:{owner}/1", owner, public, self.first_day, None)

    def sign(self, owner: str, record: Any, on: date) -> Signature:
        """What is this owner's signature of this record?"""
        return sign(record, f"key:{owner}/1", self.session.source.private_key(owner), max(on, self.first_day))


def found_world(
    session: Session, world: World, on: date, *, then: Callable[[Signers], None] = lambda signers: None
) -> None:
    """Enter every register of the world as of its first day: one deed a table; `then` follows on the officers."""
    signers = Signers(session, on)
    for name, filings in _tables(world, signers, on):
        _enter(session, signers, name, filings, on)
        if name == "officers":
            then(signers)
    if world.plan_policies:
        _enter(session, signers, "plan-policies", plan_policies(world), on, log="plan")
    with Deed(session, "office.register", actor="clock:office", on=on, subject="register:live-parties") as deed:
        for party in sorted(row.party for row in world.parties):
            record = session.newest(party, Party)
            assert record is not None
            deed.put(LiveParty(party=party, digest=seal(record).digest), party)


def _enter(
    session: Session, signers: Signers, name: str, filings: Iterable[Filing], on: date, log: str = "home"
) -> None:
    with Deed(session, "office.register", actor="clock:office", on=on, subject=f"register:{name}", log=log) as deed:
        for record, subject, owner in filings:
            deed.seal(record, subject, [signers.sign(owner, record, on)] if owner else ())


def _tables(world: World, signers: Signers, on: date) -> Iterator[tuple[str, Iterator[Filing]]]:
    named = (Authority(r.authority, r.state, r.name_uk, r.name_en, r.name_fr) for r in world.authorities)
    yield "authorities", ((authority, authority.id, None) for authority in named)
    yield "keys", _keys(world, signers)
    yield "officers", _officers(world)
    yield "models", _models(world)
    yield "parties", _parties(world)
    yield "lines", _lines(world)
    yield "capacity", _capacity(world)
    yield "orders", _funded(world)
    yield "needs", _needs(world)
    yield "prices", _prices(world)
    yield "policies", _policies(world)
    yield "statements", _statements(world)
    yield "offers", _offers(world)
    yield (
        "rates",
        (
            (
                RateOfDay(
                    f"rate:{r.base}-{r.quote}-{r.on}", r.base, r.quote, r.numerator, r.denominator, r.on, r.source
                ),
                f"rate:{r.base}-{r.quote}",
                None,
            )
            for r in world.rates
            if r.on <= on
        ),
    )


def _keys(world: World, signers: Signers) -> Iterator[Filing]:
    owners = {r.authority for r in world.authorities} | {r.officer for r in world.officers}
    owners |= {r.party for r in world.parties} | {r.operator for r in world.centres}
    owners |= {f"witness:{r.host.lower()}" for r in world.centres if r.host != world.home}
    for owner in sorted(owners):
        yield signers.key(owner), f"key:{owner}", None


def _officers(world: World) -> Iterator[Filing]:
    for r in world.officers:
        yield Officer(r.officer, r.authority, r.role, r.name, r.valid_from, r.valid_until), r.officer, None
        if r.interest_in:
            declared = r.interest_declared_on or r.valid_from
            yield Interest(f"interest:{r.officer}", r.officer, r.interest_in, declared), r.officer, None


def _models(world: World) -> Iterator[Filing]:
    for r in world.models:
        price, cost = Money(r.unit_price_minor, r.currency), Money(r.unit_cost_minor, r.currency)
        entry = r.control_entry or ""
        yield (
            Model(r.model, r.class_, r.kind, r.goods_list, entry, r.maker, price, cost, r.development_share_bp),
            f"class:{r.class_}",
            None,
        )
    for origin in world.origins:
        record = OriginDeclaration(
            f"origin:{origin.model}", origin.model, origin.consents_needed, origin.consents_held, origin.declared_on
        )
        yield record, origin.model, None


def _parties(world: World) -> Iterator[Filing]:
    for r in world.parties:
        party = Party(r.party, PartyKind(r.kind), r.name, r.names_other, r.state, r.identifiers, r.registered_on)
        yield party, r.party, None
    for exporter in world.exporters:
        status = ExporterStatus(
            f"exporter:{exporter.party}", exporter.party, exporter.registered_until, exporter.authority_until,
            exporter.defence_city,
        )  # fmt: skip
        yield status, exporter.party, None
    for ownership in world.ownerships:
        owned = Ownership(
            ownership.ownership,
            ownership.owner,
            ownership.owned,
            ownership.share_min_bp,
            ownership.share_max_bp,
            ownership.controls,
            ownership.since,
            ownership.until,
            ownership.source,
        )
        yield owned, ownership.owned, None


def _lines(world: World) -> Iterator[Filing]:
    for r in world.lines:
        shares = (r.technology_home_bp, r.parts_home_bp, r.specialists_home_bp)
        yield Line(r.line, r.maker, r.host, r.class_, *shares, r.evidence, r.registered_on), r.line, r.maker
    for centre in world.centres:
        roles = tuple(CentreRole(role) for role in centre.roles)
        yield Centre(centre.centre, centre.host, centre.operator, roles, centre.announced_on), centre.centre, None
    for line_rule in world.line_rules:
        rule = LineRule(
            line_rule.rule_id,
            line_rule.line,
            OutputRule(line_rule.rule),
            line_rule.host_share_bp,
            line_rule.source,
            line_rule.valid_from,
            line_rule.valid_until,
        )
        yield rule, line_rule.line, None


def months_of(world: World) -> list[Month]:
    """Which months does the world's year hold, in order?"""
    return list(Month.of(world.first_day).until(Month.of(world.last_day)))


def _vector(world: World, units: Iterable[int | None]) -> tuple[MonthUnits, ...]:
    return tuple(
        MonthUnits(month, count) for month, count in zip(months_of(world), units, strict=True) if count is not None
    )


def _capacity(world: World) -> Iterator[Filing]:
    for r in world.capacity:
        capacity, shown = _vector(world, r.capacity_units), _vector(world, r.demonstrated_units)
        attestation = CapacityAttestation(
            r.attestation, r.maker, r.model, r.class_, capacity, shown, r.attested_on, r.valid_until
        )
        yield attestation, r.model, r.maker


def _funded(world: World) -> Iterator[Filing]:
    for r in world.funded_orders:
        due = _vector(world, r.due_units)
        order = FundedOrder(r.funded_order, r.owner, Funder(r.funder), r.model, r.class_, due, r.ordered_on)
        yield order, r.model, r.owner
    for stated in world.orders_statements:
        register = OrdersStatement(
            stated.statement, stated.owner, stated.class_, stated.orders, stated.units_home, stated.units_partner,
            stated.as_of,
        )  # fmt: skip
        yield register, f"class:{stated.class_}", stated.owner
    for stock_row in world.stock:
        yield (
            StockCount(
                stock_row.stock,
                stock_row.owner,
                stock_row.model,
                stock_row.class_,
                stock_row.units,
                stock_row.counted_on,
            ),
            stock_row.model,
            stock_row.owner,
        )
    for reserve in world.reserves:
        yield (
            Reserve(reserve.reserve, reserve.owner, reserve.model, reserve.class_, reserve.units, reserve.set_on),
            reserve.model,
            reserve.owner,
        )


def _needs(world: World) -> Iterator[Filing]:
    for r in world.needs:
        need = StatedNeed(r.need, r.owner, r.class_, r.priority, _vector(world, r.needed_units), r.stated_on)
        yield need, f"class:{r.class_}", r.owner
    for absorption_row in world.absorption:
        limit = AbsorptionLimit(
            absorption_row.absorption,
            absorption_row.owner,
            absorption_row.class_,
            absorption_row.units,
            absorption_row.first_month,
            absorption_row.last_month,
            absorption_row.stated_on,
        )
        yield limit, f"class:{absorption_row.class_}", absorption_row.owner
    for judged in world.judged_surplus:
        surplus = JudgedSurplus(
            judged.judgement, judged.owner, judged.class_, judged.units, judged.first_month, judged.last_month,
            judged.judged_on,
        )  # fmt: skip
        yield surplus, f"class:{judged.class_}", judged.owner
    for number, aid_row in enumerate(world.aid, 1):
        aid = AidReceived(
            f"aid:{aid_row.class_}-{number}", aid_row.class_, aid_row.units, aid_row.from_state, aid_row.on
        )
        yield aid, f"class:{aid_row.class_}", None
    for budget in world.budgets:
        yield Budget(f"budget:{budget.month}", budget.month, Money(budget.budget_minor_uah, "UAH")), "budget", None
    for row in world.budget_figures:
        before, after = Money(row.before_minor, row.currency), Money(row.after_minor, row.currency)
        figure = BudgetFigure(
            row.figure, row.owner, row.class_, row.first_month, row.last_month, before, after, row.stated_on
        )
        yield figure, "budget", row.owner


def _prices(world: World) -> Iterator[Filing]:
    for row in world.classes:
        if row.home_price_minor_uah is not None:
            money = Money(row.home_price_minor_uah, "UAH")
            price = HomePrice(f"home-price:{row.class_}", HOME_BUYER, row.class_, money, world.first_day)
            yield price, f"class:{row.class_}", HOME_BUYER


def _policies(world: World) -> Iterator[Filing]:
    for r in world.surplus_policies:
        ratio = (r.ratio_numerator, r.ratio_denominator)
        policy = SurplusPolicy(r.policy, r.owner, SurplusRule(r.rule), *ratio, r.valid_from, r.valid_until)
        yield policy, "policy:surplus", r.owner
    for contribution_policy_row in world.contribution_policies:
        rates = (
            contribution_policy_row.ad_valorem_bp,
            contribution_policy_row.profit_share_bp,
            contribution_policy_row.order_ratio_bp,
        )
        days = (
            contribution_policy_row.days_to_receive,
            contribution_policy_row.days_to_contribute,
            contribution_policy_row.days_to_allocate,
            contribution_policy_row.days_to_purchase,
        )
        rule = ContributionRule(contribution_policy_row.rule)
        yield (
            ContributionPolicy(
                contribution_policy_row.policy,
                contribution_policy_row.owner,
                rule,
                *rates,
                *days,
                contribution_policy_row.valid_from,
                contribution_policy_row.valid_until,
            ),
            "policy:contribution",
            contribution_policy_row.owner,
        )
    yield from _grouped(world.buyer_tiers, _tiers, "policy:tiers")
    yield from _grouped(world.partner_lists, _partners, "policy:partners")
    yield from _grouped(world.critical_goods, _critical, "policy:critical")


def plan_policies(world: World) -> Iterator[Filing]:
    """Which planning policies are signed in this world?"""
    for r in world.plan_policies:
        days = (r.signed_on, r.valid_from, r.valid_until)
        yield PlanPolicy(r.policy, r.owner, r.rule, r.reinvest_share_bp, r.grace_months, *days), "policy:plan", r.owner


def _grouped(rows: Iterable[Any], build: Callable[[list[Any]], Any], subject: str) -> Iterator[Filing]:
    by_policy: dict[str, list[Any]] = {}
    for row in rows:
        by_policy.setdefault(row.policy, []).append(row)
    for group in by_policy.values():
        yield build(group), subject, group[0].owner


def _tiers(rows: list[Any]) -> BuyerTiers:
    first = rows[0]
    return BuyerTiers(
        first.policy, first.owner, tuple((r.state, r.tier) for r in rows), first.valid_from, first.valid_until
    )


def _partners(rows: list[Any]) -> PartnerList:
    first = rows[0]
    deals = tuple(r.state for r in rows if r.kind == "deal")
    treaties = tuple(r.state for r in rows if r.kind == "treaty")
    return PartnerList(first.policy, first.owner, deals, treaties, first.valid_from, first.valid_until)


def _critical(rows: list[Any]) -> CriticalGoods:
    first = rows[0]
    return CriticalGoods(first.policy, first.owner, tuple(r.model for r in rows), first.valid_from, first.valid_until)


def _statements(world: World) -> Iterator[Filing]:
    for r in world.statements:
        clauses = tuple(EndUseClause(clause) for clause in r.clauses)
        statement = EndUseStatement(
            r.statement,
            r.number,
            r.end_user,
            r.state,
            r.model,
            r.units,
            clauses,
            r.issued_on,
            r.valid_until,
            r.verified_on,
        )
        yield statement, r.statement, r.signed_by


def _offers(world: World) -> Iterator[Filing]:
    for r in world.marketing:
        if r.valid_from > world.first_day:
            continue  # asked for and decided within the year
        code = r.marketing.rsplit(":", 1)[-1].upper()
        authorisation = MarketingAuthorisation(
            r.marketing, code, "authority:ssecu", r.exporter, r.class_, r.state, r.valid_from, r.valid_until
        )
        yield authorisation, r.exporter, "authority:ssecu"


def life_event(row: Any) -> LifeEvent:
    """Which record is this row of `lives.csv`?"""
    return LifeEvent(f"life:{row.subject}/{row.state}-{row.on}", row.subject, LifeState(row.state), row.owner, row.on)


def shortage(row: Any) -> Shortage:
    """Which record is this row of `shortages.csv`?"""
    return Shortage(row.shortage, row.owner, row.class_, row.units, row.priority, row.named_on)
