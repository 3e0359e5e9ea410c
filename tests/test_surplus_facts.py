"""Do the surplus gate's facts keep unknown apart from zero, and does the audit, written apart, read the same?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from carried import office_on, sqlite_url
from keys import key_for, signed

from ecluse.base.days import Month
from ecluse.base.money import Money
from ecluse.base.verdict import codes_of
from ecluse.parties.terms import Party, PartyKind
from ecluse.surplus.terms import (
    AbsorptionLimit,
    CapacityAttestation,
    FundedOrder,
    Funder,
    HomeProgress,
    JudgedSurplus,
    MonthUnits,
    OrdersStatement,
    StatedNeed,
    StockCount,
    SurplusPolicy,
    SurplusRule,
)

pytestmark = [pytest.mark.db, pytest.mark.slow]
FIRST = date(2026, 1, 1)
YEAR = tuple(Month(2026, 1).until(Month(2026, 12)))
JANUARY, FEBRUARY, MARCH = YEAR[:3]
APRIL_2 = date(2026, 4, 2)
MOD, STAFF, CLASS = "authority:mod", "authority:general-staff", "fpv"
ONE, TWO = "model:one", "model:two"
POLICY = SurplusPolicy("policy:1", MOD, SurplusRule.SR_5, 1, 2, FIRST, None)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Any]:
    """An office whose year has twelve months of budget and two models of one class."""
    with office_on(sqlite_url(tmp_path / "office.sqlite3")):
        yield founded()


def founded() -> Any:
    from ecluse.office.registers import Budget

    opened = session()
    enter(opened, *((Budget(f"budget:{m}", m, Money(1, "UAH")), "budget") for m in YEAR))
    enter(opened, *((model(name), f"class:{CLASS}") for name in (ONE, TWO)))
    enter(opened, *((key_for(maker)[0], f"key:{maker}") for maker in ("party:maker", "party:other")))
    return opened


def session() -> Any:
    from ecluse.base.source import SeededSource
    from ecluse.edge.law import newest_law
    from ecluse.office.session import Session

    return Session(SeededSource("facts", datetime(2026, 1, 1, tzinfo=UTC)), newest_law())


def enter(opened: Any, *filings: tuple[Any, str]) -> None:
    enter_on(opened, FIRST, *filings)


def enter_on(opened: Any, on: date, *filings: tuple[Any, str]) -> None:
    """Questionnaires come signed by their makers; other figures of these tests are bare."""
    from ecluse.office.actions.deed import Deed

    with Deed(opened, "office.register", actor="clock:office", on=on, subject="register:test") as deed:
        for record, subject in filings:
            maker = record.maker if isinstance(record, CapacityAttestation) else ""
            deed.seal(record, subject, [signed(maker, record, on)] if maker else [])


def enter_unsigned(opened: Any, *filings: tuple[Any, str]) -> None:
    from ecluse.office.actions.deed import Deed

    with Deed(opened, "office.register", actor="clock:office", on=FIRST, subject="register:test") as deed:
        for record, subject in filings:
            deed.seal(record, subject)


def bring(opened: Any, on: date, record: CapacityAttestation) -> None:
    """The maker's signature of a questionnaire on file comes in on this day."""
    from ecluse.base.sealed import seal
    from ecluse.office.actions.deed import Deed
    from ecluse.office.opening.records import SignatureBrought

    made, digest = signed(record.maker, record, on), seal(record).digest
    said = SignatureBrought(f"brought:{digest[:16]}", digest, record.maker, made.key, on, made.value_hex, on)
    with Deed(opened, "office.register", actor="clock:office", on=on, subject="register:test") as deed:
        deed.seal(said, record.model)
        deed.sign(record, [made])


def model(name: str) -> Any:
    from ecluse.office.registers import Model

    price = Money(100_00, "EUR")
    return Model(name, CLASS, "article", "military", "ML10.c", "party:maker", price, price, 0)


def by_month(units: int) -> tuple[MonthUnits, ...]:
    return tuple(MonthUnits(month, units) for month in YEAR)


def ordered(units: int = 100, funder: Funder = Funder.HOME, of: str = ONE) -> tuple[Any, str]:
    name = f"funded:{of}-{funder.value}"
    return FundedOrder(name, MOD, funder, of, CLASS, by_month(units), date(2025, 12, 12)), of


