"""Opening: tables made once, fast when current, plain words when the database cannot be used."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.domain.errors import ConfigError, IntegrityError, RunError
from engine.domain.timeline import NoteAdded
from integrations.storage.databases import connect
from integrations.storage.migrate import MIGRATIONS, REVISIONS
from integrations.storage.schema import METADATA
from tests.contract.storage import Place, declaration

APPENDING = """
import asyncio, sys
from engine.domain.timeline import NoteAdded
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from pathlib import Path

async def main(url, home, count):
    async with open_ledger(url, home=Path(home), clock=SystemClock(), salt=new_salt) as ledger:
        print("ready", flush=True)
        sys.stdin.readline()
        for n in range(int(count)):
            [entry] = await ledger.append_inputs("INC-1", [NoteAdded(text=str(n))])
            print(entry.seq, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""
OPENING = """
import sys
from integrations.storage.ledger import open_ledger
from integrations.system.clock import SystemClock
from integrations.system.identifiers import new_salt
from pathlib import Path
open_ledger(sys.argv[1], home=Path(sys.argv[2]), clock=SystemClock(), salt=new_salt).close()
print("alembic" in sys.modules)
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty SQLite database."""
    return Place(f"sqlite:///{tmp_path / 'ledger.db'}", tmp_path / "home")


def test_the_migrations_make_the_tables_that_the_code_expects(place: Place) -> None:
    """Alembic finds no difference, and the list of revisions is the files'."""
    place.open().close()
    engine = connect(place.url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()
    files = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert tuple(reversed([script.revision for script in files])) == REVISIONS


def test_a_current_database_is_opened_without_alembic(place: Place) -> None:
    """The first opening migrates; the second one has nothing to import."""
    answers = [
        subprocess.run(
            [sys.executable, "-c", OPENING, place.url, str(place.home)], check=True, capture_output=True, text=True
        ).stdout.strip()
        for _ in range(2)
    ]
    assert answers == ["True", "False"]


def test_a_database_of_a_newer_tocsin_is_refused(place: Place) -> None:
    """It is not touched."""
    place.open().close()
    engine = connect(place.url)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(ConfigError, match="9999"):
        place.open()


def test_a_file_that_is_no_database_is_named_damaged(place: Place, tmp_path: Path) -> None:
    """One sentence instead of a traceback."""
    (tmp_path / "ledger.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(IntegrityError, match="damaged"):
        place.open()


@pytest.mark.parametrize("url", ["mysql://host/db", "nonsense", "sqlite:////no/such/folder/x.db"])
def test_a_url_that_leads_nowhere_is_a_matter_of_configuration(place: Place, url: str) -> None:
    """The operator is told."""
    with pytest.raises(ConfigError):
        Place(url, place.home).open()


async def test_a_closed_ledger_takes_nothing_more(place: Place) -> None:
    """What waited is written; what comes later is refused."""
    ledger = place.open()
    incident, _ = await ledger.declare(declaration(), definition="text")
    last = asyncio.ensure_future(ledger.append_inputs(incident, [NoteAdded(text="last")]))
    await asyncio.sleep(0)
    await asyncio.to_thread(ledger.close)
    assert len(await last) == 1
    with pytest.raises(RunError, match="closed"):
        await ledger.append_inputs(incident, [NoteAdded(text="too late")])


async def test_two_processes_append_to_one_timeline(place: Place) -> None:
    """Fifty events from two processes at once make one whole chain."""
    async with place.open() as ledger:
        incident, _ = await ledger.declare(declaration(), definition="text")
        command = [sys.executable, "-c", APPENDING, place.url, str(place.home), "25"]
        pipe = asyncio.subprocess.PIPE
        processes = [await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe) for _ in range(2)]
        for process in processes:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
        assert [process.returncode for process in processes] == [0, 0]
        assert (await ledger.head(incident)).seq == 51
        assert await ledger.head(incident) == await ledger.known_head(incident)
        assert await ledger.verify(incident) is None


async def test_what_was_reported_survives_the_death_of_the_process(place: Place) -> None:
    """Killed in the middle of its appends, a process leaves a whole chain with everything it told of."""
    async with place.open() as ledger:
        incident, _ = await ledger.declare(declaration(), definition="text")
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, "-c", APPENDING, place.url, str(place.home), "100000"]
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    process.stdin.write(b"go\n")
    for _ in range(20):
        await process.stdout.readline()
    process.kill()
    told = (await process.stdout.read()).split(b"\n")[:-1]
    await process.wait()
    async with place.open() as ledger:
        await ledger.check_heads()
        assert await ledger.verify(incident) is None
        assert (await ledger.head(incident)).seq >= int(told[-1] if told else b"21")
        assert len(await ledger.append_inputs(incident, [NoteAdded(text="goes on")])) == 1
