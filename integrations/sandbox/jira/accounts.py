"""Who somebody is: credentials, references to people in bodies, and user search.

On Cloud people are named by accountId only; on Server by name. Each refuses the other's way. A token travels with the
address on Cloud (a Bearer there is an app's session, which it is not), and as a Bearer or a password on Server.
"""

import base64
import binascii

from integrations.sandbox.jira.call import Call
from integrations.sandbox.jira.errors import JiraError, field_error
from integrations.sandbox.jira.records import Account
from integrations.sandbox.jira.state import Site
from integrations.sandbox.values import JsonObject

_NO_SESSION = "Failed to parse Connect Session Auth Token"
_STRICT = "'accountId' must be the only user identifying query parameter in GDPR strict mode."


def authenticated(site: Site, *, authorization: str) -> Account | None:
    """Return whose credentials these are: Basic with address (or name) and token, or on Server a Bearer."""
    scheme, _, value = authorization.partition(" ")
    accounts = [account for account in site.state.accounts.values() if account.active]
    if scheme.lower() == "bearer" and site.is_cloud:
        raise JiraError(403, _NO_SESSION)
    if scheme.lower() == "bearer":
        return next((a for a in accounts if a.token == value.strip()), None)
    if scheme.lower() != "basic":
        return None
    try:
        login, _, token = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    logins = ((a, (a.email,) if site.is_cloud else (a.email, a.key)) for a in accounts)
    return next((a for a, names in logins if login in names and a.token == token), None)


def referenced(value: object, *, field: str, site: Site) -> Account | None:
    """Return the account a body refers to; null is nobody."""
    if value is None:
        return None
    key = "accountId" if site.is_cloud else "name"
    if not isinstance(value, dict):
        raise field_error(field, "data was not an object")
    if key not in value and (not site.is_cloud or "id" not in value):
        raise field_error(field, f"expected an object with '{key}'")
    wanted = value.get(key, value.get("id"))
    if wanted is None:
        return None
    account = site.state.accounts.get(str(wanted))
    if account is None:
        raise field_error(field, f"User '{wanted}' does not exist.")
    if not account.active:
        raise field_error(field, f"User '{wanted}' cannot be assigned issues.")
    return account


def shown(account: Account, *, call: Call) -> JsonObject:
    """Show an account."""
    own = {
        "displayName": account.name,
        "emailAddress": account.email,
        "active": account.active,
        "timeZone": account.timezone,
    }
    if call.site.is_cloud:
        address = call.address(f"user?accountId={account.key}")
        return {"self": address, "accountId": account.key, "accountType": "atlassian", **own}
    address = call.address(f"user?username={account.key}")
    return {"self": address, "name": account.key, "key": account.key, **own}


def shown_key(key: str | None, *, call: Call) -> JsonObject | None:
    """Show an account by its key; nobody is null."""
    return None if key is None else shown(call.state.accounts[key], call=call)


def get_myself(call: Call) -> JsonObject:
    """Show who is calling."""
    return shown(call.account, call=call)


def get_user(call: Call) -> JsonObject:
    """Show one account."""
    key = call.query.get("accountId" if call.site.is_cloud else "username", "")
    account = call.state.accounts.get(key)
    if account is None:
        raise JiraError(404, f"The user named '{key}' does not exist")
    return shown(account, call=call)


def search_users(call: Call) -> list[JsonObject]:
    """Find people by part of their name or address."""
    return [shown(account, call=call) for account in _found(call)]


def search_assignable(call: Call) -> list[JsonObject]:
    """Find people who can be given issues of the project."""
    project = call.query.get("project", "")
    if "issueKey" in call.query:
        call.state.issue(call.query["issueKey"])
    elif project != call.site.seed.project_key:
        raise JiraError(404, f"No project could be found with key '{project}'.")
    return [shown(a, call=call) for a in _found(call, everyone=True)]


def _found(call: Call, *, everyone: bool = False) -> list[Account]:
    name = "query" if call.site.is_cloud else "username"
    if call.site.is_cloud and "username" in call.query:
        raise JiraError(400, _STRICT)
    if call.site.is_cloud and "accountId" in call.query:
        account = call.state.accounts.get(call.query["accountId"])
        return [account] if account and account.active else []
    if name not in call.query and not everyone:
        raise JiraError(400, f"The {name} query parameter was not provided")
    wanted = call.query.get(name, "").lower()
    start, size = call.number("startAt", default=0), call.number("maxResults", default=50)
    matching = [a for a in call.state.accounts.values() if a.active and _matches(a, wanted)]
    return matching[start : start + size]


def _matches(account: Account, wanted: str) -> bool:
    if wanted in (".", "%", ""):
        return True
    words = (account.key, account.email, account.name, *account.name.split())
    return any(word.lower().startswith(wanted) for word in words)
