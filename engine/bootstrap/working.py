"""What is different for `tocsin worker`: an engine without the web, beside others on one PostgreSQL.

Rules kept here: SQLite is refused, since one engine works on it; a worker starts no Prefect server of its own, which
nobody else would see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.errors import ConfigError

if TYPE_CHECKING:
    from engine.settings.values import Settings

WITHOUT_PREFECT = (
    "PREFECT_API_URL is not set, so this worker shows nothing in Prefect; name the server that the engines share."
)


def as_worker(settings: Settings) -> Settings:
    """Return the settings that a worker goes by.

    Raises:
        ConfigError: a worker cannot work with these.
    """
    if not settings.many:
        raise ConfigError(
            "A worker shares its database with other engines, and on SQLite there is only one.",
            hint="Set TOCSIN_DATABASE_URL to the PostgreSQL that the engines share, or use `tocsin serve` alone.",
        )
    if settings.prefect_api_url is not None or settings.prefect == "off":
        return settings
    if settings.prefect == "required":
        raise ConfigError(
            "TOCSIN_PREFECT is required, and a worker starts no Prefect server of its own.",
            hint="Set PREFECT_API_URL to the server that the engines share.",
        )
    return settings.model_copy(update={"prefect": "off"})
