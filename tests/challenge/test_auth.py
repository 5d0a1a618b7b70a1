"""Passwords and tokens: what fits opens, and nothing else does."""

import os
import time
from pathlib import Path

import pytest

from challenge.auth import SECRET_FILE, Auth, read_or_make_secret
from challenge.directory import Directory
from challenge.errors import BadCredentials, BadToken, NameTaken
from challenge.models import User
from challenge.storage import JsonFiles

LIFETIME_S = 3_600
MAX_ROOMS = 1


@pytest.fixture
def directory(json_files: JsonFiles) -> Directory:
    """A directory with one user, whose password is not to be needed."""
    made = Directory(json_files, [], [], MAX_ROOMS)
    made.add_user(User("minji", "no hash at all"))
    return made


@pytest.fixture
def auth(directory: Directory) -> Auth:
    """Signs with a secret of its own."""
    return Auth(directory, "a secret", LIFETIME_S)


def test_who_signed_up_can_log_in(auth: Auth, directory: Directory) -> None:
    # given a user, whose password is kept as a hash only
    user = auth.sign_up("alex", "happy new year 🎉")
    assert directory.user("alex") == user
    assert "happy" not in user.password_hash

    # then their password gives a token that is theirs
    assert auth.username(auth.log_in("alex", "happy new year 🎉")) == "alex"
    with pytest.raises(BadCredentials):
        auth.log_in("alex", "happy new year")
    with pytest.raises(NameTaken):
        auth.sign_up("alex", "another")


def test_which_of_name_and_password_is_wrong_is_not_said(auth: Auth) -> None:
    auth.sign_up("alex", "right")
    told = []
    for username in ("alex", "nobody"):
        with pytest.raises(BadCredentials) as refusal:
            auth.log_in(username, "wrong")
        told.append(refusal.value.message)
    assert told[0] == told[1]


def test_equal_passwords_have_different_hashes(auth: Auth) -> None:
    assert auth.sign_up("a", "same").password_hash != auth.sign_up("b", "same").password_hash


def test_a_token_is_good_until_it_expires(auth: Auth, monkeypatch: pytest.MonkeyPatch) -> None:
    token = auth.token("minji")
    made_s = time.time()
    monkeypatch.setattr(time, "time", lambda: made_s + LIFETIME_S - 1)
    assert auth.username(token) == "minji"
    monkeypatch.setattr(time, "time", lambda: made_s + LIFETIME_S + 2)
    with pytest.raises(BadToken, match="expired; log in again"):
        auth.username(token)


def test_a_token_of_another_server_is_not_good_here(auth: Auth, directory: Directory) -> None:
    elsewhere = Auth(directory, "another secret", LIFETIME_S)
    with pytest.raises(BadToken, match="not valid"):
        auth.username(elsewhere.token("minji"))


def test_a_token_cannot_be_changed(auth: Auth) -> None:
    token = auth.token("minji")
    payload, stamp, signature = token.split(".")
    other = auth.token("alex").split(".")[0]
    for forged in (
        f"{other}.{stamp}.{signature}",
        f"{payload}.AAAAAA.{signature}",
        f"{payload}.{stamp}.{signature[::-1]}",
        f"{payload}.{stamp}.",
        f"{payload}.{stamp}",
        payload,
        token[:-3],
        token.upper(),
    ):
        with pytest.raises(BadToken, match="not valid"):
            auth.username(forged)


@pytest.mark.parametrize("token", ["", " ", ".", "..", "x.y.z", "새", "x" * 100_000, "\0"])
def test_a_text_that_is_no_token_is_refused(auth: Auth, token: str) -> None:
    with pytest.raises(BadToken, match="not valid"):
        auth.username(token)


@pytest.mark.parametrize("token", [None, 7, b"bytes", ["a"], {"token": "x"}, True])
def test_a_token_that_is_no_text_is_missing(auth: Auth, token: object) -> None:
    with pytest.raises(BadToken, match="a token is missing"):
        auth.username(token)


def test_a_token_of_a_user_who_is_not_here_is_refused(auth: Auth) -> None:
    with pytest.raises(BadToken, match="not known here"):
        auth.username(auth.token("nobody"))


def test_a_folder_keeps_its_secret_and_no_other_may_read_it(tmp_path: Path) -> None:
    # given a system where new files are for everybody
    umask = os.umask(0)
    try:
        secret = read_or_make_secret(tmp_path)
    finally:
        os.umask(umask)
    assert (tmp_path / SECRET_FILE).stat().st_mode & 0o777 == 0o600
    assert len(secret) >= 32
    assert read_or_make_secret(tmp_path) == secret

    other = tmp_path / "other"
    other.mkdir()
    assert read_or_make_secret(other) != secret


def test_a_token_with_a_lone_surrogate_is_refused(json_files: JsonFiles) -> None:
    auth = Auth(Directory(json_files, [], [], MAX_ROOMS), "a secret", 3600)
    with pytest.raises(BadToken, match="not valid"):
        auth.username("\ud800")


@pytest.mark.parametrize("left", ["", "abc"])
def test_a_secret_that_a_crash_left_torn_is_made_anew(tmp_path: Path, left: str) -> None:
    (tmp_path / SECRET_FILE).write_text(left)
    assert len(read_or_make_secret(tmp_path)) >= 32
