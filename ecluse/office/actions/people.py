"""How does the office keep its people? Accounts, languages, themes: what a person works with, none of it a record."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from ecluse.base.errors import BadInputError, ConflictError, Fault
from ecluse.base.words import LANGUAGES
from ecluse.office.models import Account

THEMES = ("auto", "light", "dark")
FILE = "account"


def make_account(officer: str, email: str, name: str, password: str, language: str = "uk") -> Account:
    """How does a person on record come in? By one account for one officer id and one e-mail address.

    Raises BadInputError for an address or password that will not do, ConflictError when id or address is taken.
    """
    email = email.strip().casefold()
    _check(officer, email, password, language)
    try:
        with transaction.atomic():
            user = User.objects.create_user(username=email, email=email, password=password, first_name=name[:150])
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
            return Account.objects.create(user=user, officer=officer, language=language)
    except IntegrityError:
        raise ConflictError(f"{officer} or {email} already has an account; a person has one") from None


def open_demonstration_account(officer: str, name: str, language: str) -> Account:
    """With which account does a visitor of a demonstration take this role? One without password, made at once."""
    found = Account.objects.select_related("user").filter(officer=officer).first()
    if found is not None:
        choose_language(found, language)
        return found
    with transaction.atomic():
        user = User.objects.create_user(username=officer, first_name=name[:150])
        return Account.objects.create(user=user, officer=officer, language=language)


def close_account(account: Account) -> None:
    """Shut this person's way in, and take back what programs hold on the person's behalf."""
    with transaction.atomic():
        account.user.is_active = False
        account.user.save(update_fields=["is_active"])
        account.tokens.all().delete()


def choose_language(account: Account, language: str) -> None:
    """From now on this person reads in this language. Raises BadInputError for one that the office does not speak."""
    if language not in LANGUAGES:
        raise BadInputError.one(FILE, " | ".join(LANGUAGES), language, "choose one of these")
    if account.language != language:
        account.language = language
        account.save(update_fields=["language"])


def choose_theme(account: Account, theme: str) -> None:
    """From now on this person's pages look like this. Raises BadInputError for a look that there is not."""
    if theme not in THEMES:
        raise BadInputError.one(FILE, " | ".join(THEMES), theme, "choose one of these")
    account.theme = theme
    account.save(update_fields=["theme"])


def _check(officer: str, email: str, password: str, language: str) -> None:
    faults = []
    if not officer.startswith("officer:"):
        faults.append(
            Fault(FILE, None, "officer", "an officer id such as officer:ssecu-1", officer, "name the officer")
        )
    if language not in LANGUAGES:
        faults.append(Fault(FILE, None, "language", " | ".join(LANGUAGES), language, "choose one of these"))
    try:
        validate_email(email)
    except ValidationError:
        faults.append(Fault(FILE, None, "email", "an e-mail address", email[:80], "write it as name@place"))
    try:
        validate_password(password, User(username=email, email=email))
    except ValidationError as error:
        # What was found is never repeated: it is a password.
        remedy = " ".join(error.messages)
        faults.append(Fault(FILE, None, "password", "a password that cannot be guessed", "a weaker one", remedy))
    if faults:
        raise BadInputError(faults)
