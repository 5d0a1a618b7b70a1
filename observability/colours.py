"""One colour and one line style for each server, the same in every chart of the workshop.

From the palette of Okabe and Ito, which colour-blind readers can tell apart; the line styles and
the lightness tell them apart in grey, too.
"""

COLOURS = {"challenge": "#d55e00", "solution": "#0072b2"}
OTHER_COLOUR = "#009e73"  # an attempt, whatever it is called
LINE_STYLES = {"challenge": "--", "solution": "-"}
OTHER_LINE_STYLE = ":"


def colour(server: str) -> str:
    """The colour of a server's marks."""
    return COLOURS.get(server, OTHER_COLOUR)


def line_style(server: str) -> str:
    """The matplotlib style of a server's lines."""
    return LINE_STYLES.get(server, OTHER_LINE_STYLE)
