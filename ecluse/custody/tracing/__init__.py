"""Who asks where a unit came from, how long may the answer take, and which numbers might a reading mean?"""

from ecluse.custody.tracing.terms import (
    Reconciliation,
    TraceAnswer,
    TraceCandidates,
    TraceConfirmation,
    TraceRequest,
    TraceStep,
)

__all__ = ["Reconciliation", "TraceAnswer", "TraceCandidates", "TraceConfirmation", "TraceRequest", "TraceStep"]
