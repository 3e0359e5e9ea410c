"""Under which names do an event's members stand in JSON, kind by kind?"""

from __future__ import annotations

from collections.abc import Mapping

from ecluse.custody.epcis.terms import EventKind

COMMON = {
    "time": "eventTime", "offset": "eventTimeZoneOffset", "recorded": "recordTime", "id": "eventID",
    "certifications": "certificationInfo", "error": "errorDeclaration", "biz_step": "bizStep",
    "disposition": "disposition", "read_point": "readPoint", "biz_location": "bizLocation",
    "transactions": "bizTransactionList", "sources": "sourceList", "destinations": "destinationList",
    "sensors": "sensorElementList", "persistent": "persistentDisposition",
}  # fmt: skip
NAMES: Mapping[EventKind, Mapping[str, str]] = {
    EventKind.OBJECT: {
        **COMMON, "action": "action", "epcs": "epcList", "quantities": "quantityList", "ilmd": "ilmd",
    },
    EventKind.AGGREGATION: {
        **COMMON, "action": "action", "parent": "parentID", "epcs": "childEPCs", "quantities": "childQuantityList",
    },
    EventKind.ASSOCIATION: {
        **COMMON, "action": "action", "parent": "parentID", "epcs": "childEPCs", "quantities": "childQuantityList",
    },
    EventKind.TRANSACTION: {
        **COMMON, "action": "action", "parent": "parentID", "epcs": "epcList", "quantities": "quantityList",
    },
    EventKind.TRANSFORMATION: {
        **COMMON, "inputs": "inputEPCList", "input_quantities": "inputQuantityList", "epcs": "outputEPCList",
        "quantities": "outputQuantityList", "transformation": "transformationID", "ilmd": "ilmd",
    },
}  # fmt: skip
OWN_NAMES = {kind: frozenset(names.values()) | {"type", "@context"} for kind, names in NAMES.items()}
# What a sensor's reading may hold: kept as it came, because nothing here judges by it.
SENSOR_NAMES = frozenset({
    "time", "deviceID", "deviceMetadata", "rawData", "startTime", "endTime", "dataProcessingMethod", "bizRules",
    "type", "exception", "microorganism", "chemicalSubstance", "coordinateReferenceSystem", "value", "component",
    "stringValue", "booleanValue", "hexBinaryValue", "uriValue", "minValue", "maxValue", "meanValue", "sDev",
    "percRank", "percValue", "uom",
})  # fmt: skip
