"""What are the invented firms, bodies and persons called? Made of syllables, in Latin and Cyrillic, never twice."""

from __future__ import annotations

import random

HEADS = (
    ("Bar", "Бар"), ("Cel", "Цел"), ("Dor", "Дор"), ("Eld", "Ельд"), ("Far", "Фар"), ("Gal", "Гал"), ("Hol", "Гол"),
    ("Ilm", "Ільм"), ("Jas", "Яс"), ("Kor", "Кор"), ("Lum", "Лум"), ("Mir", "Мір"), ("Nov", "Нов"), ("Orl", "Орл"),
    ("Pel", "Пел"), ("Rad", "Рад"), ("Sal", "Сал"), ("Tor", "Тор"), ("Ulm", "Ульм"), ("Var", "Вар"), ("Zel", "Зел"),
)  # fmt: skip
MIDDLES = (
    ("a", "а"), ("e", "е"), ("i", "і"), ("o", "о"), ("u", "у"), ("ama", "ама"), ("edo", "едо"), ("ivi", "іві"),
    ("ona", "она"), ("uri", "урі"), ("ale", "але"), ("emo", "емо"),
)  # fmt: skip
TAILS = (
    ("bert", "берт"), ("dan", "дан"), ("fen", "фен"), ("gard", "гард"), ("holt", "гольт"), ("kart", "карт"),
    ("lin", "лін"), ("mont", "монт"), ("net", "нет"), ("pol", "пол"), ("rix", "рікс"), ("sund", "сунд"),
    ("tek", "тек"), ("vik", "вік"), ("zar", "зар"), ("mark", "марк"),
)  # fmt: skip
TRADES = (
    ("Works", "завод"), ("Systems", "системи"), ("Robotics", "робототехніка"), ("Aero", "аеро"), ("Signal", "сигнал"),
    ("Marine", "марін"), ("Dynamics", "динаміка"), ("Forge", "кузня"), ("Optics", "оптика"), ("Labs", "лабораторії"),
)  # fmt: skip
BODIES = (
    "Land Equipment Office", "Coastal Defence Directorate", "Air Surveillance Agency", "Joint Logistics Command",
    "Territorial Forces Supply Office", "Border Protection Service", "Materiel Directorate", "Engineering Corps Office",
)  # fmt: skip
SERVICES = {"forwarder": "Freight", "bank": "Bank", "broker": "Brokers", "carrier": "Transport", "operator": "Centre"}
LEGAL_FORMS = {
    "UA": "LLC", "DE": "GmbH", "AT": "GmbH", "GB": "Ltd", "US": "Inc", "CA": "Inc", "FR": "SAS", "NL": "BV",
    "BE": "BV", "DK": "ApS", "NO": "AS", "SE": "AB", "FI": "Oy", "EE": "OU", "LV": "SIA", "LT": "UAB", "CZ": "sro",
    "SK": "sro", "IT": "SpA", "ES": "SA", "PT": "SA", "RO": "SRL",
}  # fmt: skip
GIVEN = (
    ("Olena", "Олена"), ("Ivan", "Іван"), ("Maria", "Марія"), ("Petro", "Петро"), ("Anna", "Анна"),
    ("Taras", "Тарас"), ("Iryna", "Ірина"), ("Danylo", "Данило"), ("Sofia", "Софія"), ("Maksym", "Максим"),
    ("Nina", "Ніна"), ("Roman", "Роман"), ("Vira", "Віра"), ("Yurii", "Юрій"), ("Larysa", "Лариса"),
)  # fmt: skip


class Names:
    """Gives each invented name once; the stem of a firm or the family name of a person is never used again."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._stems = [(head, middle, tail) for head in HEADS for middle in MIDDLES for tail in TAILS]
        rng.shuffle(self._stems)

    def stem(self) -> tuple[str, str]:
        """Which word is next, in Latin and in Cyrillic?"""
        head, middle, tail = self._stems.pop()
        return head[0] + middle[0] + tail[0], head[1] + middle[1] + tail[1]

    def firm(self, state: str, service: str = "") -> tuple[str, str]:
        """What is the next firm called, in Latin with its legal form, and in Cyrillic?"""
        latin, cyrillic = self.stem()
        trade, trade_uk = self._rng.choice(TRADES)
        word = SERVICES.get(service, trade)
        form = LEGAL_FORMS.get(state, "Co")
        return f"{latin} {word} {form}", f"ТОВ {cyrillic} {trade_uk}"

    def body(self) -> str:
        """What is the next state body called?"""
        return f"{self.stem()[0]} {self._rng.choice(BODIES)}"

    def person(self) -> tuple[str, str]:
        """What is the next person called, in Latin and in Cyrillic?"""
        latin, cyrillic = self.stem()
        given, given_uk = self._rng.choice(GIVEN)
        return f"{given} {latin}enko", f"{given_uk} {cyrillic}енко"
