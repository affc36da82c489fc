"""Where page one finds what it tells, in playbooks that use these words for steps and fields.

Rule kept here: a playbook without them has less on page one, and nothing that is wrong.
"""

from __future__ import annotations

from typing import Final

AWARE: Final = "aware_at"
FIRST_SEEN: Final = "first_seen_at"
COPIES: Final = "urls"

KINDS: Final = "depicted"
TOLD: Final = "affected_first"
CONTAINED: Final = "contained"
DUTIES: Final = "duties"
FILED: Final = "file_authority"
REFERENCE: Final = "reference"
"""The field of a filing that says under which reference it is known."""
INSURER: Final = "third_party_notices"
PUBLISHED: Final = ("holding_publish", "staff_notice")
MEETING: Final = "meeting"
PLAN_CHANGE: Final = "plan_update"
SIGN_OFF: Final = "signoff"

LAWS: Final = {
    "eu_gdpr": ("GDPR, articles 33 and 34", 72),
    "uk_gdpr": ("UK GDPR, articles 33 and 34", 72),
    "us_ca": ("California, Civil Code 1798.82", None),
    "us_ny": ("New York, General Business Law 899-aa", None),
    "us_tx": ("Texas, Business and Commerce Code 521.053", None),
}
"""A law in the fields of `duties`, and the hours that it gives where they are fixed in hours."""
HOURS: Final = {"eu-gdpr.supervisory_authority": 72, "uk-gdpr.ico": 72}
"""Duties of a clock whose time is plain hours from when it began."""
FILED_LAWS: Final = ("eu_gdpr", "uk_gdpr")
"""Laws whose filing is the step `FILED`."""
