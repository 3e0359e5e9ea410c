"""Which authorities, officers, policies, rates and lists does a generated world have?"""

from __future__ import annotations

from datetime import date, timedelta

from ecluse.edge.world.draft import FIRST_DAY, LAST_DAY, MONTHS, Draft

# (state, Ukrainian, English, French, tier, deal, treaty): the states that may buy. Which tier a state has is invented.
BUYERS = (
    ("US", "Сполучені Штати Америки", "United States", "États-Unis", 1, 0, 0),
    ("CA", "Канада", "Canada", "Canada", 2, 1, 0),
    ("GB", "Велика Британія", "United Kingdom", "Royaume-Uni", 2, 1, 1),
    ("DE", "Німеччина", "Germany", "Allemagne", 2, 1, 1),
    ("FR", "Франція", "France", "France", 2, 0, 1),
    ("NL", "Нідерланди", "Netherlands", "Pays-Bas", 2, 1, 1),
    ("BE", "Бельгія", "Belgium", "Belgique", 2, 0, 0),
    ("DK", "Данія", "Denmark", "Danemark", 2, 1, 1),
    ("NO", "Норвегія", "Norway", "Norvège", 2, 1, 1),
    ("SE", "Швеція", "Sweden", "Suède", 2, 1, 1),
    ("FI", "Фінляндія", "Finland", "Finlande", 2, 1, 0),
    ("EE", "Естонія", "Estonia", "Estonie", 2, 0, 1),
    ("LV", "Латвія", "Latvia", "Lettonie", 2, 1, 1),
    ("LT", "Литва", "Lithuania", "Lituanie", 2, 1, 1),
    ("PL", "Польща", "Poland", "Pologne", 2, 0, 1),
    ("CZ", "Чехія", "Czechia", "Tchéquie", 2, 1, 0),
    ("SK", "Словаччина", "Slovakia", "Slovaquie", 2, 0, 0),
    ("RO", "Румунія", "Romania", "Roumanie", 2, 0, 1),
    ("IT", "Італія", "Italy", "Italie", 2, 0, 0),
    ("ES", "Іспанія", "Spain", "Espagne", 2, 0, 1),
    ("PT", "Португалія", "Portugal", "Portugal", 2, 0, 0),
    ("GR", "Греція", "Greece", "Grèce", 2, 0, 0),
    ("JP", "Японія", "Japan", "Japon", 3, 0, 0),
    ("AU", "Австралія", "Australia", "Australie", 3, 0, 1),
    ("SA", "Саудівська Аравія", "Saudi Arabia", "Arabie saoudite", 3, 1, 0),
    ("QA", "Катар", "Qatar", "Qatar", 3, 1, 0),
    ("AE", "Об'єднані Арабські Емірати", "United Arab Emirates", "Émirats arabes unis", 3, 0, 0),
)
# States without a tier, and one under embargo: they occur with invented parties in hidden attempts only.
OTHERS = (
    ("CL", "Чилі", "Chile", "Chili"), ("UY", "Уругвай", "Uruguay", "Uruguay"), ("GH", "Гана", "Ghana", "Ghana"),
    ("PE", "Перу", "Peru", "Pérou"), ("TH", "Таїланд", "Thailand", "Thaïlande"),
)  # fmt: skip
UNTIERED = tuple(row[0] for row in OTHERS)
EMBARGOED = ("RU", "BY", "KP", "IR", "SS", "MM")
HOME = (
    ("ssecu", "Держекспортконтроль", "State Service of Export Control", "Service d'État du contrôle des exportations"),
    ("commission", "Міжвідомча комісія", "Interagency Commission", "Commission interministérielle"),
    ("mod", "Міністерство оборони", "Ministry of Defence", "Ministère de la Défense"),
    ("general-staff", "Генеральний штаб", "General Staff", "État-major général"),
    ("sbu", "Служба безпеки", "Security Service", "Service de sécurité"),
    ("szr", "Служба зовнішньої розвідки", "Foreign Intelligence", "Renseignement extérieur"),
    ("gur", "Воєнна розвідка", "Military Intelligence", "Renseignement militaire"),
    ("mfa", "Міністерство закордонних справ", "Foreign Ministry", "Ministère des Affaires étrangères"),
    ("economy", "Міністерство економіки", "Ministry of Economy", "Ministère de l'Économie"),
    ("finance", "Міністерство фінансів", "Ministry of Finance", "Ministère des Finances"),
    ("digital", "Міністерство цифрової трансформації", "Ministry of Digital Transformation", "Ministère du Numérique"),
    ("customs", "Митна служба", "Customs Service", "Service des douanes"),
    ("audit", "Контролер фонду", "Controller of the fund", "Contrôleur du fonds"),
    ("treasury", "Розпорядник фонду", "Spender of the fund", "Ordonnateur du fonds"),
)
OFFICES = {
    "ssecu": ("author", "author", "author", "countersigner", "opinion", "clearance", "clearance"),
    "commission": ("author", "author", "countersigner", "countersigner"),
    "mod": ("countersigner", "countersigner", "opinion", "opinion", "planner", "planner"),
    "general-staff": ("opinion", "opinion", "planner"),
    "economy": ("author", "countersigner", "opinion", "opinion"),
    "audit": ("controller", "controller"),
    "treasury": ("spender", "spender"),
}
CRITICAL_UNTIL = date(2026, 3, 31)
LIST_CHANGE = date(2026, 7, 1)
SHORTAGES = (
    ("interceptor", 40_000, 1, date(2025, 11, 12)), ("long_range", 3_000, 1, date(2025, 11, 20)),
    ("ground_robot", 4_000, 2, date(2025, 12, 1)), ("ew_set", 6_000, 2, date(2025, 12, 5)),
    ("interceptor", 25_000, 2, date(2026, 2, 2)), ("fpv", 200_000, 3, date(2026, 2, 16)),
    ("long_range", 1_500, 3, date(2026, 3, 2)), ("howitzer", 40, 2, date(2026, 9, 28)),
    ("ew_set", 2_000, 3, date(2026, 10, 19)), ("naval_drone", 30, 3, date(2026, 11, 23)),
)  # fmt: skip
# A supplier's price in each currency, in hundredths of the one in euro.
CURRENCIES = (("EUR", 100), ("USD", 115), ("GBP", 86))
SUPPLY_PRICE_EUR_MINOR = {
    "interceptor": 230_000, "long_range": 4_600_000, "ground_robot": 1_150_000, "ew_set": 600_000, "fpv": 53_000,
    "howitzer": 240_000_000, "naval_drone": 18_500_000,
}  # fmt: skip


