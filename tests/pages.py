"""Reports and figures as tests read them."""

import re
from html.parser import HTMLParser

from matplotlib.text import Text

from sim.report import page
from sim.report.gallery import Gallery

EMPTY = {"br", "img", "meta", "link", "hr"}


class Page(HTMLParser):
    """Reads a page: its words, its addresses, and whether every tag is closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.addresses, self.words, self.ids = [], [], [], []
        self.feed(html)
        self.text = re.sub(r"\s+", " ", " ".join(self.words)).replace("\u00a0", " ")

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.addresses += [found[name] for name in ("src", "href") if name in found]
        self.ids += [found["id"]] if "id" in found else []
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)


def written(study):
    """Write the report of a study, without its pictures; return what is read in it."""
    page.write(study, Gallery())
    return Page((study.root / "report.html").read_text("utf-8"))


def words_in(figure):
    """Return the texts of a figure."""
    return [text.get_text() for text in figure.findobj(Text)]