def register(orders: int, home: int, partner: int) -> tuple[Any, str]:
    return OrdersStatement("orders:1", MOD, CLASS, orders, home, partner, date(2025, 12, 20)), f"class:{CLASS}"


def act(month: Month, planned: int = 100, accepted: int = 100) -> tuple[Any, str]:
    from ecluse.office.registers import HomeDelivery

    made = HomeDelivery(f"home-delivery:{CLASS}/{month}", CLASS, month, planned, accepted, month.last_day())
    return made, f"home:{CLASS}"


def home(opened: Any, on: date = APRIL_2) -> HomeProgress | None:
    """What the gate is told, once the audit has been seen to find the same."""
    from ecluse.office.audit.p2_home import home_on
    from ecluse.office.audit.reading import read
    from ecluse.office.facts.classes import home_progress

    found = home_progress(opened, CLASS, on)
    assert home_on(read().about, CLASS, on) == found
    return found


def class_year(opened: Any) -> Any:
    from ecluse.office.audit import p1_certificates
    from ecluse.office.audit.reading import read
    from ecluse.office.facts import classes

    found = classes.class_year(opened, CLASS)
    assert p1_certificates.class_year(read(), CLASS) == found
    return found


# ------------------------------------------------------------------ home deliveries


def test_home_is_on_plan_when_every_act_is_in(office: Any) -> None:
    enter(office, ordered(), act(JANUARY), act(FEBRUARY), act(MARCH))
    assert home(office) == HomeProgress(CLASS, MARCH, 300, 300)


@pytest.mark.parametrize("missing", [JANUARY, FEBRUARY, MARCH], ids=str)
def test_a_month_without_its_act_is_unknown(office: Any, missing: Month) -> None:
    enter(office, ordered(), *(act(month) for month in (JANUARY, FEBRUARY, MARCH) if month != missing))
    assert home(office) is None


def test_an_act_that_plans_nothing_does_not_open_the_gate(office: Any) -> None:
    enter(office, ordered(), *(act(month, 0, 0) for month in (JANUARY, FEBRUARY, MARCH)))
    assert home(office) == HomeProgress(CLASS, MARCH, 300, 0)


@pytest.mark.parametrize(("accepted", "planned"), [(99, 300), (100, 300)], ids=["one unit behind", "on plan"])
def test_signed_orders_set_the_plan_that_an_act_lowers(office: Any, accepted: int, planned: int) -> None:
    enter(office, ordered(), act(JANUARY), act(FEBRUARY), act(MARCH, accepted, accepted))
    assert home(office) == HomeProgress(CLASS, MARCH, planned, 200 + accepted)


def test_an_act_may_plan_more_than_was_ordered(office: Any) -> None:
    enter(office, ordered(), act(JANUARY), act(FEBRUARY), act(MARCH, 140, 100))
    assert home(office) == HomeProgress(CLASS, MARCH, 340, 300)


def test_what_partners_pay_for_is_owed_to_the_army_too(office: Any) -> None:
    enter(office, ordered(), ordered(20, Funder.PARTNER), act(JANUARY), act(FEBRUARY), act(MARCH))
    assert home(office) == HomeProgress(CLASS, MARCH, 360, 300)


def test_before_the_first_month_has_ended_nothing_is_due(office: Any) -> None:
    enter(office, ordered())
    assert home(office, date(2026, 1, 31)) == HomeProgress(CLASS, Month(2025, 12), 0, 0)
    assert home(office, date(2026, 2, 1)) is None


def test_last_months_act_is_due_from_the_first_of_the_month(office: Any) -> None:
    enter(office, ordered(), act(JANUARY), act(FEBRUARY))
    assert home(office, date(2026, 3, 31)) == HomeProgress(CLASS, FEBRUARY, 200, 200)
    assert home(office, date(2026, 4, 1)) is None


def test_a_class_of_which_nobody_filed_an_order_owes_nobody_knows_what(office: Any) -> None:
    assert home(office) is None
    enter(office, register(0, 0, 0))
    assert home(office) == HomeProgress(CLASS, Month.of(APRIL_2), 0, 0)


