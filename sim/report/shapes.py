"""The shapes that figures are made of, which a page holds once."""

import re

from markupsafe import Markup

_UNSEEN = [
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"^.*?(?=<svg)",
        r"<!--.*?-->",
        r"<metadata>.*?</metadata>",
        r"<style.*?</style>",
        r' xmlns(:xlink)?="[^"]*"',
    )
]
_LONG_NUMBER = re.compile(r"([1-9]\d*\.\d\d)\d+")
_REFERENCE = re.compile(r'(href="|url\()#([\w.-]+)')
_SHAPE = re.compile(r'<(path|clipPath|pattern) [^>]*?id="([^"]+)"[^>]*?(?:/>|>.*?</\1>)')


class Shapes:
    """The shapes that figures are made of, letters above all, each of which a page holds once."""

    def __init__(self) -> None:
        """Begin without any."""
        self._names: dict[str, str] = {}

    def drawing(self, svg: str) -> str:
        """Return a figure as matplotlib wrote it, without the shapes and what no reader sees."""
        for pattern in _UNSEEN:
            svg = pattern.sub("", svg)
        svg = _LONG_NUMBER.sub(r"\1", svg)
        svg = " ".join(svg.split()).replace("> <", "><").replace(' "', '"')
        svg = re.sub(r'<g id="[^"]*"', "<g", svg)  # nobody refers to groups
        names: dict[str, str] = {}
        svg = _SHAPE.sub(lambda found: self._keep(found, names), svg)
        svg = svg.replace("<defs></defs>", "").replace("xlink:href", "href")
        return _REFERENCE.sub(lambda found: f"{found[1]}#{names[found[2]]}", svg).strip()

    def _keep(self, found: re.Match[str], names: dict[str, str]) -> str:
        shape = found[0].replace(f' id="{found[2]}"', "", 1)
        names[found[2]] = self._names.setdefault(shape, f"s{len(self._names)}")
        return ""

    def all(self) -> Markup:
        """Return the shapes of all figures so far."""
        marked = (
            re.sub(r"^<(\w+)", rf'<\1 id="{name}"', shape) for shape, name in self._names.items()
        )
        return Markup("".join(marked))
