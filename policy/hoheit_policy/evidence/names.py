"""Names of the files of a package."""

EVIDENCE = "evidence.json"
SCHEMA_FILE = "evidence.schema.json"
PAGE = "evidence.html"
STATE = "state.json"
DECLARATIONS = "declarations.json"
REGISTER = "register.json"
PREVIOUS = "previous.json"
ART30 = "art30.json"
DORA = "dora-b_02_02.csv"
OSCAL = "oscal-assessment-results.json"
BOM = "bom.cdx.json"
SARIF = "findings.sarif"
STATEMENT = "statement.intoto.json"
SIGNATURE_FILE = "signature.dsse.json"

OPTIONAL = (REGISTER, PREVIOUS)
"""Files that are there where somebody gave them."""
