"""Tests, by what they stand on: unit, contract, integration, rehearsals, goldens, architecture."""
