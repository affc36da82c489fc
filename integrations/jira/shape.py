"""Which fields this Jira has: how it ties tickets to epics, and what the configured fields are called and take.

Rules kept here: a field is known by its id; a name that Jira does not know, or knows twice, is said before anything is
made; what a field takes follows from its schema, so that the configuration holds plain values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.domain.errors import IntegrationError
from integrations.jira.pool import JiraPool, Json
from integrations.jira.site import FieldValue, JiraSite

EPIC_NAME = "com.pyxis.greenhopper.jira:gh-epic-label"
EPIC_LINK = "com.pyxis.greenhopper.jira:gh-epic-link"
WHERE = "See `fields` in config/jira.yaml."


@dataclass(frozen=True)
class Shape:
    """How this Jira ties tickets to epics, and its fields."""

    cloud: bool
    custom: Mapping[str, str]
    """Field ids by schema, on Server."""
    fields: Mapping[str, Json] = field(default_factory=dict)
    """What `field` listed, by id; empty where nothing of it is needed."""


async def shape_of(pool: JiraPool, *, site: JiraSite) -> Shape:
    """Ask Jira which of its fields are which."""
    cloud = (await pool.deployment()).cloud
    if cloud and not site.mapped:
        return Shape(cloud=True, custom={})
    listed: list[Json] = await pool.get("field", what="read the fields")
    fields = {str(one["id"]): one for one in listed}
    if cloud:
        return Shape(cloud=True, custom={}, fields=fields)
    schemas = {str((one.get("schema") or {}).get("custom", "")): field_id for field_id, one in fields.items()}
    custom = {schema: field_id for schema, field_id in schemas.items() if schema}
    return Shape(cloud=False, custom=custom, fields=fields)


def field_id(mapped: FieldValue, *, shape: Shape) -> str:
    """Return the id of a configured field; raise `IntegrationError` for one that is not there or there twice."""
    if mapped.field in shape.fields:
        return mapped.field
    ids = [one for one, meta in shape.fields.items() if str(meta.get("name", "")).casefold() == mapped.field.casefold()]
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise IntegrationError(f"Jira: there are several fields named {mapped.field!r}: {', '.join(ids)}.", hint=WHERE)
    raise IntegrationError(f"Jira: there is no field {mapped.field!r}.", hint=WHERE)


def shaped(value: object, *, schema: Json) -> object:
    """Return a plain value as a field of this schema takes it; what is a mapping already stays as it is."""
    if isinstance(value, dict):
        return value
    kind = str(schema.get("type", ""))
    if kind == "array":
        items = value if isinstance(value, list | tuple) else [value]
        return [shaped(item, schema={"type": schema.get("items", "string")}) for item in items]
    match kind:
        case "option":
            return {"value": str(value)}
        case "number":
            return _number(value)
        case "user":
            return {"name": str(value)}
        case "version" | "component" | "priority" | "group":
            return {"name": str(value)}
        case "date":
            return str(value)[:10]
        case _:
            return str(value)


def _number(value: object) -> object:
    try:
        return value if isinstance(value, int | float) else float(str(value))
    except ValueError:
        return value  # Jira says what is wrong with it