# ------------------------------------------------------------------ figures of the year


def test_orders_that_nobody_filed_are_unknown_not_none(office: Any) -> None:
    year = class_year(office)
    assert (year.units_home_funded, year.units_partner_funded) == (None, None)


@pytest.mark.parametrize(
    ("filings", "funded"),
    [
        pytest.param([ordered()], (1_200, 0), id="one order and no statement"),
        pytest.param([register(0, 0, 0)], (0, 0), id="a register stated to be empty"),
        pytest.param([ordered(), register(1, 1_200, 0)], (1_200, 0), id="what the register says"),
        pytest.param([ordered(), register(2, 1_200, 240)], (None, None), id="an order of the register is not on file"),
        pytest.param([ordered(), register(1, 1_201, 0)], (None, None), id="a unit more than is on file"),
        pytest.param([ordered(), register(0, 0, 0)], (None, None), id="an order that the register does not hold"),
    ],
)
def test_funded_orders_are_known_by_their_register(office: Any, filings: Iterable[Any], funded: Any) -> None:
    enter(office, *filings)
    year = class_year(office)
    assert (year.units_home_funded, year.units_partner_funded) == funded


def attested(of: str) -> tuple[Any, str]:
    units = by_month(200)
    until = date(2026, 12, 31)
    return CapacityAttestation(f"attestation:{of}", "party:maker", of, CLASS, units, units, FIRST, until), of


def counted(of: str, units: int) -> tuple[Any, str]:
    return StockCount(f"stock:{of}", MOD, of, CLASS, units, date(2025, 12, 31)), of


def test_stock_is_known_once_every_model_made_is_counted(office: Any) -> None:
    enter(office, attested(ONE), attested(TWO), counted(ONE, 7))
    assert class_year(office).units_stock is None
    enter(office, counted(TWO, 0))
    assert class_year(office).units_stock == 7


def limit(first: Month, last: Month, units: int) -> tuple[Any, str]:
    return AbsorptionLimit(f"absorption:{first}", STAFF, CLASS, units, first, last, FIRST), f"class:{CLASS}"


def test_absorption_is_known_when_it_covers_the_year(office: Any) -> None:
    enter(office, limit(YEAR[0], YEAR[5], 50))
    assert class_year(office).units_absorption is None
    enter(office, limit(YEAR[6], YEAR[11], 40))
    assert class_year(office).units_absorption == 90


def judged(units: int, last: Month = YEAR[11], id: str = "judged:1") -> tuple[Any, str]:
    return JudgedSurplus(id, STAFF, CLASS, units, YEAR[0], last, FIRST), f"class:{CLASS}"


def test_the_commissions_judgement_feeds_its_rule(office: Any) -> None:
    from ecluse.surplus.figures import result_under

    enter(office, attested(ONE), ordered(), judged(900, YEAR[5], "judged:half"))
    assert result_under(SurplusRule.SR_5, class_year(office), POLICY) is None
    enter(office, judged(500))
    assert result_under(SurplusRule.SR_5, class_year(office), POLICY) == 500
    enter(office, judged(3_000, id="judged:2"))
    assert result_under(SurplusRule.SR_5, class_year(office), POLICY) == 1_200


def test_statement_and_judgement_count_among_the_signed_inputs(office: Any) -> None:
    from ecluse.office.facts.classes import inputs_unsigned

    enter(office, register(0, 0, 0), judged(500))
    assert inputs_unsigned(office, CLASS) == 2


# ------------------------------------------------------------------ claimed once


def filed(opened: Any, number: int, contract_on: date, on: date) -> Any:
    from ecluse.base.signing import sign
    from ecluse.licence.terms import Application, GoodsList, PermitKind, Route
    from ecluse.office.actions.licence import file_application
    from ecluse.office.registers import Order
    from ecluse.surplus.terms import GoodsKind

    name, maker, price = f"order:{number}", "party:maker", Money(100_00, "EUR")
    order = Order(
        name, maker, "party:b", "party:b", "party:b", None, "party:c", "party:d", "PL", (), ONE, CLASS, 5, "made",
        None, None, None, None, Month(2026, 5), contract_on, on,
    )  # fmt: skip
    application = Application(
        f"application:{name}", name, maker, "party:b", ONE, CLASS, GoodsKind.ARTICLE, GoodsList.MILITARY, "ML10.c", 5,
        price, price, PermitKind.ONE_OFF, Route.A, on, on, on, None, None, number,
    )  # fmt: skip
    signature = sign(order, f"key:{maker}/1", opened.source.private_key(maker), on)
    file_application(opened, order, application, committed_number=number, signature=signature)
    return order


