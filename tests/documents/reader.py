"""A reader of .docx that is not the writer: the parts that ECMA-376 asks for, followed by their relations."""

import io
import posixpath
import xml.etree.ElementTree as ET
import zipfile

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"


class Docx:
    """`paragraphs` are (style, words) outside tables, `tables` rows of cells, `styles` what is defined."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            assert packed.testzip() is None
            self.parts = {name: packed.read(name) for name in packed.namelist()}
        self._check_types()
        main = self._related("", "officeDocument")
        self.title = "".join(ET.fromstring(self.parts[self._related("", "core-properties")]).itertext())
        self.styles = self._styles(main)
        self.levels = len(self._xml(self._related(main, "numbering")).findall(f".//{_W}lvl"))
        body = self._xml(main).find(f"{_W}body")
        assert body is not None
        self.paragraphs = [(_style(p), _words(p)) for p in body.findall(f"{_W}p")]
        self.tables = [
            [[_words(cell) for cell in row.findall(f"{_W}tc")] for row in table.findall(f"{_W}tr")]
            for table in body.findall(f"{_W}tbl")
        ]
        self.headed = [table.find(f"{_W}tr/{_W}trPr/{_W}tblHeader") is not None for table in body.findall(f"{_W}tbl")]
        # Every cell ends with a paragraph, and a style that is used is defined: Word calls a file broken without.
        assert all(cell[-1].tag == f"{_W}p" for cell in body.iter(f"{_W}tc"))
        used = {one.get(f"{_W}val") for kind in ("pStyle", "tblStyle") for one in body.iter(f"{_W}{kind}")}
        assert used <= self.styles.keys()

    @property
    def words(self) -> str:
        """All of it, a line a paragraph, a row with bars."""
        return "\n".join([words for _, words in self.paragraphs] + [" | ".join(r) for t in self.tables for r in t])

    def headings(self) -> list[str]:
        """The words of every heading, in order."""
        return [words for style, words in self.paragraphs if style.startswith("Heading")]

    def _xml(self, name: str) -> ET.Element:
        return ET.fromstring(self.parts[name])

    def _styles(self, main: str) -> dict[str, str]:
        found = self._xml(self._related(main, "styles")).findall(f"{_W}style")
        return {str(one.get(f"{_W}styleId")): str(one.get(f"{_W}type")) for one in found}

    def _related(self, source: str, kind: str) -> str:
        folder, name = posixpath.split(source)
        relations = self._xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        (target,) = [one.get("Target") for one in relations.findall(_RELATION) if str(one.get("Type")).endswith(kind)]
        return posixpath.join(folder, str(target))

    def _check_types(self) -> None:
        types = self._xml("[Content_Types].xml")
        known = {str(one.get("PartName")) for one in types.findall(f"{_TYPES}Override")}
        endings = {str(one.get("Extension")) for one in types.findall(f"{_TYPES}Default")}
        assert known <= {f"/{name}" for name in self.parts}
        assert all(name.rpartition(".")[2] in endings for name in self.parts)


def _style(paragraph: ET.Element) -> str:
    found = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return str(found.get(f"{_W}val")) if found is not None else "Normal"


def _words(element: ET.Element) -> str:
    said = {f"{_W}t", f"{_W}br"}
    return "".join((e.text or "") if e.tag.endswith("}t") else "\n" for e in element.iter() if e.tag in said)
