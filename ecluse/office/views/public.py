"""What may a stranger see in the office? What the published folder says, page by page, and how to check it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecluse.base.errors import EvidenceError
from ecluse.base.money import Money
from ecluse.base.words import say
from ecluse.custody.terms_after import Outcome
from ecluse.office import kept
from ecluse.office.desk.today import is_demonstration, law
from ecluse.office.models import Record
from ecluse.office.publish.published import Published, money, published
from ecluse.office.publish.verify_steps import STEPS, commands
from ecluse.office.trace.limits import address_of, now, seconds_to_wait
from ecluse.office.trace.serial_inquiry import Inquiry, inquire
from ecluse.office.views.after import class_said
from ecluse.office.views.cells import Said, Tag
from ecluse.office.views.opening_keys import keys_published
from ecluse.office.views.page import language_of, page
from ecluse.office.views.public_words import day_of, state_name
from ecluse.office.views.summary import log_root
from ecluse.office.views.timeline import Moment

TOTALS = ("invoiced", "received", "due", "settled", "overdue", "paid", "allocated", "spent", "delivered", "idle")
TRACED = ("requests", "traced", "unknown", "refused", "traced_per_10000_exported")
MARK = {"made": ("success", "✓"), "void": ("warning", "×"), "unused": ("neutral", "–"), "open": ("info", "…"),
        "unknown": ("danger", "?"), "misread": ("danger", "?"), "opening": ("warning", "?")}  # fmt: skip
View = Callable[[HttpRequest, Published], HttpResponse]


def from_publication(view: View) -> Callable[[HttpRequest], HttpResponse]:
    """Decorate a view: it is shown the newest publication; where there is none, the page says so and why."""

    @never_cache
    @require_safe
    def shown(request: HttpRequest) -> HttpResponse:
        said = published()
        is_making = said_is_old(said) and is_demonstration() and kept.start_rested("public")
        if said is None:
            answer = page(request, "office/public_none.html", {"is_making": is_making}, status=503)
            answer["Retry-After"] = "10"
            if is_making:
                answer["Refresh"] = "10"
            return answer
        try:
            return view(request, said)
        except (EvidenceError, KeyError, OSError):
            return page(request, "office/public_none.html", {"is_damaged": True}, status=503)

    return shown


def said_is_old(said: Published | None) -> bool:
    """Is there more to show than was published: a period closed since, or the logs grown where no period is?"""
    if said is None:
        return True
    newest = Record.objects.filter(v="outer_period/1").order_by("-on").values_list("on", flat=True).first()
    if newest is None:
        return said.log_root != log_root()
    return "outer.json" not in said.files or said.form("outer")["newest"] != newest.isoformat()


@from_publication
def public_page(request: HttpRequest, said: Published) -> HttpResponse:
    """Which totals are published of certificates, licences, goods and money?"""
    lang = language_of(request)
    custody, certificates = said.form("custody"), said.form("certificates")
    openings, proceeds = said.form("openings"), said.form("proceeds")
    return page(request, "office/public.html", {
        "said": said, "is_old": said_is_old(said),
        "figures": [
            (len(certificates["certificates"]), "pages3.public.certificates"),
            (len(certificates["licences"]), "pages3.public.licences"),
            (custody["numbers"]["committed"], "pages3.public.numbers"),
            (custody["units"]["released"], "pages3.public.released"),
            (sum(said.sizes.values()), "pages3.public.entries"),
        ],
        "numbers": _counts("pages3.fate", custody["numbers"], "committed"),
        "units": _counts("pages3.end", custody["units"], "released"),
        "overdue": custody["overdue"],
        "currencies": [_currency(form) for form in proceeds["currencies"]], "totals": TOTALS,
        "withheld": ", ".join(proceeds["withheld"]), "minimum": proceeds["minimum_count"],
        "purchases": proceeds["purchases"],
        "centres": [_centre(centre, lang) for centre in custody["centres"]],
        "lines": [(state_name(row["host"], lang), _lives(row["lines"], lang)) for row in custody["lines"]],
        "logs": [(log, said.sizes[log], said.roots[log]) for log in sorted(said.sizes)],
        "openings": [_opening(row) for row in openings["kinds"]],
        "opening_keys": keys_published(openings.get("keys", ()), said.as_of, lang),
        "traced": [(f"tracing.figure.{name}", custody["tracing"][name]) for name in TRACED
                   if name in custody.get("tracing", {})],
        "after": _after(custody, lang),
        "says_taken_over": "taken_over" in custody,
        "taken_over": [
            (f"openings.public.{name}", count) for name, count in custody.get("taken_over", {}).items() if count
        ],
    })  # fmt: skip


def _after(custody: dict[str, Any], lang: str) -> dict[str, Any] | None:
    """What is said of what came after delivery? None where the publication says nothing of it."""
    if "post_checks" not in custody:
        return None
    checks = custody["post_checks"]
    names = ("units_drawn", *(f"units_{one.value}" for one in Outcome))
    keys = ("after.drawn", *(f"after.outcome.{one.value}" for one in Outcome))
    return {
        **custody["verified"], "counts": [(key, checks[name]) for key, name in zip(keys, names, strict=True)],
        "classes": [(class_said(one["class"], lang), one["units"], one["visited"], one["there"])
                    for one in checks["by_class"]],
        "withheld": checks["withheld"],
    }  # fmt: skip


def _counts(words: str, form: dict[str, int], whole: str) -> list[tuple[str, int]]:
    return [(f"{words}.{name}", count) for name, count in form.items() if name != whole]


def _currency(form: dict[str, Any]) -> dict[str, Any]:
    share = form.get("reinvested_per_mille")
    return {
        "currency": form["currency"], "amounts": [money(form, name) for name in TOTALS],
        "share": None if share is None else Said("pages3.share", {"whole": share // 10, "tenth": share % 10}),
        "is_vacuous": form["is_vacuous"],
        "displaced": money(form, "displaced_budget") if "displaced_budget_minor" in form else None,
    }  # fmt: skip


def _centre(centre: dict[str, Any], lang: str) -> dict[str, Any]:
    last = centre["life"][-1] if centre["life"] else None
    return {
        "id": centre["id"], "host": state_name(centre["host"], lang),
        "roles": ", ".join(say(f"pages3.role.{role}", lang) for role in centre["roles"]),
        "state": Tag(f"pages3.life.{last['state']}", "success" if last["state"] == "open" else "neutral")
        if last else None,
        "since": day_of(last["day"]) if last else None,
    }  # fmt: skip


def _lives(lines: dict[str, int], lang: str) -> str:
    return ", ".join(f"{say(f'pages3.life.{state}', lang)}: {count}" for state, count in lines.items())


def _opening(row: dict[str, Any]) -> dict[str, Any]:
    opens = day_of(row["opens_on"]) if "opens_on" in row else Said("pages3.public.at_once")
    return {**row, "name": f"pages3.kind.{row['kind']}", "opens": opens}


@from_publication
def sale_page(request: HttpRequest, said: Published) -> HttpResponse:
    """How did one sale go, drawn by lot among those that passed all five gates?"""
    story = said.form("proceeds").get("story")
    if story is None:
        return page(request, "office/public_sale.html", {"said": said, "story": None})
    currency, rounded = story["currency"], story["amounts_rounded_down"]
    amounts = [
        (f"pages3.total.{name}", Money(int(rounded[f"{name}_minor"]), currency))
        for name in ("received", "due", "paid", "allocated")
    ]
    names = {row["id"]: row[language_of(request)] for row in said.form("authorities")["authorities"]}
    events = [*((row, f"gate.{row['gate']}") for row in story["gates"]),
              *((row, f"pages3.step.{row['step']}") for row in story["steps"])]  # fmt: skip
    events.sort(key=lambda event: event[0]["day"])
    return page(request, "office/public_sale.html", {
        "said": said, "story": story, "amounts": amounts, "digits": rounded["leading_digits"],
        "authorities": [names.get(one, one) for one in story["authorities"]],
        "moments": [_moment(row, title, language_of(request)) for row, title in events],
    })  # fmt: skip


def _moment(row: dict[str, Any], title: str, lang: str) -> Moment:
    place = say("pages3.place", lang, log=row["log"], index=str(row["index"]), commitment=row["commitment"])
    tag = Tag("orders.passed", "success", "✓") if "gate" in row else None
    return Moment(date.fromisoformat(row["day"]), title, place, tag)


@from_publication
def serial_page(request: HttpRequest, said: Published) -> HttpResponse:
    """Was a unit with this number committed, made, void or unused, and what shows it?"""
    asked = request.GET.get("serial", "")
    wait = _wait(request, asked) if asked.strip() else 0
    if wait:
        return _too_many(request, said, wait)
    found = inquire(asked, said) if asked.strip() else None
    if found and request.GET.get("format") == "json":
        return JsonResponse(found.form(said), json_dumps_params={"ensure_ascii": False, "indent": 1})
    context: dict[str, Any] = {"said": said, "asked": asked[:60], "found": found}
    if found:
        colour, mark = MARK[found.answer]
        parts = (("pages3.serial.block", found.block), ("pages3.serial.marking", found.marking),
                 ("tracing.public.release", found.release))  # fmt: skip
        context |= {
            "tag": Tag(f"pages3.answer.{found.answer}", colour, mark), "sentence": f"pages3.serial.{found.answer}",
            "proofs": [(title, part) for title, part in parts if part], "told": _told(found, language_of(request)),
        }  # fmt: skip
    return page(request, "office/public_serial.html", context)


def _wait(request: HttpRequest, asked: str) -> int:
    """How many seconds must this address wait? Whoever is signed in asks within the office, where looks are noted."""
    if getattr(request, "account", None) is not None:
        return 0
    return seconds_to_wait(address_of(request), asked, now(), law())


def _too_many(request: HttpRequest, said: Published, wait: int) -> HttpResponse:
    headers = {"Retry-After": str(wait)}
    if request.GET.get("format") == "json":
        return JsonResponse({"answer": "too_many", "retry_after": wait}, status=429, headers=headers)
    hours = -(-wait // 3600)
    shown = page(request, "office/public_serial.html", {"said": said, "asked": "", "hours": hours}, status=429)
    shown["Retry-After"] = str(wait)
    return shown


def _told(found: Inquiry, lang: str) -> list[str]:
    """What is said of a unit that was made, sentence by sentence?"""
    if found.told is None:
        return []
    told = [f"licensed.{'yes' if found.told.licensed else 'no'}", f"lost.{'yes' if found.told.reported_lost else 'no'}"]
    said = [say(f"tracing.public.{key}", lang) for key in told]
    if found.told.last_state:
        said.append(say("tracing.public.state", lang, state=state_name(found.told.last_state, lang)))
    return said


@from_publication
def verify_page(request: HttpRequest, said: Published) -> HttpResponse:
    """How does a stranger check all this with programs that are not ours?"""
    longest = max(said.sizes, key=lambda log: (said.sizes[log], log))
    told = commands(f"{request.scheme}://{request.get_host()}", longest)
    steps = [(f"pages3.verify.{step}", f"pages3.verify.{step}.why", told[step]) for step in STEPS]
    return page(request, "office/public_verify.html", {"said": said, "key": said.verifier_key, "steps": steps})


@require_safe
def file_page(request: HttpRequest, name: str) -> HttpResponseBase:
    """Which bytes has this published file? Only what the signed list names."""
    said = published()
    if said is None or name not in said.files:
        raise Http404
    try:
        body = said.folder.joinpath(name).open("rb")
    except OSError:
        raise Http404 from None
    kind = "application/json" if name.endswith(".json") else "text/plain"
    return FileResponse(body, content_type=f"{kind}; charset=utf-8")


PATHS = [
    path("public/", public_page, name="public"),
    path("public/sale/", sale_page, name="public_sale"),
    path("public/serial/", serial_page, name="public_serial"),
    path("public/verify/", verify_page, name="public_verify"),
    path("public/files/<path:name>", file_page, name="public_file"),
]