def codes(opened: Any, order: Any, on: date) -> list[str]:
    from ecluse.office.actions.surplus import hear_surplus

    return codes_of(hear_surplus(opened, order, f"{order.id}/0", order.units, on))


def test_an_order_that_repeats_an_earlier_one_is_held_however_it_was_filed(database_url: str) -> None:
    contract, maker = date(2026, 3, 1), Party("party:maker", PartyKind.FIRM, "Maker", (), "UA", (), FIRST)
    with office_on(database_url):
        office = founded()
        enter(office, (maker, maker.id))
        first = filed(office, 1, contract, date(2026, 3, 9))
        again = filed(office, 2, contract, APRIL_2)
        other = filed(office, 3, contract + timedelta(1), APRIL_2)
        # Heard after the second came in, the first one is still the first.
        held = {o.id: "surplus.units_are_claimed_once" in codes(office, o, APRIL_2) for o in (first, again, other)}
    assert held == {first.id: False, again.id: True, other.id: False}


# ------------------------------------------------------------------ what the audit says of a release


@pytest.mark.parametrize(
    ("acts", "found"),
    [
        pytest.param([(JANUARY, 100), (FEBRUARY, 100), (MARCH, 100)], [], id="every act is in and met"),
        pytest.param([(JANUARY, 100), (MARCH, 100)], ["released_home_unknown"], id="one act is missing"),
        pytest.param([(JANUARY, 100), (FEBRUARY, 99), (MARCH, 100)], ["released_before_home"], id="one unit behind"),
    ],
)
def test_a_release_breaks_p2_unless_the_home_army_is_known_to_be_served(
    office: Any, acts: list[tuple[Month, int]], found: list[str]
) -> None:
    from ecluse.office.audit.p2 import home_army_came_first
    from ecluse.office.audit.reading import read
    from ecluse.office.audit.report import Tally
    from ecluse.office.registers import Order, Release

    order = Order(
        "order:1", "party:maker", "party:b", "party:b", "party:b", None, "party:c", "party:d", "PL", (), ONE, CLASS, 5,
        "made", None, None, None, None, Month(2026, 4), FIRST, FIRST,
    )  # fmt: skip
    release = Release("release:1", order.id, "order:1/0", "line:1", 5, "", APRIL_2)
    enter(office, ordered(), *(act(month, accepted, accepted) for month, accepted in acts), (order, order.id))
    enter_on(office, APRIL_2, (release, release.tranche))
    tally = Tally("P2", set())
    home_army_came_first(read(), tally)
    assert [finding.key for finding in tally.findings if finding.subject == release.tranche] == found


# ------------------------------------------------------------------ a questionnaire renewed


def questionnaire(
    units: int, made: date, months: tuple[Month, ...] = YEAR, *, until: date = date(2026, 12, 31), id: str = "",
    maker: str = "party:maker", shown: int | None = None,
) -> tuple[Any, str]:  # fmt: skip
    points, seen = (tuple(MonthUnits(month, n) for month in months) for n in (units, units if shown is None else shown))
    name = id or f"attestation:{made}"
    return CapacityAttestation(name, maker, ONE, CLASS, points, seen, made, until), ONE


def capacity(opened: Any, on: date, first: Month = YEAR[0], last: Month = YEAR[11]) -> Any:
    """What the gate is told of the model's capacity, once the audit's own rule has been seen to find the same."""
    from ecluse.office.audit.p1_attested import capacity_of_span
    from ecluse.office.facts.capacity import capacity_between

    own = opened.of(ONE, CapacityAttestation)
    found = capacity_between(own, first, last, on)
    assert capacity_of_span(own, first, last, on) == found
    return found


