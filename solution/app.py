"""create_app joins the parts; it decides nothing and starts nothing."""

from flask import Flask

from challenge.auth import Auth, read_or_make_secret
from challenge.backlog import Backlog
from challenge.connections import ChatServer
from challenge.directory import ROOMS, USERS, Directory
from challenge.healing import MESSAGE_FILE, heal
from challenge.limits import RateLimiter
from challenge.presence import Presence
from challenge.routes import Routes, answer_error
from challenge.sample_history import fill
from challenge.server import App
from challenge.status import Status
from challenge.storage import JsonFiles
from observability.metrics import ChatMetrics

from .config import ServerConfig
from .data_manager import DataManager
from .message_processor import MessageProcessor
from .socket_handler import SocketHandler


def create_app(config: ServerConfig) -> tuple[App, MessageProcessor]:
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
    sockets = SocketHandler(sio, auth, directory, data, backlog, presence, limiter, metrics, config)
    routes = Routes(auth, directory, data.history, limiter, metrics, status, sockets.member_joined)
    flask = Flask(__name__, static_folder=None)
    flask.config["MAX_CONTENT_LENGTH"] = config.max_frame_bytes
    flask.register_blueprint(routes.blueprint())
    flask.register_error_handler(Exception, answer_error)
    wsgi = sio.wsgi(flask)
    app = App(config.package, wsgi, sio, presence, backlog, metrics, status, config.drain_s)
    return app, sockets.processor
