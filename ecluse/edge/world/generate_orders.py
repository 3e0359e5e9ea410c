"""Which orders do honest exporters file, with every paper that an order of that kind needs?"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from ecluse.base.days import Month
from ecluse.edge.world.draft import FLOOR_MINOR_UAH, LAST_DAY, Draft, Row, day_between
from ecluse.edge.world.generate_industry import CENTRES, opened_on
from ecluse.edge.world.generate_parties import Circle
from ecluse.edge.world.generate_states import BUYERS

EARLY = (date(2026, 2, 2), date(2026, 7, 17))
# Home deliveries of these classes fall behind: nobody plans to leave then.
QUIET = {"fpv": (date(2026, 8, 20), LAST_DAY), "naval_drone": (date(2026, 5, 5), date(2026, 6, 24))}
UNITS = {
    "fpv": (20, 70), "interceptor": (12, 54), "long_range": (5, 13), "naval_drone": (5, 5), "ground_robot": (5, 18),
    "ew_set": (6, 40), "howitzer": (5, 5), "part": (20, 80), "service": (1, 4), "technology": (1, 1),
}  # fmt: skip
SHARES = (
    ("ew_set", 380), ("ground_robot", 200), ("long_range", 150), ("interceptor", 125), ("fpv", 85), ("part", 30),
    ("naval_drone", 12), ("service", 9), ("technology", 6), ("howitzer", 3),
)  # fmt: skip
ARTICLES = 5  # the first of them are articles sold in numbers
CLAUSES = ("no_re_export_without_consent", "delivery_verification", "on_site_checks", "loss_reports")
CERTIFICATE_MONTHS = (1, 2, 3, 4, 5, 6)
TRIES = 400
DEALS, TREATIES = {row[0] for row in BUYERS if row[5]}, {row[0] for row in BUYERS if row[6]}
DEAREST = {"EUR": 52, "USD": 45, "GBP": 60}


@dataclass
class Wish:
    """What an order should be like; empty leaves it to chance."""

    class_: str = ""
    model: str = ""
    units: int = 0
    state: str = ""
    permit: str = ""
    route: str = ""
    value: str = ""
    exporter: str = ""
    buyer: str = ""
    end_user: str = ""
    goods_list: str = ""
    centre: bool | None = None
    line: str = ""
    days: tuple[date, date] = EARLY
    own_certificate: bool = False
    opens_state: bool = False


@dataclass
class Market:
    """What honest orders choose from: sold models by class, makers' lines, parties, certificates by model."""

    circle: Circle
    sold: dict[str, list[Row]] = field(default_factory=dict)
    lines: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    certificates: dict[str, list[Row]] = field(default_factory=dict)
    residents: frozenset[str] = frozenset()
    traders: tuple[str, ...] = ()
    kept_out: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, draft: Draft, critical: tuple[str, ...]) -> Market:
        """Which market does this draft hold? Critical models are kept out of ordinary trade."""
        exporters = [row["party"] for row in draft.tables["exporters"]]
        market = cls(
            Circle(draft),
            residents=frozenset(row["party"] for row in draft.tables["exporters"] if row["defence_city"]),
            traders=(exporters[0], exporters[1]),
            kept_out=set(critical),
        )
        for row in draft.tables["models"]:
            if row["maker"] in set(exporters) and row["model"] not in market.kept_out:
                market.sold.setdefault(row["class"], []).append(row)
        for row in draft.tables["lines"]:
            market.lines.setdefault((row["maker"], row["class"]), []).append(row)
        market.rules = {row["line"]: row["rule"] for row in draft.tables["line_rules"]}
        return market


class NoRoomError(Exception):
    """Nothing of this wish can be had in this world."""