def add_authorities(draft: Draft) -> None:
    """Who signs: the home bodies, and one authority for each state that buys, hosts or lets goods through."""
    for slug, uk, en, fr in HOME:
        draft.add("authorities", authority=f"authority:{slug}", state="UA", name_uk=uk, name_en=en, name_fr=fr)
    for state, uk, en, fr in (*(row[:4] for row in BUYERS), *OTHERS):
        draft.add(
            "authorities", authority=f"authority:{state.lower()}", state=state,
            name_uk=f"Орган експортного контролю: {uk}", name_en=f"Export control authority: {en}",
            name_fr=f"Autorité de contrôle des exportations : {fr}",
        )  # fmt: skip
    for slug, *_ in HOME:
        for role in OFFICES.get(slug, ("opinion", "opinion")):
            add_officer(draft, slug, role)


def add_officer(
    draft: Draft, slug: str, role: str, interest_in: str | None = None, declared: date | None = None
) -> str:
    """Which officer was added to this authority?"""
    draft.counters[f"officer-{slug}"] = number = draft.counters.get(f"officer-{slug}", 0) + 1
    officer = f"officer:{slug}-{number:02d}"
    draft.add(
        "officers", officer=officer, authority=f"authority:{slug}", role=role, name=draft.names.person()[0],
        valid_from=date(2025, 6, 1), valid_until=None, interest_in=interest_in, interest_declared_on=declared,
    )  # fmt: skip
    return officer


def add_policies(draft: Draft) -> None:
    """Which rules bind: surplus, contribution, tiers, partner states, shortages and who fills them, rates, budgets."""
    since = date(2025, 11, 1)
    draft.add(
        "surplus_policies", policy="surplus-policy-2026-1", owner="authority:mod", rule="SR-1", ratio_numerator=1,
        ratio_denominator=2, valid_from=since, valid_until=None,
    )  # fmt: skip
    draft.add(
        "contribution_policies", policy="contribution-policy-2026-1", owner="authority:finance", rule="ad_valorem",
        ad_valorem_bp=2000, profit_share_bp=5000, order_ratio_bp=1000, days_to_receive=30, days_to_contribute=15,
        days_to_allocate=15, days_to_purchase=60, valid_from=since, valid_until=None,
    )  # fmt: skip
    for state, _, _, _, tier, deal, treaty in BUYERS:
        draft.add(
            "buyer_tiers", policy="buyer-tiers-2026-1", owner="authority:mfa", state=state, tier=tier,
            valid_from=since, valid_until=None,
        )  # fmt: skip
        for kind in ("deal",) * deal + ("treaty",) * treaty:
            draft.add(
                "partner_lists", policy="partner-list-2026-1", owner="authority:mfa", state=state, kind=kind,
                valid_from=since, valid_until=None,
            )  # fmt: skip
    for number, (class_, units, priority, named_on) in enumerate(SHORTAGES, 1):
        shortage = f"shortage:{number:02d}"
        draft.add(
            "shortages", shortage=shortage, owner="authority:general-staff", class_=class_, units=units,
            priority=priority, named_on=named_on,
        )  # fmt: skip
        add_suppliers(draft, shortage, class_, number)
    add_budget_figures(draft)
    for month in MONTHS:
        draft.add("budgets", month=month, budget_minor_uah=5_000_000_000)
        draft.add(
            "period_closes", month=month, spender=f"officer:treasury-0{1 + month.number % 2}",
            controller=f"officer:audit-0{1 + month.number % 2}", on=min(month.last_day() + timedelta(9), LAST_DAY),
        )  # fmt: skip


