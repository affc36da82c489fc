"""The catalogs: what is shipped reads, what is wrong is said with its place, and what is not there is not known."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from engine.domain.errors import ConfigError
from engine.settings.catalogs import FOLDER, SHIPPED, read_catalogs, read_controls, read_regimes

CONFIG = Path(__file__).parents[3] / "config"
REGIME = """\
house:
  name: House rules
  jurisdiction: here
  status: contractual
  trigger: {event: awareness}
  stages:
    first: {title: first notice, from: trigger, within: {value: 24, unit: hours}}
    second: {title: second notice, from: "stage:first", within: {value: 3, unit: calendar_days}}
    last: {title: last notice, from: trigger, within: {unit: no_fixed_period}}
  sources: [our own]
  checked: {level: primary, date: "2026-11-22"}
"""


def test_the_shipped_catalogs_read() -> None:
    """The laws that the playbooks name are among them, and some are not in force."""
    found = read_catalogs(CONFIG)
    assert found.regimes is not None
    assert found.controls is not None
    assert {"eu-gdpr", "us-sec-8k-105", "contract-insurer"} <= found.regimes.keys()
    assert [name for name, regime in found.regimes.items() if not regime.in_force] == [
        "eu-gdpr-omnibus", "uk-csr", "us-circia", "in-dpdp"
    ]  # fmt: skip
    assert found.controls["iso-27001-2022.A.5.24"].standard == "ISO/IEC 27001:2022, Annex A"
    assert {"nist-csf-2.RS.MA-01", "soc2-tsc.CC7.4", "eu-nis2.art-23-4", "eu-dora.art-19"} <= found.controls.keys()
    assert found.calendars == frozenset({"default", "us-federal"})


def test_a_stage_is_counted_where_the_law_names_a_number(tmp_path: Path) -> None:
    """From the trigger; what follows another stage, or has no number, is not."""
    file = tmp_path / "regimes.yaml"
    file.write_text(REGIME, encoding="utf-8")
    regime = read_regimes(file)["house"]
    assert [stage.id for stage in regime.stages.values() if stage.counted] == ["first"]
    assert regime.in_force


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("stage:first", "stage:fist", ":8:42: house has no stage 'fist'."),
        ("status: contractual", "status: sometimes", ":4:11: house.status does not fit"),
        ("  name: House rules\n", "", "house.name is missing"),
        ("unit: hours", "unit: moons", "unit does not fit"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    """A catalog is edited by hand; the place is the file's own."""
    file = tmp_path / "regimes.yaml"
    file.write_text(REGIME.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_regimes(file)
    assert said in caught.value.message


def test_a_control_needs_its_standard(tmp_path: Path) -> None:
    """An id alone could be of any standard."""
    file = tmp_path / "controls.yaml"
    file.write_text("A.5.24: Incident management\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        read_controls(file)


def test_the_operators_own_catalog_goes_first(tmp_path: Path) -> None:
    """What a folder lacks comes with the package; calendars are always its own."""
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "regimes.yaml").write_text(REGIME, encoding="utf-8")
    found = read_catalogs(tmp_path)
    assert found.regimes is not None
    assert list(found.regimes) == ["house"]
    assert found.controls
    assert found.calendars is None


def test_the_catalogs_are_installed_with_the_package() -> None:
    """The build puts them where they are looked for."""
    tools = tomllib.loads((CONFIG.parent / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    placed = tools["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert placed["config/catalogs"] == SHIPPED[0].relative_to(CONFIG.parent).as_posix()
    assert SHIPPED[1] == CONFIG / FOLDER
