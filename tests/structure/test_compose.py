"""docker-compose.yml, Dockerfile and devcontainer.json: careful, small, and at one with each other.

Read as YAML, on any machine; `python -m tests.stack` has the real Compose read them, too.
"""

import json
import re
from itertools import chain
from typing import Any

import pytest
import yaml

from observability.stack.checks import LAYOUT
from observability.stack.status import WHAT_IT_IS
from tests.structure.source import ROOT

CORE_BYTES = 1_500_000_000
SERVER_STOP_S = 5  # promise I7
MIB = 1024 * 1024
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
STAGES = re.findall(r"^FROM \S+ AS ([\w-]+)$", DOCKERFILE, re.MULTILINE)
of_each_service = pytest.mark.parametrize("name", SERVICES)


@of_each_service
def test_a_service_may_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"]) > 0
    assert {"mem_limit", "pids_limit", "logging", "restart"} <= service.keys()
    assert int(service["stop_grace_period"].removesuffix("s")) > SERVER_STOP_S
    assert not {"privileged", "cap_add", "network_mode", "devices"} & service.keys()


@of_each_service
def test_a_service_is_reached_from_this_machine_only_and_at_one_port(name: str) -> None:
    for port in SERVICES[name].get("ports", ()):
        assert re.fullmatch(r"127\.0\.0\.1:(\d+):\1", port)


@of_each_service
def test_a_service_says_whether_it_is_well(name: str) -> None:
    assert name in WHAT_IT_IS
    if name != "locust-worker":  # it listens to nobody; Locust's page tells of it
        assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    for dependency in SERVICES[name].get("depends_on", {}).values():
        assert dependency == {"condition": "service_healthy"}


def test_images_are_of_one_version_each() -> None:
    # What is built has a name of its own for each service: two builds of one name would race.
    assert [name for name in OURS if "image" in SERVICES[name]] == []
    images = [service["image"] for name, service in SERVICES.items() if name not in OURS]
    images += re.findall(r"^FROM (\S+:\S+) AS", DOCKERFILE, re.MULTILINE)
    assert len(images) == len(SERVICES) - len(OURS) + 1
    for image in images:
        assert re.fullmatch(r"[\w./-]+:v?\d[\w.-]*", image), image


def test_the_core_is_small() -> None:
    core = [service for service in SERVICES.values() if "profiles" not in service]
    assert len(core) == 5
    limits = [int(service["mem_limit"].removesuffix("m")) * MIB for service in core]
    assert sum(limits) < CORE_BYTES


def test_profiles_stand_on_one_line() -> None:
    lines = re.findall(r"^    profiles: \[[a-z]+(?:, [a-z]+)*\]$", COMPOSE_TEXT, re.MULTILINE)
    with_profiles = [service for service in SERVICES.values() if "profiles" in service]
    assert len(lines) == len(with_profiles) == COMPOSE_TEXT.count("profiles:")
    assert all(service["profiles"][-1] == "all" for service in with_profiles)


def test_volumes_and_folders_are_there() -> None:
    mounts = list(chain(*(service.get("volumes", ()) for service in SERVICES.values())))
    named = {mount.split(":")[0] for mount in mounts if isinstance(mount, str)}
    assert named == COMPOSE["volumes"].keys()
    for volume in COMPOSE["volumes"].values():
        assert LAYOUT in volume["labels"]
    for mount in (mount for mount in mounts if isinstance(mount, dict)):
        assert mount["type"] == "bind"
        assert mount["read_only"] is True
        assert mount["bind"] == {"create_host_path": False}
        assert mount["source"] == "./attempt" or (ROOT / mount["source"]).is_dir()


def test_nothing_looks_like_a_secret() -> None:
    for service in SERVICES.values():
        for variable in service.get("environment", {}):
            assert not re.search("PASSWORD|SECRET|TOKEN|KEY|CREDENTIAL", variable)
    assert "secrets" not in COMPOSE


def test_the_images_that_are_built_are_those_of_the_dockerfile() -> None:
    assert {service["build"]["target"] for service in OURS.values()} <= set(STAGES)
    for stage in ("server", "workshop", "dev"):
        text = re.split(rf"^FROM \S+ AS {stage}$", DOCKERFILE, flags=re.MULTILINE)[1]
        last_words = text.split("\nFROM ")[0].split()
        assert last_words[-2:] == ["USER", "workshop"]
    (number,) = re.findall(r"useradd --uid (\d+)", DOCKERFILE)
    assert {service["user"] for service in OURS.values()} == {number}
    assert "HEALTHCHECK" not in DOCKERFILE


def test_a_server_image_has_packages_of_the_lock_only() -> None:
    (given,) = re.findall(r"--constraint /requirements.lock \\\n((?:.*\\\n)*.*)\n", DOCKERFILE)
    wanted = set(re.findall(r"^[\w-]+", (ROOT / "requirements.in").read_text(), re.MULTILINE))
    assert set(given.replace("\\", "").split()) <= wanted


def test_what_the_dockerfile_copies_goes_to_the_engine_and_nothing_else() -> None:
    copied = set(re.findall(r"^COPY (?:--chown=\S+ )?(\w[\w.]*) ", DOCKERFILE, re.MULTILINE))
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    # A folder of ours is read by the image's user even if your umask lets nobody else read it.
    assert re.findall(r"^COPY (\w+) \w+$", DOCKERFILE, re.MULTILINE) == []
    assert {line[1:] for line in lines if line.startswith("!")} == copied


def test_the_editor_gets_its_own_stage_and_the_ports() -> None:
    settings = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert settings["build"] == {"dockerfile": "../Dockerfile", "context": "..", "target": "dev"}
    assert settings["remoteUser"] == "workshop"
    assert "make install" in settings["postCreateCommand"]
    published = {
        int(port.split(":")[1])
        for service in SERVICES.values()
        for port in service.get("ports", ())
    }
    assert set(settings["forwardPorts"]) <= published
    assert set(map(int, settings["portsAttributes"])) == set(settings["forwardPorts"])
