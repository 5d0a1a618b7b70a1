"""Each server has its colour and line, to be told apart in grey too."""

from observability.colours import colour, line_style

SERVERS = ("challenge", "solution", "attempt")
LEAST_CONTRAST = 3  # of marks on a white page, by the web's accessibility guidelines
LEAST_APART = 5  # of the 100 steps of lightness that an eye tells from black to white


def luminance(hexadecimal: str) -> float:
    """How much light a colour gives, from 0 to 1, as sRGB defines it."""
    shares = (int(hexadecimal[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lightness(hexadecimal: str) -> float:
    """How light a colour is to an eye, from 0 to 100 (the L of CIELAB)."""
    return float(116 * luminance(hexadecimal) ** (1 / 3) - 16)


def test_every_server_has_a_colour_and_a_line_of_its_own() -> None:
    assert len({colour(server) for server in SERVERS}) == len(SERVERS)
    assert len({line_style(server) for server in SERVERS}) == len(SERVERS)


def test_a_copy_looks_the_same_whatever_it_is_called() -> None:
    assert colour("mine") == colour("attempt")
    assert line_style("mine") == line_style("attempt")


def test_marks_stand_out_from_a_white_page() -> None:
    for server in SERVERS:
        assert 1.05 / (luminance(colour(server)) + 0.05) > LEAST_CONTRAST


def test_before_and_after_are_told_apart_in_grey() -> None:
    before, after = lightness(colour("challenge")), lightness(colour("solution"))
    assert abs(before - after) > LEAST_APART