def cited(opened: Any, on: date) -> list[str]:
    """On which attestations does a certificate rest, by office and audit alike?"""
    from ecluse.office.audit.p1_attested import places_cited
    from ecluse.office.facts.capacity import cited as cited_by_office

    own = opened.of(ONE, CapacityAttestation)
    found = [given.id for given in cited_by_office(own, on)]
    assert [own[place].id for place in places_cited(own, on)] == found
    return found


def test_a_renewed_questionnaire_takes_the_place_of_the_earlier_one(office: Any) -> None:
    enter(office, questionnaire(100, FIRST))
    assert class_year(office).units_capacity == 1200
    enter_on(office, APRIL_2, questionnaire(110, APRIL_2, until=date(2027, 4, 1)))
    assert class_year(office).units_capacity == 1320
    found = capacity(office, APRIL_2)
    assert (found.units_attested, found.units_demonstrated) == (1320, 1320)
    assert found.attestation_valid_until == date(2027, 4, 1)
    assert cited(office, APRIL_2) == ["attestation:2026-04-02"]
    assert len(office.of(ONE, CapacityAttestation)) == 2  # the earlier stays on record


def test_a_questionnaire_of_the_rest_of_the_year_leaves_the_months_before_it(office: Any) -> None:
    enter(office, questionnaire(100, FIRST, until=date(2026, 6, 30)))
    july = date(2026, 7, 1)
    enter_on(office, july, questionnaire(40, july, YEAR[6:]))
    assert class_year(office).units_capacity == 6 * 100 + 6 * 40
    assert capacity(office, july, YEAR[6], YEAR[11]).units_attested == 6 * 40
    # Months gone by cannot be attested anew: their questionnaire need not be in force for ever.
    assert capacity(office, july).attestation_valid_until == date(2026, 12, 31)
    assert cited(office, july) == ["attestation:2026-07-01"]
    assert cited(office, date(2026, 6, 30)) == ["attestation:2026-01-01", "attestation:2026-07-01"]


def test_an_older_paper_that_comes_late_speaks_only_where_nothing_newer_does(office: Any) -> None:
    enter(office, questionnaire(50, APRIL_2, YEAR[3:]))
    enter(office, questionnaire(100, FIRST))
    assert class_year(office).units_capacity == 3 * 100 + 9 * 50


def test_of_two_questionnaires_of_one_day_the_one_filed_last_counts(office: Any) -> None:
    enter(office, questionnaire(100, FIRST, id="attestation:a"), questionnaire(90, FIRST, id="attestation:a-mended"))
    assert class_year(office).units_capacity == 1080
    assert cited(office, APRIL_2) == ["attestation:a-mended"]


def test_two_makers_of_one_model_add_up(office: Any) -> None:
    enter(office, questionnaire(100, FIRST), questionnaire(10, FIRST, id="attestation:other", maker="party:other"))
    assert class_year(office).units_capacity == 12 * 110
    assert cited(office, APRIL_2) == ["attestation:2026-01-01", "attestation:other"]


def test_next_years_questionnaire_adds_nothing_to_this_year(office: Any) -> None:
    following = tuple(Month(2027, 1).until(Month(2027, 12)))
    enter(office, questionnaire(100, FIRST), questionnaire(100, APRIL_2, following, until=date(2027, 12, 31)))
    assert class_year(office).units_capacity == 1200
    assert capacity(office, APRIL_2).attestation_valid_until == date(2026, 12, 31)


def test_a_lapsed_questionnaire_of_months_to_come_is_still_cited_and_holds(office: Any) -> None:
    enter(office, questionnaire(100, FIRST, until=date(2026, 3, 31)))
    assert cited(office, APRIL_2) == ["attestation:2026-01-01"]
    assert capacity(office, APRIL_2).attestation_valid_until == date(2026, 3, 31)


def test_what_was_known_before_the_renewal_stays_as_it_was(office: Any) -> None:
    from ecluse.office.known import as_known_on

    enter(office, questionnaire(100, FIRST))
    enter_on(office, APRIL_2, questionnaire(110, APRIL_2))
    known = as_known_on(ONE, date(2026, 4, 1)).of(CapacityAttestation)
    assert [given.id for given in known] == ["attestation:2026-01-01"]


# ------------------------------------------------------------------ figures stated anew


