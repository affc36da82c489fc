"""Who a person is in Jira: the account configured for them, or the one their mail address finds."""

from engine.domain.errors import IntegrationError
from engine.ports.people import Person
from integrations.jira.pool import JiraPool, Json, Query
from integrations.jira.reading import account_of
from integrations.jira.site import JiraSite


class Owners:
    """Looks people up, and remembers whom it found."""

    def __init__(self, pool: JiraPool, *, site: JiraSite) -> None:
        self._pool = pool
        self._site = site
        self._found: dict[str, str] = {}

    async def account(self, person: Person) -> str:
        """Return the person's account, empty when Jira does not tell of one that can be given tickets."""
        if person.jira or not person.mail:
            return person.jira
        if person.mail not in self._found:
            account = await self._by_mail(person.mail)
            if not account:
                return ""
            self._found[person.mail] = account
        return self._found[person.mail]

    async def _by_mail(self, mail: str) -> str:
        cloud = (await self._pool.deployment()).cloud
        query: Query = {"project": self._site.project, "query" if cloud else "username": mail, "maxResults": 10}
        try:
            users: list[Json] = await self._pool.get("user/assignable/search", query, what="look somebody up by mail")
        except IntegrationError as refused:
            if refused.retryable:
                raise
            return ""  # we may not look people up: the ticket is made, and says whose it is
        exact = [user for user in users if str(user.get("emailAddress", "")).casefold() == mail.casefold()]
        # Cloud may hide addresses; a search by a whole address that finds one person has found that person.
        hidden = [user for user in users if "emailAddress" not in user] if len(users) == 1 else []
        return account_of((exact or hidden or [{}])[0])
