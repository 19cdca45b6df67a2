"""The report as Markdown, as a web page and as .docx: the same page, word for word.

People's words are never altered, not even to keep Markdown from reading them: words that it could take for structure
stand in a code span, where everything means itself.
"""

from html import escape
from itertools import groupby

from qibot.documents import docx as office
from qibot.documents import paper
from qibot.documents.paper import as_typed
from qibot.events.reporting.facts import ReportFacts
from qibot.events.reporting.page import Block, Cell, Grid, Head, Line, Points, Quotation, Said, Words, page

KINDS = ("md", "html", "docx")


def report(facts: ReportFacts, kind: str) -> bytes:
    """The file of this kind, one of `KINDS`."""
    if kind == "docx":
        return docx(facts)
    return (html(facts) if kind == "html" else markdown(facts)).encode()


# ---- Markdown


def markdown(facts: ReportFacts) -> str:
    """The report as Markdown. The same facts give the same text."""
    return "\n\n".join(map(_markdown, page(facts))) + "\n"


def _markdown(block: Block) -> str:
    match block:
        case Head(level=level, line=line):
            return f"{'#' * level} {_marked(line)}"
        case Words(line=line):
            return _marked(line)
        case Points(items=items):
            return "\n".join(f"{'  ' * level}- {_marked(line)}" for level, line in items)
        case Quotation(line=line, source=source):
            return f"> {_marked(line)}\n>\n> – {_marked(source)}"
        case Grid(columns=columns, rows=rows):
            heads = [_barred(_marked(line)) for line in columns]
            body = [[_barred(_cell(cell)) for cell in row] for row in rows]
            return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *body))


def _marked(line: Line) -> str:
    return "".join(piece if isinstance(piece, str) else _said(piece) for piece in line)


def _said(said: Said) -> str:
    words = as_typed(said.text)
    return f"“{words}”" if said.quoted and words == said.text else words


def _cell(cell: Cell) -> str:
    return f"**{_marked(cell.line)}**" if cell.theme else _marked(cell.line)


def _barred(text: str) -> str:
    # A table ends its cell at a bar even inside a code span. As typed it stands under the direct quotes.
    return text.replace("|", "\\|")


# ---- A web page


_LOOK = (
    "body{font:1.05rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #4c6272;padding:.4rem .6rem;text-align:left;"
    "vertical-align:top}blockquote{margin:1rem 0;padding-left:1rem;border-left:.3rem solid #4c6272}"
    ".wide{overflow-x:auto}@media print{body{margin:0}}"
)


def html(facts: ReportFacts) -> str:
    """The report as a page that needs nothing beside it: no script, no address, nothing to fetch."""
    title = escape(facts.title)
    body = "\n".join(map(_html, page(facts)))
    safe = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{safe}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_LOOK}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _html(block: Block) -> str:
    match block:
        case Head(level=level, line=line):
            return f"<h{level}>{_escaped(line)}</h{level}>"
        case Words(line=line):
            return f"<p>{_escaped(line)}</p>"
        case Points(items=items):
            return _list(items)
        case Quotation(line=line, source=source):
            return f"<blockquote><p>{_escaped(line)}</p><footer>– {_escaped(source)}</footer></blockquote>"
        case Grid(columns=columns, rows=rows):
            heads = "".join(f'<th scope="col">{_escaped(line)}</th>' for line in columns)
            body = "\n".join(f"<tr>{''.join(map(_data, row))}</tr>" for row in rows)
            # It can be scrolled by keyboard too where it is wider than a phone.
            return (
                '<div class="wide" role="region" aria-label="By place" tabindex="0">'
                f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
            )


def _list(items: tuple[tuple[int, Line], ...]) -> str:
    """Those further in belong to the one before them."""
    made: list[str] = []
    for level, some in groupby(items, key=lambda item: item[0]):
        lines = [_escaped(line) for _, line in some]
        if level and made:
            inner = "".join(f"<li>{line}</li>" for line in lines)
            made[-1] = f"{made[-1]}<ul>{inner}</ul>"
        else:
            made += lines
    return "<ul>\n" + "\n".join(f"<li>{line}</li>" for line in made) + "\n</ul>"


def _data(cell: Cell) -> str:
    return f"<td><strong>{_escaped(cell.line)}</strong></td>" if cell.theme else f"<td>{_escaped(cell.line)}</td>"


def _escaped(line: Line) -> str:
    return escape(_plain(line))


# ---- .docx


def docx(facts: ReportFacts) -> bytes:
    """The report as the bytes of a .docx file."""
    _, *blocks = page(facts)
    return office.docx(paper.Paper(facts.title, tuple(part for block in blocks for part in _paper(block))))


def _paper(block: Block) -> tuple[paper.Block, ...]:
    match block:
        case Head(level=level, line=line):
            # A paper knows three levels; the fourth, a theme, stands in bold above its own.
            if level > 3:
                return (paper.Paragraph("", _plain(line)),)
            return (paper.Heading(level, _plain(line)),)
        case Words(line=line):
            return (paper.Paragraph(_plain(line)),)
        case Points(items=items):
            return (paper.Items(tuple((level, _plain(line)) for level, line in items)),)
        case Quotation(line=line, source=source):
            return paper.Paragraph(_plain(line)), paper.Paragraph(f"– {_plain(source)}")
        case Grid(columns=columns, rows=rows):
            cells = tuple(tuple(f"{_plain(c.line)}:" if c.theme else _plain(c.line) for c in row) for row in rows)
            return (paper.Grid(tuple(map(_plain, columns)), cells),)


def _plain(line: Line) -> str:
    return "".join(p if isinstance(p, str) else f"“{p.text}”" if p.quoted else p.text for p in line)