def need(
    units: int, made: date, months: tuple[Month, ...] = YEAR, *, id: str = "", owner: str = STAFF, priority: int = 1
) -> tuple[Any, str]:
    points = tuple(MonthUnits(month, units) for month in months)
    return StatedNeed(id or f"need:{made}", owner, CLASS, priority, points, made), f"class:{CLASS}"


def recounted(units: int, on: date, *, id: str = "", owner: str = MOD) -> tuple[Any, str]:
    return StockCount(id or f"stock:{ONE}/{on}", owner, ONE, CLASS, units, on), ONE


@pytest.mark.parametrize(
    ("later", "units"),
    [
        pytest.param([need(90, APRIL_2)], 12 * 90, id="stated anew for the year: the later word alone counts"),
        pytest.param([need(90, APRIL_2, YEAR[3:])], 3 * 100 + 9 * 90, id="for the rest of it: the months before stay"),
        pytest.param([need(90, date(2025, 12, 1))], 12 * 100, id="an older paper that comes late changes nothing"),
        pytest.param([need(90, FIRST, id="need:mended")], 12 * 90, id="of one day the one filed last counts"),
        pytest.param([need(90, APRIL_2, priority=2)], 12 * 190, id="another priority adds up"),
        pytest.param([need(90, APRIL_2, owner=MOD)], 12 * 190, id="another owner adds up"),
        pytest.param([need(90, APRIL_2), need(0, date(2026, 5, 1))], 0, id="none is needed any more"),
    ],
)
def test_a_need_stated_anew_takes_the_place_of_the_earlier_one(office: Any, later: list[Any], units: int) -> None:
    enter(office, need(100, FIRST))
    assert class_year(office).units_need == 12 * 100
    enter_on(office, APRIL_2, *later)
    assert class_year(office).units_need == units


@pytest.mark.parametrize(
    ("later", "units"),
    [
        pytest.param([recounted(5, date(2026, 1, 10))], 5, id="counted anew: the later count alone"),
        pytest.param([recounted(5, date(2025, 12, 30))], 7, id="an older count that comes late changes nothing"),
        pytest.param([recounted(5, date(2025, 12, 31), id="stock:mended")], 5, id="of one day the one filed last"),
        pytest.param([recounted(5, date(2026, 1, 10), owner=STAFF)], 12, id="what another holds adds up"),
        pytest.param([recounted(5, date(2026, 1, 31))], 5, id="the last day that still opens the year"),
        pytest.param([recounted(5, date(2026, 2, 1))], 7, id="the first day of another period: it opens no year"),
    ],
)
def test_a_stock_counted_anew_takes_the_place_of_the_earlier_count(office: Any, later: list[Any], units: int) -> None:
    from ecluse.office.facts.classes import opening_counts

    enter(office, attested(ONE), counted(ONE, 7))
    assert class_year(office).units_stock == 7
    enter_on(office, APRIL_2, *later)
    assert class_year(office).units_stock == units
    assert sum(count.units for count in opening_counts(office, ONE)) == units


def test_where_no_count_opens_the_year_the_last_one_is_told(office: Any) -> None:
    enter(office, attested(ONE), recounted(9, date(2026, 3, 1)), recounted(8, APRIL_2))
    assert class_year(office).units_stock == 8


@pytest.mark.parametrize(
    ("last", "units"), [(YEAR[11], 40), (YEAR[10], 90)], ids=["the same months", "other months add up"]
)
def test_a_limit_set_anew_takes_the_place_of_the_earlier_one(office: Any, last: Month, units: int) -> None:
    enter(office, limit(YEAR[0], YEAR[11], 50))
    anew = AbsorptionLimit("absorption:anew", STAFF, CLASS, 40, YEAR[0], last, APRIL_2)
    enter_on(office, APRIL_2, (anew, f"class:{CLASS}"))
    assert class_year(office).units_absorption == units


def test_what_was_known_before_a_figure_was_stated_anew_stays_as_it_was(office: Any) -> None:
    from ecluse.edge.law import newest_law
    from ecluse.office.facts import classes
    from ecluse.office.past import PastSession

    enter(office, attested(ONE), counted(ONE, 7), need(100, FIRST))
    enter_on(office, APRIL_2, recounted(5, date(2026, 1, 10)), need(90, APRIL_2))
    days = [date(2026, 4, 1), APRIL_2]
    years = [classes.class_year(PastSession(office.source, newest_law(), day), CLASS) for day in days]
    assert [(year.units_stock, year.units_need) for year in years] == [(7, 1200), (5, 1080)]


