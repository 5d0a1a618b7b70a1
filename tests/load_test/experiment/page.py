"""Reads a page for tests: as a browser would, and strict about what a browser forgives."""

from html.parser import HTMLParser

VOID = {"meta", "wbr", "br", "hr", "img", "input", "link"}  # elements without an end


class Page(HTMLParser):
    """Its text, numbers with their paths, table rows and headings. Each tag must be closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.headings: list[str] = []
        self.numbers: list[tuple[str, str]] = []  # path in results.json, value
        self.rows: list[list[str]] = []
        self.words = ""
        self.feed(self.html)
        self.close()
        assert not self.open, f"tags left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        given = dict(attrs)
        if tag == "data":
            path = (given["title"] or "").removesuffix(" in results.json")
            self.numbers.append((path, given["value"] or ""))
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
        elif tag == "h2":
            self.headings.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open or "svg" in self.open:
            return
        self.words += data
        if "h2" in self.open:
            self.headings[-1] += data
        if {"th", "td"} & set(self.open):
            self.rows[-1][-1] += data.strip()

    @property
    def text(self) -> str:
        return " ".join(self.words.split())
