"""What a database or a disk does wrong, in our words.

Rule kept here: nobody above the storage hears of SQLAlchemy, and everybody hears what to look at. A database that is
away or full comes back: whoever hears of it tries again.
"""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from engine.domain.errors import ConfigError, IntegrityError, RunError


def not_written(error: Exception) -> Exception:
    """Return what a request that waits for its commit is told."""
    return _told(error, "written", hint="Look at the disk's space and the database; nothing is lost that was reported.")


def not_read(error: Exception) -> Exception:
    """Return what somebody who reads is told."""
    return _told(error, "read", hint="Look at the database; it is tried again.")


def unusable(error: SQLAlchemyError | OSError) -> ConfigError | IntegrityError:
    """Return what whoever opens the ledger is told."""
    reason = reason_of(error)
    return _of_the_file(reason) or ConfigError(
        f"the ledger's database cannot be used: {reason}",
        hint="Check TOCSIN_DATABASE_URL, and who may write to the data folder.",
    )


def way_on(incident: str) -> str:
    """Return what to do about a timeline that has lost its end."""
    return f"Put the newer database back, or run `tocsin recover {incident} --accept-loss --reason ...`."


def reason_of(error: Exception) -> str:
    """Return the driver's own words in one line."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def _told(error: Exception, what: str, *, hint: str) -> Exception:
    if not isinstance(error, SQLAlchemyError | OSError):
        return error
    reason = reason_of(error)
    failure = _of_the_file(reason) or RunError(f"the ledger could not be {what}: {reason}", hint=hint)
    failure.__cause__ = error
    return failure


def _of_the_file(reason: str) -> ConfigError | IntegrityError | None:
    """Return what is wrong with the database's file for whoever uses it, None where it is something else."""
    if "not a database" in reason or "malformed" in reason:
        return IntegrityError(f"the ledger's file is damaged: {reason}")
    if "readonly database" in reason:
        hint = "Let whoever runs Tocsin write to the database's file and to its folder."
        return ConfigError(f"the ledger's database cannot be used: {reason}", hint=hint)
    return None
