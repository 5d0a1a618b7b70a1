"""Locust follows a shape of shapes.py that is chosen by --shape or in the web form.

Locust takes the first shape class that it finds in a locustfile, always. So ours hides from it,
and is put in place when a run is about to start: `environment.shape_class` is read only then.
"""

import time
from typing import Any

import flask
from locust import LoadTestShape
from locust.env import Environment
from locust.runners import WorkerRunner
from locust.web import WebUI

from load_test.party_options import problem_with
from load_test.shapes import NONE, SHAPES, Evening

USUAL_LENGTH_S = 120.0  # where there is no --run-time
FASTEST_SPAWN_PER_S = 100.0  # Locust warns of more


class PartyShape(LoadTestShape):
    """One shape, at the size that --users and --run-time give it.

    Each tick also notes in the options which evening it is and how far on. Locust sends options to
    its workers with every change of their users, so all see midnight at the same moment.
    """

    abstract = True  # so that Locust does not take it unasked
    use_common_options = True

    def __init__(self, name: str, environment: Environment) -> None:
        self._name = name
        self._options: Any = environment.parsed_options

    def tick(self) -> tuple[int, float] | None:
        """How many users there should be now, and how fast to get there; None at the end."""
        options = self._options
        most = max(1, options.num_users or 1)
        length_s = options.run_time or USUAL_LENGTH_S
        at_s = time.perf_counter() - self.start_time
        vars(options).update(
            shape=self._name, most_guests=most, evening_length_s=length_s, evening_at_s=at_s
        )
        if at_s >= length_s:
            return None
        guests = Evening(SHAPES[self._name], most, length_s).guests(at_s)
        return guests, min(float(most), FASTEST_SPAWN_PER_S)


def evening_of(options: Any) -> tuple[Evening | None, float]:
    """The evening that a PartyShape noted in the options and the seconds it has lasted.

    None, and 0, if there is none.
    """
    if options.shape == NONE:
        return None, 0.0
    shape = SHAPES[options.shape]
    return Evening(shape, options.most_guests, options.evening_length_s), options.evening_at_s


def offer_shapes(environment: Environment, web_ui: WebUI | None) -> None:
    """Put the shape of --shape in place, and let the web form choose another."""
    if isinstance(environment.runner, WorkerRunner):
        return  # the master leads
    shapes = {name: PartyShape(name, environment) for name in SHAPES}
    for shape in shapes.values():
        shape.runner = environment.runner
    options: Any = environment.parsed_options
    environment.shape_class = shapes.get(options.shape)
    if web_ui is None or web_ui.app is None:
        return
    if web_ui.userclass_picker_is_active:
        environment.available_shape_classes = dict(shapes)  # in the picker's own list

    def before_swarm() -> flask.Response | None:
        if flask.request.endpoint != "locust.swarm":
            return None
        form = flask.request.form
        problem = problem_with(form)
        if environment.runner and environment.runner.shape_greenlet:
            problem = "a shape is being followed; stop the test before you change it"
        elif web_ui.userclass_picker_is_active and form.get("shape", NONE) != NONE:
            problem = (
                "with --class-picker, choose the shape under Shape Class, and leave shape none"
            )
        if problem:
            return flask.jsonify(success=False, message=problem, host=environment.host)
        environment.shape_class = shapes.get(form.get("shape", options.shape))
        return None

    web_ui.app.before_request(before_swarm)
