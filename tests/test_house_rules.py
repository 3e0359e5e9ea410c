"""Do the rules of the house hold in this checkout, and would each of them notice a breach?"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import house_rules
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
SHOWN = 40
Sample = dict[str, str]
CODE = "surplus.home_army_first"
CODES_HEAD = "code,gate,provision,since,retired\n"


@pytest.mark.parametrize("rule", house_rules.RULES, ids=lambda rule: rule.__name__)
def test_house(rule: house_rules.Rule) -> None:
    found = rule(ROOT)
    more = [f"... and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    assert not found, "\n" + "\n".join([*found[:SHOWN], *more])


def write(root: Path, sample: Sample) -> Path:
    for name, text in sample.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def catalogue(**words: str) -> str:
    lines = ['msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n']
    return "\n".join(lines + [f'msgid "{key.replace("__", ".")}"\nmsgstr "{text}"\n' for key, text in words.items()])


def three(**words: str) -> Sample:
    return {f"ecluse/locale/{language}/LC_MESSAGES/gates.po": catalogue(**words) for language in house_rules.LANGUAGES}


RULE = '''"""Which grounds?"""
from ecluse.base.verdict import refuse

def home_army_first(claim):
    if claim.units > 1:
        yield refuse("surplus.home_army_first", "policy/1", units=claim.units)
'''
SPEAKS = three(
    surplus__home_army_first__sentence="{units} were claimed",
    surplus__home_army_first__remedy="Claim fewer than {units}",
)
SOUND: Sample = {
    "README.md": "Run `ecluse audit`; ECLUSE_SIDE chooses the side.",
    "requirements.lock": "typer==1.0 \\\n    --hash=sha256:00\n",
    "ecluse/__init__.py": '"""What is this?"""\n',
    "ecluse/__main__.py": '"""Which command?"""\nSIDE = "ECLUSE_SIDE"\n@app.command()\ndef audit(): ...\n',
    "ecluse/surplus/rules.py": RULE,
    "ecluse/tables/provisions/surplus.csv": "id\npolicy/1\n",
    "ecluse/tables/codes/surplus.csv": f"{CODES_HEAD}{CODE},surplus,policy/1,2026-01-01,\n",
    "tests/cases_surplus.py": 'CASES = {"surplus.home_army_first": (2, 1, 0)}\n',
    **SPEAKS,
}


def compile_catalogues(root: Path) -> None:
    for path in root.rglob("*.po"):
        compiled = io.BytesIO()
        write_mo(compiled, read_po(io.BytesIO(path.read_bytes())))
        path.with_suffix(".mo").write_bytes(compiled.getvalue())


@pytest.fixture
def house(tmp_path: Path) -> Callable[[Sample], Path]:
    """A small sound house, with these files laid over it."""

    def build(changed: Sample) -> Path:
        write(tmp_path, SOUND)
        compile_catalogues(tmp_path)
        return write(tmp_path, changed)

    return build


@pytest.mark.parametrize("rule", house_rules.RULES, ids=lambda rule: rule.__name__)
def test_a_sound_house_passes(rule: house_rules.Rule, house: Callable[[Sample], Path]) -> None:
    assert rule(house({})) == []


def rule_with(old: str, new: str) -> Sample:
    assert old in RULE
    return {"ecluse/surplus/rules.py": RULE.replace(old, new)}


GATE, RULES_FILE = "ecluse/surplus/gate.py", "ecluse/surplus/rules.py"
CODES = "ecluse/tables/codes/surplus.csv"
PO_FR, PO_UK = "ecluse/locale/fr/LC_MESSAGES/gates.po", "ecluse/locale/uk/LC_MESSAGES/gates.po"

# rule, files that break it, where the breach is named
BREACHES = [
    ("files_fit_a_sitting", {GATE: '"""?"""\n' + "x = 1\n" * 400}, f"{GATE}:401:"),
    ("functions_fit_a_glance", {GATE: '"""?"""\n\ndef f():\n' + "    x = 1\n" * 60}, f"{GATE}:3:"),
    ("modules_say_what_they_answer", {GATE: "x = 1\n"}, f"{GATE}:1:"),
    ("names_say_what_they_hold", {"ecluse/base/utils.py": '"""?"""\n'}, "ecluse/base/utils.py:1:"),
    ("names_say_what_they_hold", {"ecluse/edge/data/__init__.py": ""}, "ecluse/edge/data/__init__.py:1:"),
    ("nothing_is_left_undone", {GATE: '"""?"""\n# TO' + "DO later\n"}, f"{GATE}:2:"),
    ("nothing_is_left_undone", {"tests/test_x.py": "import pytest\n@pytest.mark.xf" + "ail\n"}, "tests/test_x.py:2:"),
    ("no_float_near_money", {GATE: '"""?"""\nrate = 0.1\n'}, f"{GATE}:2:"),
    ("no_float_near_money", {GATE: '"""?"""\n\ndef f(x: float) -> int: ...\n'}, f"{GATE}:3:"),
    ("no_float_near_money", {"ecluse/base/money.py": '"""?"""\nx = float("1")\n'}, "ecluse/base/money.py:2:"),
    ("no_float_near_money", {"ecluse/order.py": '"""?"""\nhalf = units / 2\n'}, "ecluse/order.py:2:"),
    ("no_float_near_money", {"ecluse/office/models/a.py": '"""?"""\na = models.DecimalField()\n'}, "models/a.py:2:"),
    ("no_clock_in_a_gate", {GATE: '"""?"""\nfrom datetime import date\nx = date.today()\n'}, f"{GATE}:3:"),
    ("no_clock_in_a_gate", {"ecluse/base/days.py": '"""?"""\nx = datetime.now()\n'}, "ecluse/base/days.py:2:"),
    ("no_clock_in_a_gate", {"ecluse/plan/model.py": '"""?"""\nimport random\n'}, "ecluse/plan/model.py:2:"),
    ("no_clock_in_a_gate", {"ecluse/order.py": '"""?"""\nx = os.environ["A"]\n'}, "ecluse/order.py:2:"),
    ("no_clock_in_a_gate", {GATE: '"""?"""\nfrom time import time\n'}, f"{GATE}:2:"),
    ("no_clock_in_a_gate", {GATE: '"""?"""\nx = open("law.csv")\n'}, f"{GATE}:2:"),
    ("only_actions_write", {"ecluse/office/views/a.py": '"""?"""\norder.save()\n'}, "views/a.py:2:"),
    ("only_actions_write", {"ecluse/office/serve.py": '"""?"""\nO.objects.filter(a=1).update(b=2)\n'}, "serve.py:2:"),
    ("only_actions_write", {"ecluse/edge/a.py": '"""?"""\nO.objects.create(a=1)\n'}, "ecluse/edge/a.py:2:"),
    ("only_actions_write", {"ecluse/office/audit.py": '"""?"""\nc.execute("UPDATE t SET a = 1")\n'}, "audit.py:2:"),
    ("grounds_name_their_rule", rule_with('"surplus.home_army_first"', '"surplus.other"'), f"{RULES_FILE}:6:"),
    (
        "grounds_name_their_rule",
        rule_with('"surplus.home_army_first"', '"parties.home_army_first"'),
        f"{RULES_FILE}:6:",
    ),
    ("grounds_name_their_rule", rule_with('"surplus.home_army_first"', "code_of(claim)"), f"{RULES_FILE}:6:"),
    ("grounds_cite_a_provision", rule_with('"policy/1"', '"policy/2"'), f"{RULES_FILE}:6:"),
    ("grounds_cite_a_provision", rule_with(', "policy/1"', ""), f"{RULES_FILE}:6:"),
    ("codes_are_published", {CODES: CODES_HEAD}, f"{RULES_FILE}:6:"),
    (
        "codes_are_published",
        {CODES: f"{CODES_HEAD}{CODE},surplus,policy/1,2026-01-01,2026-02-01\n"},
        f"{RULES_FILE}:6:",
    ),
    ("codes_are_published", {CODES: f"{CODES_HEAD}{CODE},surplus,policy/9,2026-01-01,\n"}, f"{CODES}:2:"),
    ("codes_are_published", {RULES_FILE: '"""?"""\n'}, f"{CODES}:2:"),
    ("grounds_have_two_cases", {"tests/cases_surplus.py": "CASES = {}\n"}, f"{RULES_FILE}:6:"),
    ("grounds_have_two_cases", {"tests/cases_surplus.py": f'CASES = {{"{CODE}": (1, 1, 0)}}\n'}, "cases_surplus.py:1:"),
    ("grounds_speak_three_languages", {PO_FR: catalogue()}, f"{RULES_FILE}:6:"),
    ("languages_are_equals", {PO_UK: catalogue(page__title="Замовлення")}, f"{PO_UK}:"),
    ("languages_are_equals", {PO_FR: SPEAKS[PO_FR].replace("{units} were", "{unites} were")}, "placeholders"),
    ("languages_are_equals", {PO_FR: SPEAKS[PO_FR].replace("{units} were claimed", "")}, f"{PO_FR}:"),
    ("french_apostrophes_are_typographic", {PO_FR: catalogue(page__title="Liste d'ordres")}, f"{PO_FR}:"),
    ("french_apostrophes_are_typographic", {PO_FR: catalogue(page__title="Rien n'{units}")}, "straight apostrophe"),
    ("catalogues_are_compiled", {PO_FR: SPEAKS[PO_FR].replace("claimed", "demandées")}, f"{PO_FR}:1:"),
    ("catalogues_are_compiled", {"ecluse/locale/en/LC_MESSAGES/pages.po": catalogue(a="b")}, "pages.mo is missing"),
    ("commands_are_documented", {GATE: '"""?"""\n@app.command("lists")\ndef f(): ...\n'}, f"{GATE}:3:"),
    ("commands_are_documented", {GATE: '"""?"""\n@app.command()\ndef re_open(): ...\n'}, "`re-open`"),
    ("settings_are_documented", {GATE: '"""?"""\nx = "ECLUSE_' + 'HIDDEN"\n'}, f"{GATE}:2:"),
    ("nothing_names_this_machine", {"docs/a.md": "see /ro" + "ot/notes\n"}, "docs/a.md:1:"),
    ("nothing_names_this_machine", {"docs/a.md": "x\nhttps://py" + "pi.org/simple\n"}, "docs/a.md:2:"),
    ("lock_holds_hashes_only", {"requirements.lock": "typer==1.0\n"}, "requirements.lock:2:"),
    (
        "lock_holds_hashes_only",
        {"requirements.lock": "a==1 \\\n    --hash=sha256:00\n# http://x\n"},
        "requirements.lock:3:",
    ),
]


@pytest.mark.parametrize(
    ("name", "changed", "named"), BREACHES, ids=[f"{number}-{case[0]}" for number, case in enumerate(BREACHES)]
)
def test_a_breach_is_named(name: str, changed: Sample, named: str, house: Callable[[Sample], Path]) -> None:
    found = getattr(house_rules, name)(house(changed))
    assert any(named in line for line in found), found or "nothing found"


def test_every_rule_is_seen_failing() -> None:
    assert {rule.__name__ for rule in house_rules.RULES} == {case[0] for case in BREACHES}


INNOCENT = [
    pytest.param(
        "no_float_near_money",
        {"ecluse/base/words.py": '"""?"""\nx = HERE / lang / "LC_MESSAGES" / name\n'},
        id="joins a path",
    ),
    pytest.param(
        "only_actions_write", {"ecluse/office/views/a.py": '"""?"""\nseen.update(b=2)\n'}, id="updates a dict"
    ),
    pytest.param(
        "only_actions_write", {"ecluse/office/actions/a.py": '"""?"""\norder.save()\n'}, id="saves in an action"
    ),
    pytest.param(
        "only_actions_write", {"ecluse/office/carry.py": '"""?"""\nO.objects.create()\n'}, id="carries the year"
    ),
    pytest.param("no_float_near_money", {"ecluse/base/canon.py": '"""?"""\nBAD = float\n'}, id="canon rejects floats"),
    pytest.param("no_float_near_money", {"ecluse/plan/solve.py": '"""?"""\ngap = 0.01\n'}, id="solver works in floats"),
    pytest.param(
        "no_clock_in_a_gate", {"ecluse/base/source.py": '"""?"""\nimport secrets\n'}, id="Source has the clock"
    ),
    pytest.param("no_clock_in_a_gate", {"ecluse/edge/tiles.py": '"""?"""\nx = open("a")\n'}, id="edge reads files"),
]


PLURAL = """msgid ""
msgstr "Plural-Forms: nplurals=3; plural=(n%10==1 ? 0 : n%10<5 ? 1 : 2);\\n"

msgid "unit.pieces"
msgid_plural "unit.pieces"
msgstr[0] "{n} штука"
msgstr[1] "{n} штуки"
msgstr[2] "{n} штук"
"""
UNITS = "ecluse/locale/uk/LC_MESSAGES/units.po"


def test_plurals_are_words_too(tmp_path: Path) -> None:
    write(tmp_path, {UNITS.replace("uk", language): PLURAL for language in house_rules.LANGUAGES})
    compile_catalogues(tmp_path)
    assert house_rules.languages_are_equals(tmp_path) == []
    assert house_rules.catalogues_are_compiled(tmp_path) == []
    write(tmp_path, {UNITS: PLURAL.replace('{n} штук"', '{n} одиниць"')})
    assert house_rules.catalogues_are_compiled(tmp_path)
    write(tmp_path, {UNITS: PLURAL.replace('{n} штук"', '"')})
    assert house_rules.languages_are_equals(tmp_path)


@pytest.mark.parametrize(("name", "changed"), INNOCENT)
def test_the_innocent_pass(name: str, changed: Sample, house: Callable[[Sample], Path]) -> None:
    assert getattr(house_rules, name)(house(changed)) == []
