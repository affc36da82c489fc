"""What `tocsin doctor --connect` asks the database and the Prefect server.

Rule kept here: whether the database can be written to is asked of its rights, or by taking the right to write and
giving it back; nothing is written.
"""

from __future__ import annotations

from contextlib import closing
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from engine.domain.errors import ConfigError
from engine.ports.checks import Check
from integrations.storage.databases import connect
from integrations.storage.migrate import REVISIONS, version_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from engine.settings.values import Settings

_RIGHTS: Final = "SELECT has_table_privilege('envelopes', 'INSERT') AND NOT pg_is_in_recovery()"


def database(settings: Settings) -> list[Check]:
    """Look at the ledger's database."""
    engine = connect(settings.database_url.get_secret_value())
    try:
        found = version_of(engine)
        if found is None:
            return [Check("database", ok=True, says="there are no tables yet; they are made when first needed")]
        newest = "the newest" if found == REVISIONS[-1] else f"the next start brings them to {REVISIONS[-1]}"
        return [Check("database", ok=True, says=f"tables of version {found}, {newest}"), _writable(engine)]
    except ConfigError as error:
        return [Check("database", ok=False, says=error.message, hint=error.hint())]
    finally:
        engine.dispose()


async def prefect(settings: Settings) -> list[Check]:
    """Look at the Prefect server, where one is named."""
    if settings.prefect == "off":
        return [Check("prefect", ok=True, says="not used: TOCSIN_PREFECT is off")]
    if settings.prefect_api_url is None:
        return [Check("prefect", ok=True, says="`tocsin serve` starts a server of its own")]
    import aiohttp  # noqa: PLC0415 - only where a server is asked

    from engine.runtime.prefect.server import healthy, version_at  # noqa: PLC0415 - as above

    url = settings.prefect_api_url.rstrip("/")
    async with aiohttp.ClientSession() as session:
        if not await healthy(url, session=session):
            needed = (
                "every stretch of work waits for it" if settings.prefect == "required" else "work goes on without it"
            )
            hint = "Start the server, or check PREFECT_API_URL; it ends in /api."
            return [Check("prefect", ok=False, says=f"{settings.prefect_api_url} does not answer; {needed}", hint=hint)]
        there = await version_at(url, session=session)
    return [_same(there, here=version("prefect"))]


def _same(there: str, *, here: str) -> Check:
    if there.split(".")[:2] == here.split(".")[:2]:
        return Check("prefect", ok=True, says=f"it answers, version {there}")
    hint = f"Run the server at {here}: what it takes changes between versions."
    return Check(
        "prefect", ok=True, says=f"it answers, version {there or 'not told'}; {here} is here", hint=hint, odd=True
    )


def _writable(engine: Engine) -> Check:
    sqlite = engine.dialect.name == "sqlite"
    try:
        with closing(engine.connect().execution_options(writes=True)) as connection, connection.begin() as taken:
            may = sqlite or bool(connection.execute(text(_RIGHTS)).scalar())
            taken.rollback()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        return Check("database writing", ok=False, says=reason, hint="Look at the file's rights and the disk's space.")
    if may:
        return Check("database writing", ok=True, says="it takes what is written; nothing was written for this")
    hint = "Let the user of TOCSIN_DATABASE_URL insert into the tables, on the primary server."
    return Check("database writing", ok=False, says="it may only be read", hint=hint)
