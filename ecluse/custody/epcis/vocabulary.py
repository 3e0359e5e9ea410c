"""Which words does the Core Business Vocabulary 2.0 have, and which do we add under a name of our own?

A word of the standard is written bare (`shipping`); it may come as `https://ref.gs1.org/cbv/BizStep-shipping` or
`cbv:BizStep-shipping` as well. What the standard lacks is a URN of ours.
"""

from __future__ import annotations

import re

OURS = "urn:ecluse:epcis"
SEIZED = f"{OURS}:disposition:seized"
DIVERTED = f"{OURS}:disposition:diverted"
RESERVED_FOR_HOME_ARMY = f"{OURS}:disposition:reserved_for_home_army"
SURPLUS_DECLARED = f"{OURS}:disposition:surplus_declared"
END_USE_STATEMENT = f"{OURS}:transaction:end_use_statement"
SURPLUS_CERTIFICATE = f"{OURS}:transaction:surplus_certificate"

BIZ_STEPS = frozenset({
    "accepting", "arriving", "assembling", "collecting", "commissioning", "consigning", "creating_class_instance",
    "cycle_counting", "decommissioning", "departing", "destroying", "disassembling", "dispensing", "encoding",
    "entering_exiting", "holding", "inspecting", "installing", "killing", "loading", "other", "packing", "picking",
    "receiving", "removing", "repackaging", "repairing", "replacing", "reserving", "retail_selling", "shipping",
    "staging_outbound", "stock_taking", "stocking", "storing", "transporting", "unloading", "unpacking",
    "void_shipping", "sensor_reporting", "sampling",
})  # fmt: skip
DISPOSITIONS = frozenset({
    "active", "container_closed", "damaged", "destroyed", "dispensed", "disposed", "encoded", "expired", "in_progress",
    "in_transit", "inactive", "no_pedigree_match", "non_sellable_other", "partially_dispensed", "recalled", "reserved",
    "retail_sold", "returned", "sellable_accessible", "sellable_not_accessible", "stolen", "unknown", "available",
    "completeness_verified", "completeness_inferred", "conformant", "container_open", "mismatch_instance",
    "mismatch_class", "mismatch_quantity", "needs_replacement", "non_conformant", "unavailable",
})  # fmt: skip
TRANSACTION_TYPES = frozenset({
    "bol", "cert", "desadv", "inv", "pedigree", "po", "poc", "prodorder", "recadv", "rma", "testprd", "testres",
    "upevt",
})  # fmt: skip
SIDE_TYPES = frozenset({"owning_party", "possessing_party", "location"})
ERROR_REASONS = frozenset({"did_not_occur", "incorrect_data"})

# The standard wants its own words bare, and never under these older names.
OLD_NAMES = re.compile(r"(urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/)")
LONG_NAMES = re.compile(r"(?:https://ref\.gs1\.org/cbv/|cbv:)(?:BizStep|Disp|BTT|SDT|ER)-(?P<word>[a-z_]+)")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+"
                 r"(?:#(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?")  # fmt: skip
# Prefixes that the standard's own context declares, and schemes that need no declaration.
KNOWN_PREFIXES = frozenset({"cbv", "cbvmda", "epcis", "gs1", "rdf", "rdfs", "owl", "xsd", "dcterms"})
SCHEMES = frozenset({"http", "https", "urn", "ni", "tag", "did", "info"})


def is_uri(text: str) -> bool:
    """Is this the form of an absolute URI, or of a name with a prefix, which has the same form?

    >>> is_uri("urn:ecluse:unit:UA-FPV000417M"), is_uri("UA FPV 417")
    (True, False)
    """
    return URI.fullmatch(text) is not None


def plain_word(text: str) -> str:
    """Which bare word of the vocabulary is this, however it is spelled? Another name stays as it is.

    >>> plain_word("https://ref.gs1.org/cbv/BizStep-receiving")
    'receiving'
    """
    found = LONG_NAMES.fullmatch(text)
    return found["word"] if found else text
