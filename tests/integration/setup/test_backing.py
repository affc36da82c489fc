"""What the doctor asks a real PostgreSQL and a real Prefect server."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from engine.bootstrap.backing import database, prefect
from engine.settings.read import settings_of
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from tests.contract.storage import empty_database, postgres_server
from tests.integration.prefect.servers import server


@pytest.mark.postgres
async def test_a_user_who_may_only_read_is_found(home: Path, config: Path) -> None:
    """The owner of the tables may write; somebody else may be let read them and no more."""
    del config
    with postgres_server() as there, empty_database(there) as url:
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        assert (
            "no tables yet" in database(settings_of({"TOCSIN_HOME": str(home), "TOCSIN_DATABASE_URL": plain}))[0].says
        )
        async with open_ledger(plain, home=home, clock=SystemClock(), salt=new_salt):
            pass
        owner = database(settings_of({"TOCSIN_HOME": str(home), "TOCSIN_DATABASE_URL": plain}))
        assert [(one.name, one.ok) for one in owner] == [("database", True), ("database writing", True)]
        admin = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE ROLE tocsin_reader LOGIN PASSWORD 'reads'"))
            connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO tocsin_reader"))
        reader = make_url(plain).set(username="tocsin_reader", password="reads").render_as_string(hide_password=False)
        try:
            found = database(settings_of({"TOCSIN_HOME": str(home), "TOCSIN_DATABASE_URL": reader}))
        finally:
            with admin.connect() as connection:
                connection.execute(text("DROP OWNED BY tocsin_reader"))
                connection.execute(text("DROP ROLE tocsin_reader"))
            admin.dispose()
        assert [(one.name, one.ok) for one in found] == [("database", True), ("database writing", False)]
        assert found[1].says == "it may only be read"


@pytest.mark.slow
@pytest.mark.xdist_group("prefect")
async def test_a_prefect_server_tells_its_version(home: Path, tmp_path: Path) -> None:
    """The same as the one here, once it has started."""
    async with server(tmp_path) as far, asyncio.timeout(90):
        settings = settings_of({"TOCSIN_HOME": str(home), "PREFECT_API_URL": far.url})
        while (told := (await prefect(settings))[0]).odd or not told.ok:  # noqa: ASYNC110 - a process that starts sets no event
            await asyncio.sleep(0.2)
    assert told.says == f"it answers, version {version('prefect')}"
