"""Types, components, priorities, fields and levels as configured, by name and by id, on Cloud and on Server."""

from dataclasses import replace

import pytest

from engine.domain.errors import IntegrationError, WithheldError
from engine.ports.shown import TicketDraft
from integrations.jira import JiraSite, JiraTracker, health
from integrations.jira.site import FieldValue
from integrations.sandbox import Seed
from integrations.sandbox.seed import CustomField
from tests.integration.jira.rig import ANA, EPIC_KEY, KEY, Rig, ticket

FIELDS = (
    CustomField(id="customfield_20001", name="Business unit", kind="option", options=("Security",), required=True),
    CustomField(id="customfield_20002", name="Incident", required=True),
    CustomField(id="customfield_20003", name="Declared on", kind="date"),
    CustomField(id="customfield_20004", name="Twice"),
    CustomField(id="customfield_20005", name="Twice"),
)
MAPPED = (
    FieldValue(field="business unit", value="Security"),
    FieldValue(field="customfield_20002", source="incident"),
    FieldValue(field="Declared on", source="declared_at", tickets=False),
)
FACTS = {"incident": "INC-7", "phase": "contain", "declared_at": "2026-11-24T02:10:00Z", "severity": ""}


@pytest.fixture
def seed(seed: Seed) -> Seed:
    """A project with required fields and a component per phase."""
    jira = seed.jira.model_copy(update={"custom_fields": FIELDS, "components": ("Containment", "Legal")})
    return seed.model_copy(update={"jira": jira})


def tracker(rig: Rig, **changes: object) -> JiraTracker:
    """Return the adapter on a site that is configured so."""
    site: JiraSite = replace(rig.site, mapped=MAPPED, **changes)  # type: ignore[arg-type] # fields of the site
    return JiraTracker(site, clock=rig.clock, pool=rig.pool)


def draft(**changes: object) -> TicketDraft:
    """Draft a ticket of an incident."""
    return ticket(facts=FACTS, **changes)


async def test_fields_are_filled_as_configured(rig: Rig) -> None:
    """By name or id, constants shaped by the field's own schema, and what the incident tells."""
    made = tracker(rig)
    epic = await made.create_epic(draft(summary="INC-7"), key=EPIC_KEY)
    step = await made.create_ticket(draft(parent=epic.key), key=KEY)
    everywhere = {"customfield_20001": {"value": "Security"}, "customfield_20002": "INC-7"}
    assert rig.issue(epic.key).custom == everywhere | {"customfield_20003": "2026-11-24"}
    assert rig.issue(step.key).custom == everywhere


async def test_the_phase_is_a_component_and_decides_the_priority(rig: Rig) -> None:
    """By name and by id; what there is not is left out instead of the ticket."""
    configured = tracker(
        rig,
        components={"contain": "Containment"},
        priority_by="phase",
        priorities={"contain": "1"},
        priority_else="Low",
    )
    made = rig.issue((await configured.create_ticket(draft(), key=KEY)).key)
    assert (made.components, made.priority_id) == (["Containment"], "1")
    strange = tracker(rig, components={"contain": "Gone"}, priority_by="severity", priority_else="Nuclear")
    made = rig.issue((await strange.create_ticket(draft(owner=ANA), key=EPIC_KEY)).key)
    assert (made.components, made.priority_id, made.assignee) == ([], "3", "ana.ruiz")


async def test_tickets_may_be_sub_tasks(rig: Rig) -> None:
    """Of an incident's issue that is no epic; types by id or name."""
    configured = tracker(rig, epic_type="10002", sub_task_type="Sub-task")
    incident = await configured.create_epic(draft(), key=EPIC_KEY)
    step = await configured.create_ticket(draft(parent=incident.key), key=KEY)
    assert (rig.issue(incident.key).type_id, rig.issue(step.key).type_id) == ("10002", "10003")
    assert rig.issue(step.key).parent_id == rig.issue(incident.key).id
    site = replace(rig.site, epic_type="10002", sub_task_type="Sub-task", mapped=MAPPED)
    checks = await health(rig.pool, site=site, clock=rig.clock)
    assert [one.says for one in checks if not one.ok] == []


@pytest.mark.parametrize(("name", "said"), [("Nowhere", "there is no field 'Nowhere'"), ("Twice", "several fields")])
async def test_a_field_that_is_not_there_is_named(rig: Rig, name: str, said: str) -> None:
    """Before anything is made, and by the doctor."""
    site = replace(rig.site, mapped=(FieldValue(field=name, value="x"),))
    with pytest.raises(IntegrationError, match=said):
        await JiraTracker(site, clock=rig.clock, pool=rig.pool).create_ticket(draft(), key=KEY)
    assert rig.created() == 0
    (check,) = [one for one in await health(rig.pool, site=site, clock=rig.clock) if one.name == "jira fields"]
    assert not check.ok
    assert said in check.says


async def test_the_doctor_is_content_with_what_is_there(rig: Rig) -> None:
    """Required fields that are configured are filled in; a component that is missing is named."""
    site = replace(rig.site, mapped=MAPPED, components={"contain": "Containment", "review": "Review"})
    checks = {one.name: one for one in await health(rig.pool, site=site, clock=rig.clock)}
    assert checks["jira task"].ok
    assert (checks["jira fields"].ok, checks["jira fields"].odd) == (True, True)
    assert checks["jira fields"].says == "not there: component Review; tickets are made without them"
    assert not checks["jira security"].hint
    for level, ok in (("Incident team only", True), ("Nobody", False)):
        checks = {
            one.name: one for one in await health(rig.pool, site=replace(site, security_level=level), clock=rig.clock)
        }
        assert checks["jira security"].ok is ok


async def test_a_restricted_ticket_has_its_level_or_is_not_made(rig: Rig) -> None:
    """Without a level, and with one that the project does not have, nothing is made; a closed project needs none."""
    for changes in ({}, {"security_level": "Nobody"}):
        with pytest.raises(WithheldError, match="No ticket: this is restricted"):
            await tracker(rig, **changes).create_ticket(draft(restricted=True), key=KEY)
    assert rig.created() == 0
    kept = await tracker(rig, security_level="Incident team only").create_ticket(draft(restricted=True), key=KEY)
    assert rig.issue(kept.key).security == "Incident team only"
    await tracker(rig, closed=True).create_ticket(draft(restricted=True), key=EPIC_KEY)
    assert rig.created() == 2


async def test_a_field_that_is_made_meanwhile_is_seen(rig: Rig) -> None:
    """A tracker that missed it looks again."""
    configured = tracker(rig)
    fields = list(rig.sandbox.jira.seed.custom_fields)
    object.__setattr__(rig.sandbox.jira.seed, "custom_fields", ())
    with pytest.raises(IntegrationError, match="there is no field"):
        await configured.create_ticket(draft(), key=KEY)
    object.__setattr__(rig.sandbox.jira.seed, "custom_fields", tuple(fields))
    assert (await configured.create_ticket(draft(), key=KEY)).key == "SEC-1"
