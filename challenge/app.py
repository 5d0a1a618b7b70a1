"""create_app joins the parts; it decides nothing and starts nothing."""

from flask import Flask

from observability.metrics import ChatMetrics

from .auth import Auth, read_or_make_secret
from .backlog import Backlog
from .config import ServerConfig
from .connections import ChatServer
from .data_manager import DataManager
from .directory import ROOMS, USERS, Directory
from .healing import MESSAGE_FILE, heal
from .limits import RateLimiter
from .presence import Presence
from .routes import Routes, answer_error
from .sample_history import fill
from .server import App
from .socket_handler import SocketHandler
from .status import Status
from .storage import JsonFiles


def create_app(config: ServerConfig) -> App:
    """Put a server together over its data folder, which must be locked for this process."""
    metrics = ChatMetrics()
    backlog = Backlog(config.max_queue_messages, config.max_queue_bytes, metrics)
    limiter = RateLimiter(config.max_events_per_second, config.max_event_burst)
    status = Status(config.package, config.data_dir, metrics)
    files = JsonFiles(config.data_dir, metrics)
    data = DataManager(files, backlog, metrics, config)

    fill(config.data_dir, config.history, config.max_messages_per_file)
    healed = heal(config.data_dir)
    for name, records in healed.items():
        if found := MESSAGE_FILE.fullmatch(name):
            data.history.load(int(found[1]), records)
    users, rooms = healed.get(USERS, []), healed.get(ROOMS, [])
    directory = Directory(files, users, rooms, config.max_rooms_per_user)
    auth = Auth(directory, read_or_make_secret(config.data_dir), config.token_lifetime_s)

    sio = ChatServer(config.max_frame_bytes)
    presence = Presence(config.max_connections_per_user, metrics)
    sockets = SocketHandler(sio, auth, directory, data, backlog, presence, limiter, metrics)
    routes = Routes(auth, directory, data.history, limiter, metrics, status, sockets.member_joined)
    flask = Flask(__name__, static_folder=None)
    flask.config["MAX_CONTENT_LENGTH"] = config.max_frame_bytes
    flask.register_blueprint(routes.blueprint())
    flask.register_error_handler(Exception, answer_error)
    wsgi = sio.wsgi(flask)
    return App(config.package, wsgi, sio, presence, backlog, metrics, status, config.drain_s)