def honest_order(draft: Draft, market: Market, wish: Wish) -> Row:
    """Which order does an honest exporter file for this wish? Raises NoRoomError when the world has no room for it."""
    rng = draft.rng
    for _ in range(TRIES):
        filed_on = _filing_day(rng, wish)
        class_ = draft.model(wish.model)["class"] if wish.model else _class(rng, wish)
        if wish.class_ in ("", "article") and _is_quiet(class_, filed_on):
            continue
        model = draft.model(wish.model) if wish.model else rng.choice(market.sold[class_])
        if wish.goods_list and model["goods_list"] != wish.goods_list:
            continue
        units = wish.units or rng.randint(*UNITS[class_])
        terms = _terms_of_trade(draft, market, wish, model, units, filed_on)
        if terms is None:
            continue
        certificate = _certificate_for(draft, market, wish, model, units, filed_on)
        if certificate is None and model["kind"] in ("article", "part"):
            continue
        return _written_order(draft, market, wish, model, units, filed_on, terms, certificate)
    raise NoRoomError(repr(wish))


def _filing_day(rng: random.Random, wish: Wish) -> date:
    return day_between(rng, *wish.days)


def _class(rng: random.Random, wish: Wish) -> str:
    """Of which class are the goods? `article` stands for any of the classes sold in numbers."""
    if wish.class_ not in ("", "article"):
        return wish.class_
    shares = SHARES if not wish.class_ else SHARES[:ARTICLES]
    names, weights = zip(*shares, strict=True)
    return str(rng.choices(names, weights)[0])


def _is_quiet(class_: str, filed_on: date) -> bool:
    first, last = QUIET.get(class_, (LAST_DAY, date(2026, 1, 1)))
    return first <= filed_on <= last


@dataclass(frozen=True)
class Trade:
    """Who sells to whom, where, at which price, by which route."""

    exporter: str
    buyer: str
    end_user: str
    state: str
    unit_price: int
    route: str
    deals: tuple[tuple[str, str, str], ...]
    value: int


def value_uah_minor(unit_price: int, units: int, currency: str) -> int:
    """What is an order worth at most at this year's rates, in minor units of the hryvnia?"""
    return unit_price * units * DEAREST[currency]


def _terms_of_trade(draft: Draft, market: Market, wish: Wish, model: Row, units: int, filed_on: date) -> Trade | None:
    rng = draft.rng
    state = wish.state or rng.choice(BUYERS)[0]
    trades_for_others = model["kind"] == "article" and rng.random() < 0.15
    exporter = wish.exporter or (rng.choice(market.traders) if trades_for_others else model["maker"])
    end_user = wish.end_user or rng.choice(market.circle.end_users[state])
    buyer = wish.buyer or (end_user if rng.random() < 0.6 else rng.choice(market.circle.buyers[state]))
    if draft.aside & {exporter, buyer, end_user} - {wish.exporter, wish.buyer, wish.end_user}:
        return None
    if wish.opens_state and any(key == (exporter, model["class"], state) for key in draft.offers_from):
        return None
    unit_price = model["unit_price_minor"] * rng.randint(970, 1030) // 1000
    highest = value_uah_minor(unit_price, units, model["currency"])
    is_large = highest * 4 // 5 > FLOOR_MINOR_UAH
    if not is_large and highest > FLOOR_MINOR_UAH * 19 // 20:
        return None
    if (wish.value == "large" and not is_large) or (wish.value == "small" and is_large):
        return None
    deals = [] if is_large else _deals(draft, exporter, (buyer, end_user), model["class"])
    if not _stays_under_floor(draft, deals, highest):
        return None
    route = wish.route or _route(rng, market, model, exporter, state, is_large)
    if not _route_is_open(market, model, exporter, state, is_large, route):
        return None
    return Trade(exporter, buyer, end_user, state, unit_price, route, tuple(deals), highest)


def _deals(draft: Draft, exporter: str, buyers: tuple[str, ...], class_: str) -> list[tuple[str, str, str]]:
    """With which other sales would this one count together: same owners, same buyer or end user, same class?"""
    return [(draft.groups.get(exporter, exporter), buyer, class_) for buyer in sorted(set(buyers))]


