"""People of the local Slack, as Tocsin's directory knows them."""

from engine.ports.people import Person

BEN = Person(id="ben", name="Ben Osei", slack="U0BEN")
ANA = Person(id="ana", name="Ana Ruiz", mail="Ana.Ruiz@example.com")
