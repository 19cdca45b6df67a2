"""A paper as .docx, which is a zip of XML: six short parts, the same bytes for the same paper.

Office Open XML (ECMA-376, part 1) asks for no more than this of a document with styles and lists. A library would bring
five megabytes of XML parser for it, and the hour at which it ran. Headings, lists and the first row of a table are
marked as such, so that a screen reader knows them, and the language is British English.
"""

import io
import re
import zipfile
from collections.abc import Iterable
from html import escape

from qibot.documents.paper import Block, Grid, Heading, Items, Paper, Paragraph

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WIDTH = 9026
"""Twentieths of a point between the margins of an A4 page."""


def docx(paper: Paper) -> bytes:
    """The paper as the bytes of a .docx file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in _parts(paper):
            # The earliest day a zip knows: the file says nothing of when it was made.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            made.writestr(entry, _XML + content)
    return out.getvalue()


def _parts(paper: Paper) -> Iterable[tuple[str, str]]:
    yield "[Content_Types].xml", _CONTENT_TYPES
    yield (
        "_rels/.rels",
        _relations(
            (f"{_RELATION}/officeDocument", "word/document.xml"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
    )
    yield (
        "docProps/core.xml",
        (
            f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{_text(paper.title)}</dc:title><dc:language>en-GB</dc:language></cp:coreProperties>"
        ),
    )
    yield (
        "word/_rels/document.xml.rels",
        _relations((f"{_RELATION}/styles", "styles.xml"), (f"{_RELATION}/numbering", "numbering.xml")),
    )
    yield "word/styles.xml", _STYLES
    yield "word/numbering.xml", _NUMBERING
    body = "".join(map(_block, (Heading(1, paper.title), *paper.blocks)))
    page = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440"'
    page += ' w:left="1440" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>'
    yield "word/document.xml", f"<w:document {_W}><w:body>{body}{page}</w:body></w:document>"


def _block(block: Block) -> str:
    match block:
        case Heading(level=level, words=words):
            return _paragraph(_run(words), f'<w:pStyle w:val="Heading{level}"/>')
        case Paragraph(words=words, label=label):
            return _paragraph((_run(f"{label}: ", bold=True) if label else "") + _run(words))
        case Items(items=items):
            return "".join(_paragraph(_run(" ".join(words.split())), _item(level)) for level, words in items)
        case Grid():
            return _table(block)


def _item(level: int) -> str:
    return f'<w:pStyle w:val="ListParagraph"/><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'


def _table(grid: Grid) -> str:
    width = _WIDTH // max(1, len(grid.columns))
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for _ in grid.columns)
    rows = [_row(grid.columns, width, head=True), *(_row(row, width) for row in grid.rows)]
    look = (
        '<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/><w:tblLook w:firstRow="1"/></w:tblPr>'
    )
    # Word wants a paragraph between a table and what follows.
    return f"<w:tbl>{look}<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>{_paragraph('')}"


def _row(cells: Iterable[str], width: int, *, head: bool = False) -> str:
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_paragraph(_run(words, bold=head))}</w:tc>'
        for words in cells
    )
    return f"<w:tr>{'<w:trPr><w:tblHeader/></w:trPr>' if head else ''}{made}</w:tr>"


def _paragraph(runs: str, style: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{style}</w:pPr>' if style else ''}{runs}</w:p>"


def _run(words: str, *, bold: bool = False) -> str:
    lines = (f'<w:t xml:space="preserve">{_text(line)}</w:t>' for line in words.splitlines())
    return f"<w:r>{'<w:rPr><w:b/></w:rPr>' if bold else ''}{'<w:br/>'.join(lines)}</w:r>"


def _text(words: str) -> str:
    return escape(_UNPRINTABLE.sub("", words))


def _relations(*some: tuple[str, str]) -> str:
    made = "".join(f'<Relationship Id="r{n}" Type="{kind}" Target="{to}"/>' for n, (kind, to) in enumerate(some, 1))
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{made}</Relationships>'


def _style(name: str, words: str, *, based: str = "Normal", kind: str = "paragraph", rest: str = "") -> str:
    base = f'<w:basedOn w:val="{based}"/>' if based else ""
    default = "" if based or kind != "paragraph" else ' w:default="1"'
    return f'<w:style w:type="{kind}"{default} w:styleId="{name}"><w:name w:val="{words}"/>{base}{rest}</w:style>'


def _heading(level: int, half_points: int) -> str:
    keep = f'<w:pPr><w:keepNext/><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="{level - 1}"/></w:pPr>'
    look = f'<w:rPr><w:b/><w:sz w:val="{half_points}"/></w:rPr>'
    return _style(f"Heading{level}", f"heading {level}", rest=f'<w:next w:val="Normal"/>{keep}{look}')


def _edges() -> str:
    names = ("top", "left", "bottom", "right", "insideH", "insideV")
    return "".join(f'<w:{name} w:val="single" w:sz="4" w:space="0"/>' for name in names)


def _level(number: int) -> str:
    sign, far = "•–•"[number], 360 * (number + 1)
    look = f'<w:pPr><w:ind w:left="{far}" w:hanging="360"/></w:pPr>'
    text = f'<w:numFmt w:val="bullet"/><w:lvlText w:val="{sign}"/><w:lvlJc w:val="left"/>'
    return f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/>{text}{look}</w:lvl>'


_CONTENT_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_OFFICE}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_OFFICE}.styles+xml"/>'
    f'<Override PartName="/word/numbering.xml" ContentType="{_OFFICE}.numbering+xml"/>'
    '<Override PartName="/docProps/core.xml"'
    ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
_STYLES = (
    f"<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>"
    '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:sz w:val="22"/><w:lang w:val="en-GB"/>'
    '</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr></w:pPrDefault></w:docDefaults>'
    + _style("Normal", "Normal", based="")
    + "".join(_heading(level, half_points) for level, half_points in ((1, 36), (2, 28), (3, 24)))
    + _style("ListParagraph", "List Paragraph", rest='<w:pPr><w:spacing w:after="40"/></w:pPr>')
    + _style("TableNormal", "Normal Table", based="", kind="table")
    + _style(
        "TableGrid",
        "Table Grid",
        based="TableNormal",
        kind="table",
        rest=f"<w:tblPr><w:tblBorders>{_edges()}</w:tblBorders></w:tblPr>",
    )
    + "</w:styles>"
)
_NUMBERING = (
    f'<w:numbering {_W}><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="multilevel"/>'
    + "".join(map(_level, range(3)))
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
