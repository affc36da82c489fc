"""The seams: what the engine needs of the world, as small Protocols over frozen values.

Rules kept here:
1. A port speaks Tocsin's words; no Slack, Jira, SQL or Prefect type crosses it.
2. A write takes an idempotency `key`, is tried once, and ends in exactly one of: a result; `IntegrationError`
   (surely not done; `retryable` and `retry_after` say whether trying again makes sense);
   `OutcomeUnknownError` (may or may not be done). The clients' own retries are off.
3. Each non-idempotent write has a look-up by key that answers `Found`, `Absent` or `CannotTell`, never a guess.
4. Text that crosses is plain; the adapter escapes and lays it out. Nothing restricted crosses unless the
   value says so.
"""