def test_a_restated_figure_needs_no_signature_any_more(office: Any) -> None:
    from ecluse.office.facts.classes import inputs_unsigned

    enter(office, counted(ONE, 7), need(100, FIRST), limit(YEAR[0], YEAR[11], 50))
    assert inputs_unsigned(office, CLASS) == 3
    enter_on(office, APRIL_2, need(90, APRIL_2, YEAR[3:]))
    assert inputs_unsigned(office, CLASS) == 4  # the earlier one still speaks of three months
    enter_on(office, APRIL_2, need(80, date(2026, 4, 3)), recounted(5, date(2026, 1, 10)))
    assert inputs_unsigned(office, CLASS) == 3


def bought(opened: Any) -> Any:
    """What home buys by month, once the audit has been seen to reckon the same."""
    from ecluse.office.audit.p1_home_plan import bought_on_file
    from ecluse.office.audit.reading import read
    from ecluse.office.facts.classes import home_plan

    plan, reading = home_plan(opened, [CLASS]), read()
    found = {(CLASS, point.month): point.units for point in plan.bought_by_month(CLASS)}
    assert bought_on_file(reading, reading.about) == found
    return list(found.values())


def test_the_home_army_buys_for_the_need_as_it_was_stated_last(office: Any) -> None:
    from ecluse.office.registers import HomePrice

    enter(office, (HomePrice("price:1", STAFF, CLASS, Money(1, "UAH"), FIRST), f"class:{CLASS}"), need(1, FIRST))
    assert bought(office) == [1] * 12
    enter_on(office, APRIL_2, need(0, APRIL_2, YEAR[6:]))
    assert bought(office) == [1] * 6 + [0] * 6


# ------------------------------------------------------------------ a questionnaire that waits for its signature


def test_an_unsigned_questionnaire_of_another_model_counts_from_the_day_it_is_signed(office: Any) -> None:
    from ecluse.edge.law import newest_law
    from ecluse.office.facts import classes
    from ecluse.office.past import PastSession

    enter(office, attested(ONE))
    assert class_year(office).units_capacity == 12 * 200
    waits, _ = attested(TWO)
    enter_unsigned(office, (waits, TWO))
    assert class_year(office).units_capacity == 12 * 200
    bring(office, APRIL_2, waits)
    assert class_year(office).units_capacity == 2 * 12 * 200
    before = PastSession(office.source, newest_law(), date(2026, 4, 1))
    assert classes.class_year(before, CLASS).units_capacity == 12 * 200


def test_a_questionnaire_signed_by_another_hand_does_not_count(office: Any) -> None:
    from ecluse.office.actions.deed import Deed

    false, _ = attested(TWO)
    enter(office, attested(ONE))
    with Deed(office, "office.register", actor="clock:office", on=FIRST, subject="register:test") as deed:
        deed.seal(false, TWO, [signed("party:other", false, FIRST)])
    assert class_year(office).units_capacity == 12 * 200


def test_an_unsigned_renewal_leaves_the_signed_figures_standing(office: Any) -> None:
    from ecluse.office.facts.surplus import model_capacity

    enter(office, questionnaire(100, FIRST))
    enter_unsigned(office, questionnaire(500, APRIL_2, until=date(2027, 4, 1)))
    assert class_year(office).units_capacity == 1200
    assert model_capacity(office, ONE, None, APRIL_2) == capacity_of(1200, date(2026, 12, 31))


def capacity_of(units: int, until: date) -> Any:
    from ecluse.surplus.terms import ModelCapacity

    return ModelCapacity(units, units, until)


def test_where_no_questionnaire_is_signed_capacity_is_unknown(office: Any) -> None:
    from ecluse.office.facts.surplus import model_capacity

    enter_unsigned(office, attested(ONE))
    assert class_year(office).units_capacity is None
    assert model_capacity(office, ONE, None, APRIL_2) is None
