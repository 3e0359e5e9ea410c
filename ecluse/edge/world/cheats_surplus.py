"""Which attempts pass off as surplus what is none, or what is another's? Cheats at the surplus gate."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from ecluse.base.days import Month
from ecluse.edge.world.cheats import Cheat, Planting, certificate_of, remove
from ecluse.edge.world.draft import Row
from ecluse.edge.world.generate_orders import EARLY, Wish, new_certificate
from ecluse.edge.world.generate_parties import add_party
from ecluse.edge.world.generate_states import BUYERS

LATE = (date(2026, 2, 9), date(2026, 10, 25))
SPRING = (date(2026, 3, 2), date(2026, 7, 10))
OWN = Wish(class_="article", days=LATE, own_certificate=True)
OWN_EARLY = Wish(class_="article", days=EARLY, own_certificate=True)
ATTESTED_UNTIL = date(2026, 3, 31)


def _not_for_sale(planting: Planting, order: Row, rng: random.Random) -> None:
    order["origin"] = ("donor_funded", "army_issued", "captured", "donated")[planting.variant % 4]


def _no_certificate(planting: Planting, order: Row, rng: random.Random) -> None:
    remove(planting.draft, "certificates", "certificate", order["certificate"])
    order["certificate"] = None


def _certified_the_day_before(planting: Planting, order: Row, rng: random.Random) -> None:
    certificate = certificate_of(planting.draft, order)
    certificate["asked_on"] = order["filed_on"] - timedelta(1)
    certificate["first_month"] = max(certificate["first_month"], Month.of(certificate["asked_on"]))


def _other_model(planting: Planting, order: Row, rng: random.Random) -> None:
    model = planting.draft.model(order["model"])
    others = [
        row
        for row in planting.market.sold[model["class"]]
        if row["model"] != order["model"] and planting.draft.has_room(row, Month(2026, 5), order["units"])
    ]
    certificate = certificate_of(planting.draft, order)
    other = rng.choice(others)
    certificate["model"], certificate["maker"] = other["model"], other["maker"]
    planting.draft.take_room(other, certificate["first_month"], order["units"])


def _month_outside(planting: Planting, order: Row, rng: random.Random) -> None:
    certificate = certificate_of(planting.draft, order)
    order["deliver_in"] = max(order["deliver_in"], certificate["first_month"].next())
    certificate["last_month"] = Month(2026, order["deliver_in"].number - 1)


def _last_month(planting: Planting, order: Row, rng: random.Random) -> None:
    certificate_of(planting.draft, order)["last_month"] = order["deliver_in"]


def _companion(planting: Planting, order: Row) -> Row:
    """Another order on the same model and certificate, filed before."""
    draft = planting.draft
    first = max(certificate_of(draft, order)["asked_on"] + timedelta(1), order["filed_on"] - timedelta(25))
    if first >= order["filed_on"]:
        first = order["filed_on"] - timedelta(1)
        certificate_of(draft, order)["asked_on"] = first - timedelta(1)
    companion = planting.order(
        model=order["model"], days=(first, order["filed_on"] - timedelta(1)), own_certificate=True
    )
    remove(draft, "certificates", "certificate", companion["certificate"])
    companion["certificate"] = order["certificate"]
    companion["consignments"] = 1
    return companion


def _exhausted(planting: Planting, order: Row, rng: random.Random) -> None:
    companion = _companion(planting, order)
    lacking = rng.randint(1, min(3, companion["units"]))
    certificate_of(planting.draft, order)["units_asked"] = companion["units"] + order["units"] - lacking


def _exactly_used_up(planting: Planting, order: Row, rng: random.Random) -> None:
    companion = _companion(planting, order)
    certificate_of(planting.draft, order)["units_asked"] = companion["units"] + order["units"]


def _sold_before(planting: Planting, order: Row, *, contract: bool) -> None:
    """The same exporter sold as many of the same to the same buyer: under the same contract, or under another."""
    last = order["filed_on"] - timedelta(3)
    first = planting.order(
        model=order["model"], units=order["units"], exporter=order["exporter"], state=order["destination"],
        buyer=order["buyer"], end_user=order["end_user"], days=(last - timedelta(12), last),
    )  # fmt: skip
    first["consignments"] = 1
    order["contract_on"] = first["contract_on"] + timedelta(0 if contract else 1)


def _claimed_again(planting: Planting, order: Row, rng: random.Random) -> None:
    _sold_before(planting, order, contract=True)


def _sold_again(planting: Planting, order: Row, rng: random.Random) -> None:
    _sold_before(planting, order, contract=False)


def _small_with_own_user(planting: Planting) -> Wish:
    state = planting.draft.rng.choice(BUYERS)[0]
    end_user = add_party(planting.draft, "state_body", state)
    planting.draft.aside.add(end_user)
    return Wish(
        class_="ew_set", units=planting.draft.rng.randint(5, 6), state=state, end_user=end_user, buyer=end_user,
        route="A", days=SPRING,
    )  # fmt: skip


def _above_certificate(planting: Planting, order: Row, rng: random.Random) -> None:
    certificate_of(planting.draft, order)["units_asked"] = order["units"] - rng.randint(1, 4)


def _withdrawn(planting: Planting, order: Row, rng: random.Random) -> None:
    planting.draft.add(
        "withdrawals", certificate=order["certificate"], owner="authority:mod",
        on=order["filed_on"] - timedelta(rng.randint(0, 1)), reason="urgent need of the forces",
    )  # fmt: skip


def _another_withdrawn(planting: Planting, order: Row, rng: random.Random) -> None:
    draft, model = planting.draft, planting.draft.model(order["model"])
    own = certificate_of(draft, order)
    other = new_certificate(draft, model, own["asked_on"], own["first_month"], 5)
    draft.add(
        "withdrawals", certificate=other["certificate"], owner="authority:mod", on=order["filed_on"] - timedelta(1),
        reason="urgent need of the forces",
    )  # fmt: skip


def _run_out(planting: Planting, order: Row, rng: random.Random) -> None:
    """A certificate that ran out with its last month, for a delivery said to lie in that month."""
    certificate = certificate_of(planting.draft, order)
    certificate["last_month"] = certificate["first_month"]
    order["deliver_in"] = certificate["last_month"]


def _of_model_kept(purpose: str, days: tuple[date, date]) -> Callable[[Planting], Wish]:
    def wish(planting: Planting) -> Wish:
        return Wish(model=_kept_model(planting, purpose), days=days, own_certificate=True)

    return wish


def _demonstrate_little(planting: Planting, order: Row, rng: random.Random) -> None:
    row = next(row for row in planting.draft.tables["capacity"] if row["model"] == order["model"])
    row["demonstrated_units"] = [units * 55 // 100 for units in row["capacity_units"]]


def _kept_model(planting: Planting, purpose: str) -> str:
    """Which model, kept out of ordinary trade, serves this purpose for this variant?"""
    models = planting.kept[purpose].split(";")
    return models[planting.variant % len(models)]


def _demonstrate_enough(planting: Planting, order: Row, rng: random.Random) -> None:
    row = next(row for row in planting.draft.tables["capacity"] if row["model"] == order["model"])
    row["demonstrated_units"] = [-(-units * 81 // 100) for units in row["capacity_units"]]


def _beyond_the_class(planting: Planting, order: Row, rng: random.Random) -> None:
    surplus = planting.draft.surplus_class[planting.draft.model(order["model"])["class"]]
    certificate_of(planting.draft, order)["units_asked"] = surplus + rng.randint(1, 900)


def _attestation_ends(planting: Planting, order: Row, rng: random.Random) -> None:
    row = next(row for row in planting.draft.tables["capacity"] if row["model"] == order["model"])
    row["valid_until"] = ATTESTED_UNTIL
    certificate = certificate_of(planting.draft, order)
    certificate["asked_on"] = min(certificate["asked_on"], ATTESTED_UNTIL - timedelta(rng.randint(1, 9)))
    certificate["first_month"] = min(certificate["first_month"], Month.of(certificate["asked_on"]))


KINDS: dict[str, Cheat] = {
    "goods_not_for_sale": Cheat("T16", "surplus", "surplus.goods_are_home_made", _not_for_sale, wish=Wish(days=LATE),
                                twin_wish=Wish()),
    "no_certificate": Cheat("T1", "surplus", "surplus.certificate_is_present", _no_certificate,
                            _certified_the_day_before, OWN, OWN_EARLY),
    "certificate_of_other_model": Cheat("T1", "surplus", "surplus.certificate_covers_model", _other_model, wish=OWN,
                                        twin_wish=OWN_EARLY),
    "units_claimed_twice": Cheat("T1", "surplus", "surplus.units_are_claimed_once", _claimed_again, _sold_again,
                                 _small_with_own_user),
    "month_outside_certificate": Cheat("T1", "surplus", "surplus.certificate_covers_month", _month_outside,
                                       _last_month, Wish(class_="article", days=SPRING, own_certificate=True)),
    "certificate_used_up": Cheat("T1", "surplus", "surplus.balance_covers_units", _exhausted, _exactly_used_up,
                                 Wish(class_="article", days=SPRING, own_certificate=True)),
    "more_than_certified": Cheat("T1", "surplus", "surplus.home_army_first", _above_certificate, wish=OWN,
                                 twin_wish=OWN_EARLY),
    "certificate_withdrawn": Cheat("T9", "surplus", "surplus.certificate_stands", _withdrawn, _another_withdrawn, OWN,
                                   OWN_EARLY),
    "certificate_run_out": Cheat("T1", "surplus", "surplus.certificate_is_in_force", _run_out, _last_month,
                                 Wish(class_="article", days=(date(2026, 7, 20), date(2026, 11, 20)),
                                      own_certificate=True), OWN_EARLY),
    "capacity_overstated": Cheat("T1", "surplus", "surplus.certificate_is_present", _demonstrate_little,
                                 _demonstrate_enough, _of_model_kept("overstated", SPRING),
                                 _of_model_kept("demonstrated", SPRING)),
    "certificate_beyond_class": Cheat("T1", "surplus", "surplus.certificate_is_present", _beyond_the_class, wish=OWN,
                                      twin_wish=OWN_EARLY),
    "attestation_lapsed": Cheat("T1", "surplus", "surplus.capacity_is_current", _attestation_ends, _attestation_ends,
                                _of_model_kept("lapsing", (date(2026, 4, 6), date(2026, 10, 20))),
                                _of_model_kept("lapsing", (date(2026, 3, 24), ATTESTED_UNTIL))),
}  # fmt: skip
