"""Evidence over a state: data in, files out; nothing here reads or writes a file or a network."""

from .changes import remembered
from .inputs import Inputs, read_time, written_time
from .names import EVIDENCE, REGISTER, SIGNATURE_FILE, STATE, STATEMENT
from .package import package
from .redaction import manifest_time, redacted
from .signing import KeyFileError, sign
from .verifying import EVALUATION, Answer, Check, verify, worst

__all__ = [
    "EVALUATION",
    "EVIDENCE",
    "REGISTER",
    "SIGNATURE_FILE",
    "STATE",
    "STATEMENT",
    "Answer",
    "Check",
    "Inputs",
    "KeyFileError",
    "manifest_time",
    "package",
    "read_time",
    "redacted",
    "remembered",
    "sign",
    "verify",
    "worst",
    "written_time",
]
