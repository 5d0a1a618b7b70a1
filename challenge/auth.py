"""Passwords and tokens: hashed with what Flask's werkzeug brings, signed with itsdangerous.

A token is the user's name and a time, signed: the server keeps no sessions, so a token works
until it expires or the secret changes. The alternative, sessions on disk, would let one log out
everywhere, and write a file for it.
"""

import secrets
from pathlib import Path

from eventlet import tpool
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.security import check_password_hash, generate_password_hash

from .directory import Directory
from .errors import BadCredentials, BadToken
from .models import User

SECRET_FILE = "token_secret"
TOKEN_SALT = "chat-token"  # so that nothing else that we may sign passes for a token
SECRET_BYTES, SECRET_CHARACTERS = 32, 43  # four characters for three bytes


class Auth:
    """Signs users up and in, and tells whose a token is."""

    def __init__(self, directory: Directory, secret: str, token_lifetime_s: int) -> None:
        self._directory = directory
        self._signer = URLSafeTimedSerializer(secret, salt=TOKEN_SALT)
        self._token_lifetime_s = token_lifetime_s

    def sign_up(self, username: str, password: str) -> User:
        """Keep a new user; raises NameTaken. Takes some 90 ms of another thread, on purpose."""
        password_hash = tpool.execute(generate_password_hash, password)
        user = User(username, password_hash)
        self._directory.add_user(user)
        return user

    def log_in(self, username: str, password: str) -> str:
        """A token for the user; raises BadCredentials."""
        user = self._directory.user(username)
        if not user or not tpool.execute(check_password_hash, user.password_hash, password):
            raise BadCredentials("username and password do not fit")
        return self.token(username)

    def token(self, username: str) -> str:
        """A token that is good for the configured time."""
        return self._signer.dumps(username)

    def username(self, token: object) -> str:
        """Whose token it is; raises BadToken if it is missing, forged or expired."""
        try:
            if not isinstance(token, str):
                raise BadToken("a token is missing; log in to get one")
            name = self._signer.loads(token, max_age=self._token_lifetime_s)
        except (BadSignature, UnicodeEncodeError):
            raise BadToken("the token is not valid, or has expired; log in again") from None
        if not self._directory.user(name):
            raise BadToken("the token's user is not known here; sign up or log in")
        return str(name)


def read_or_make_secret(folder: Path) -> str:
    """The secret of a data folder, readable by its owner only; a copied folder keeps its tokens."""
    path = folder / SECRET_FILE
    secret = path.read_text() if path.exists() else ""
    if len(secret) < SECRET_CHARACTERS:  # none yet, or a crash came before all of it was written
        secret = secrets.token_urlsafe(SECRET_BYTES)
        path.touch(mode=0o600)  # before there is anything to read in it
        path.write_text(secret)
    return secret