# Of each class so many thousandths of its budget were cut once the proceeds came; what is not named kept its money.
BUDGET_CUTS_PER_MILLE = {"fpv": 40, "interceptor": 5, "ew_set": 100}
UNITS_BUDGETED = {"interceptor": 20_000, "long_range": 900, "ground_robot": 2_000, "ew_set": 4_000, "fpv": 300_000,
                  "howitzer": 12, "naval_drone": 40}  # fmt: skip


def add_budget_figures(draft: Draft) -> None:
    """What did the state budget give each class, in each currency, before the proceeds came, and what since?"""
    for class_, price in SUPPLY_PRICE_EUR_MINOR.items():
        for currency, per_cent in CURRENCIES:
            before = UNITS_BUDGETED[class_] * price * per_cent // 100
            draft.add(
                "budget_figures", figure=f"budget-figure:{class_.replace('_', '-')}-{currency.lower()}",
                owner="authority:treasury", class_=class_, currency=currency, first_month=MONTHS[0],
                last_month=MONTHS[-1], before_minor=before,
                after_minor=before - before * BUDGET_CUTS_PER_MILLE.get(class_, 0) // 1000, stated_on=FIRST_DAY,
            )  # fmt: skip


def add_suppliers(draft: Draft, shortage: str, class_: str, number: int) -> None:
    """Who fills this shortage, in each currency?"""
    from ecluse.edge.world.generate_parties import add_firm

    makers = [row["maker"] for row in draft.tables["models"] if row["class"] == class_]
    abroad = number % 3 == 0
    supplier = add_firm(draft, "SE") if abroad else makers[number % len(makers)]
    for currency, per_cent in CURRENCIES:
        draft.add(
            "suppliers", shortage=shortage, supplier=supplier, destination="import" if abroad else "domestic",
            class_=class_, currency=currency, unit_price_minor=SUPPLY_PRICE_EUR_MINOR[class_] * per_cent // 100,
            days_to_deliver=14 + 2 * (number % 5),
        )  # fmt: skip


def add_rates(draft: Draft) -> None:
    """What was each currency worth each day? A slow walk, from the day before the year on."""
    per_unit = {"EUR": 492_500, "USD": 421_000, "GBP": 563_000}
    day = FIRST_DAY
    while day <= LAST_DAY:
        for base in sorted(per_unit):
            per_unit[base] += draft.rng.randint(-700, 720)
            draft.add("rates", on=day, base=base, quote="UAH", numerator=per_unit[base], denominator=10_000)
        day += timedelta(1)


def add_critical(draft: Draft, models: tuple[str, ...]) -> None:
    """Which models may never go? The first half only until the list was changed."""
    half = len(models) // 2
    versions = (
        ("critical-goods-2026-1", date(2025, 11, 1), CRITICAL_UNTIL, models),
        ("critical-goods-2026-2", CRITICAL_UNTIL + timedelta(1), None, models[half:]),
    )
    for policy, since, until, listed in versions:
        for model in listed:
            draft.add(
                "critical_goods", policy=policy, owner="authority:mod", model=model, valid_from=since, valid_until=until
            )


def add_lists(draft: Draft) -> None:
    """Which two versions of the invented watchlist are there? Entries are added to `draft.lists` as parties arise."""
    for version, since in (("v1", FIRST_DAY), ("v2", LIST_CHANGE)):
        draft.add(
            "list_versions", list=f"list:synthetic-{version}", publisher="Synthetic Watchlist Office",
            title="Invented watchlist", file=f"lists/synthetic-{version}.csv",
            in_force_from=since,
        )  # fmt: skip
    for _ in range(draft.scaled(120, 30)):
        latin, _cyrillic = draft.names.person() if draft.rng.random() < 0.5 else draft.names.firm("XX")
        kind = "person" if latin.endswith("enko") else "firm"
        list_entry(draft, latin, kind)


def list_entry(
    draft: Draft, name: str, kind: str, identifiers: str = "", versions: tuple[str, ...] = ("v1", "v2")
) -> str:
    """Under which entry does the invented watchlist name somebody?"""
    draft.counters["entry"] = number = draft.counters.get("entry", 0) + 1
    entry = f"SYN-{(number * 7919) % 100_000:05d}"
    for version in versions:
        draft.lists.setdefault(version, []).append((entry, name, kind, identifiers))
    return entry