def _stays_under_floor(draft: Draft, deals: list[tuple[str, str, str]], value: int) -> bool:
    """Do all small deals of the same owners with the same buyer or end user stay under the floor together?"""
    return all(sum(draft.traded.get(deal, ())) + value <= FLOOR_MINOR_UAH * 19 // 20 for deal in deals)


def _route(rng: random.Random, market: Market, model: Row, exporter: str, state: str, is_large: bool) -> str:
    chance = rng.random()
    if chance < 0.5 and _route_is_open(market, model, exporter, state, is_large, "D"):
        return "D"
    if chance < 0.75 and _route_is_open(market, model, exporter, state, is_large, "C"):
        return "C"
    return "B" if chance > 0.88 and _route_is_open(market, model, exporter, state, is_large, "B") else "A"


def _route_is_open(market: Market, model: Row, exporter: str, state: str, is_large: bool, route: str) -> bool:
    if route == "D":
        is_for_goods = model["goods_list"] == "military" and model["kind"] != "technology"
        return is_large and is_for_goods and state in DEALS
    if route == "C":
        return exporter in market.residents and state in TREATIES and model["goods_list"] != "uncontrolled"
    return route == "A" or (model["goods_list"] == "military" and model["kind"] == "article")


def deliver_month(filed_on: date) -> Month:
    """In which month do goods leave that are filed for on this day?"""
    return Month.of(min(filed_on + timedelta(24), LAST_DAY))


def _certificate_for(draft: Draft, market: Market, wish: Wish, model: Row, units: int, filed_on: date) -> Row | None:
    """Which certificate has room for these units? Another is asked for when none has."""
    if model["kind"] not in ("article", "part"):
        return None
    deliver_in = deliver_month(filed_on)
    known = () if wish.own_certificate else reversed(market.certificates.get(model["model"], ()))
    for row in sorted(known, key=lambda row: row["first_month"], reverse=True):
        if row["asked_on"] < filed_on and row["first_month"] <= deliver_in and _grow(draft, model, row, units):
            return row
    if model["kind"] == "part":
        first = 1
    else:
        begun = [number for number in CERTIFICATE_MONTHS if date(2026, number, 2) < filed_on]
        first = max(begun)
    low = date(2026, first, 2)
    asked_on = day_between(draft.rng, low, min(low + timedelta(3 if first == 1 else 20), filed_on - timedelta(1)))
    if asked_on >= filed_on or not draft.has_room(model, Month(2026, first), units):
        return None
    row = new_certificate(draft, model, asked_on, Month(2026, first), units)
    if not wish.own_certificate:
        market.certificates.setdefault(model["model"], []).append(row)
    return row


def new_certificate(
    draft: Draft, model: Row, asked_on: date, first: Month, units: int, last: Month | None = None
) -> Row:
    """Which certificate is asked for, with its room taken?"""
    draft.take_room(model, first, units)
    return draft.add(
        "certificates", certificate=draft.next("certificate"), model=model["model"], maker=model["maker"],
        first_month=first, last_month=last or Month(2026, 12), units_asked=units, asked_on=asked_on,
    )  # fmt: skip


def _grow(draft: Draft, model: Row, certificate: Row, units: int) -> bool:
    if not draft.has_room(model, certificate["first_month"], units):
        return False
    draft.take_room(model, certificate["first_month"], units)
    certificate["units_asked"] += units
    return True


def _written_order(
    draft: Draft, market: Market, wish: Wish, model: Row, units: int, filed_on: date, trade: Trade,
    certificate: Row | None,
) -> Row:  # fmt: skip
    rng, circle = draft.rng, market.circle
    permit = wish.permit or ("technology" if model["kind"] == "technology" else "one_off")
    has_units = model["kind"] in ("article", "part")
    offered_on = filed_on - timedelta(rng.randint(12, 45))
    centre = _centre(draft, wish, filed_on) if has_units and permit != "temporary" else None
    consignee = trade.end_user if rng.random() < 0.7 else rng.choice((trade.buyer, *circle.forwarders))
    if has_units and wish.line != "none":
        line = wish.line or _line(draft, market, model)
    else:
        line = None
    order = draft.add(
        "orders", order=draft.next("order"), exporter=trade.exporter, buyer=trade.buyer, consignee=consignee,
        end_user=trade.end_user, broker=rng.choice(circle.brokers) if rng.random() < 0.1 else None,
        carrier=rng.choice(circle.carriers), bank=rng.choice(circle.banks), destination=trade.state,
        transit=_transit(centre, trade.state), model=model["model"], units=units, unit_price_minor=trade.unit_price,
        currency=model["currency"], permit=permit, route=trade.route, offered_on=offered_on, filed_on=filed_on,
        complete_on=filed_on + timedelta(rng.choice((0, 0, 0, 1, 2))), third_state=None,
        return_by=filed_on + timedelta(rng.randint(95, 140)) if permit == "temporary" else None,
        certificate=certificate["certificate"] if certificate else None, statement=None, line=line, centre=centre,
        deliver_in=deliver_month(filed_on), origin="made",
        consignments=1 if units < 15 or permit == "temporary" or not has_units else rng.choice((1, 1, 1, 1, 2, 3)),
        contract_on=filed_on - timedelta(rng.randint(1, 10)), tie=rng.random(),
    )  # fmt: skip
    for deal in trade.deals:
        draft.traded.setdefault(deal, []).append(trade.value)
    add_statement(draft, order)
    return order


def _transit(centre: str | None, state: str) -> tuple[str, ...]:
    host = centre.partition(":")[2][:2].upper() if centre else ""
    return (host,) if host and host != state else ()


def _centre(draft: Draft, wish: Wish, filed_on: date) -> str | None:
    wanted = draft.rng.random() < 0.35 if wish.centre is None else wish.centre
    opened = [opened_on(number) for number in range(1, len(CENTRES) + 1)]
    open_now = [number for number, day in enumerate(opened, 1) if day and day <= filed_on]
    if not wanted or not open_now:
        return None
    number = draft.rng.choice(open_now)
    return f"centre:{CENTRES[number - 1][0].lower()}-{number}"


def _line(draft: Draft, market: Market, model: Row) -> str:
    lines = [
        row
        for row in market.lines[model["maker"], model["class"]]
        if row["host"] == "UA" or market.rules.get(row["line"]) in ("home_first", "host_licence")
    ]
    abroad = [row for row in lines if row["host"] != "UA"]
    return str((draft.rng.choice(abroad) if abroad and draft.rng.random() < 0.4 else lines[0])["line"])


def add_statement(draft: Draft, order: Row) -> Row:
    """Which end-use statement stands behind this order? Signed and verified in time, for exactly its units."""
    state, filed_on = order["destination"], order["filed_on"]
    issued_on = filed_on - timedelta(draft.rng.randint(6, 30))
    draft.counters["number"] = number = draft.counters.get("number", 20_000) + draft.rng.randint(1, 9)
    row = draft.add(
        "statements", statement=draft.next("statement"), number=f"{state}-EUC-2026-{number}",
        end_user=order["end_user"], state=state, model=order["model"], units=order["units"], clauses=CLAUSES,
        issued_on=issued_on, valid_until=issued_on + timedelta(draft.rng.randint(330, 500)),
        verified_on=filed_on - timedelta(draft.rng.randint(1, 4)), signed_by=f"authority:{state.lower()}",
    )  # fmt: skip
    order["statement"] = row["statement"]
    return row


def add_offers(draft: Draft) -> None:
    """Which authorisations to offer were given? One for each exporter, class and state that honest orders name."""
    needed: dict[tuple[str, str, str], date] = {}
    for order in draft.tables["orders"]:
        model = draft.model(order["model"])
        if model["goods_list"] == "military" and model["kind"] == "article":
            key = (order["exporter"], model["class"], order["destination"])
            needed[key] = min(needed.get(key, order["offered_on"]), order["offered_on"])
    for number, (key, first) in enumerate(sorted(needed.items()), 1):
        since = draft.offers_from.get(key, first - timedelta(draft.rng.randint(2, 20)))
        exporter, class_, state = key
        draft.add(
            "marketing", marketing=f"marketing:{number:04d}", exporter=exporter, class_=class_, state=state,
            valid_from=since, valid_until=date(2027, 1, 31),
        )  # fmt: skip
