"""A page as a list of blocks: headings, code, tables and prose, whether Markdown or HTML says so.

CommonMark with pipe tables, but for what pages do besides: a heading needs no blank after its number signs, a line of
bold text is a heading by its looks, so is a line that says what the caller takes for a heading, and neither a fence nor
HTML that somebody forgot to close goes on over the next of those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import unescape
from itertools import islice

from attrs import frozen
from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import fence as commonmark_fence
from markdown_it.rules_block import html_block as commonmark_html_block
from markdown_it.token import Token

from scripts.page_blocks import BOLD, PLAIN, Block, Cell, Code, Heading, Line, Prose, Table, TableRow
from scripts.page_html import html_blocks

HEADING = re.compile(r"(#{1,6})\s*([^#\s].*?)\s*#*\s*")
IN_BOLD = re.compile(r"(\*\*|__)\s*((?:(?!\1).)+?)\s*\1\s*:?")
FENCE = re.compile(r"`{3,}[^`]*|~{3,}.*")
TABLE = re.compile(r"\s*<table\b", re.IGNORECASE)
TAG = re.compile(r"<!--(?:(?!<!--).)*?-->|</?[A-Za-z][^>]*>", re.DOTALL)
#: HTML that goes on over empty lines to its end tag.
ENCLOSING = re.compile(r"<(/?)(table|pre)\b", re.IGNORECASE)
INTERRUPTS: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}

#: No line that is longer is a heading by its looks.
LONGEST = 120
#: Words that make a line a heading, if all of it is one.
EXAMPLE = re.compile(r"\b(?:examples?|samples?)\b", re.IGNORECASE)

IsHeading = Callable[[str], bool]


def blocks(lines: Sequence[str], is_heading: IsHeading) -> list[Block]:
    """The blocks of a page in their order; `lines` are those of the file."""
    rules = _Rules(is_heading)
    # What is inside a line is of no interest but for its text, which `plain` finds.
    markdown = MarkdownIt("commonmark").enable("table").disable("inline")
    markdown.block.ruler.at("heading", rules.heading, INTERRUPTS)
    markdown.block.ruler.before("paragraph", "plain_heading", rules.plain_heading, INTERRUPTS)
    markdown.block.ruler.at("fence", rules.fence, INTERRUPTS)
    markdown.block.ruler.at("html_block", rules.html_block, INTERRUPTS)
    return list(_Reader(lines, is_heading).blocks(markdown.parse("\n".join(lines))))


@frozen
class _Rules:
    """Rules in place of three of CommonMark, and one besides."""

    is_heading: IsHeading

    def heading(self, state: StateBlock, start: int, end: int, silent: bool) -> bool:
        match = HEADING.fullmatch(_text(state, start))
        if match is None or state.is_code_block(start):
            return False
        if not silent:
            _push_heading(state, start, len(match.group(1)), match.group(2))
        return True

    def plain_heading(self, state: StateBlock, start: int, end: int, silent: bool) -> bool:
        """A line that is all bold, or that says what a heading says and either ends with a colon or stands alone."""
        text = _text(state, start).strip()
        bold = IN_BOLD.fullmatch(text)
        if bold is None and not self._is_plain_heading(state, start, end, silent):
            return False
        if not silent:
            _push_heading(state, start, BOLD if bold else PLAIN, bold.group(2) if bold else text)
        return True

    def _is_plain_heading(self, state: StateBlock, start: int, end: int, in_paragraph: bool) -> bool:
        text, following = _text(state, start).strip(), start + 1
        if (in_paragraph and not text.endswith(":")) or len(text) > LONGEST:
            return False
        text = plain(text)
        if not self.is_heading(text):
            return False
        if text.endswith(":"):
            return True
        is_last = following >= end or state.isEmpty(following) or state.is_code_block(following)
        is_alone = not in_paragraph and (is_last or FENCE.fullmatch(_text(state, following)) is not None)
        return is_alone and text[-1].isalnum() and (EXAMPLE.search(text) is not None or len(text.split()) <= 2)

    def fence(self, state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if not commonmark_fence(state, start, end, silent):
            return False
        if not silent:
            token = state.tokens[-1]
            content = _lines(token.content)
            token.meta["closed"] = state.line == start + len(content) + 2
            for index, text in enumerate(content):
                if self._says_heading(text.strip()):
                    token.content = "".join(f"{each}\n" for each in content[:index])
                    token.meta["closed"] = False
                    state.line = start + 1 + index
                    token.map = [start, state.line]
                    break
        return True

    def html_block(self, state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if not commonmark_html_block(state, start, end, silent):
            return False
        if not silent:
            token = state.tokens[-1]
            state.line = self._end_of_html(state, start, end, state.line)
            token.map = [start, state.line]
            token.content = state.getLines(start, state.line, state.blkIndent, True)
        return True

    def _end_of_html(self, state: StateBlock, start: int, end: int, usual: int) -> int:
        """Where HTML ends that ends at an empty line as a rule, but not inside a table or preformatted text."""
        inside: list[str] = []
        for line in range(start, end):
            text = _text(state, line)
            if line > start and self._interrupts(text, inside):
                return line
            if line >= usual and not inside:
                return line
            for match in ENCLOSING.finditer(text):
                tag = match.group(2).lower()
                if not match.group(1):
                    inside.append(tag)
                elif tag in inside:
                    inside.remove(tag)
        return usual if inside else end

    def _interrupts(self, text: str, inside: Sequence[str]) -> bool:
        if inside:
            return self._says_heading(text)
        return (HEADING.fullmatch(text) or FENCE.fullmatch(text)) is not None

    def _says_heading(self, text: str) -> bool:
        match = HEADING.fullmatch(text)
        return match is not None and self.is_heading(plain(match.group(2)))


@frozen
class _Reader:
    """Makes blocks of tokens."""

    lines: Sequence[str]
    is_heading: IsHeading

    def blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        holder = tokens[0] if tokens else None
        for index, token in enumerate(tokens):
            line = (token.map or [0])[0] + 1
            match token.type:
                case "heading_open" | "paragraph_open" | "table_open":
                    holder = token
                    if token.type == "table_open":
                        yield Table(tuple(_pipe_rows(islice(tokens, index, None))), line)
                case "inline" if holder and holder.type == "heading_open":
                    yield from _heading(token.content, line, int(holder.tag[1:]))
                case "inline" if holder and holder.type == "paragraph_open":
                    yield from self._paragraph(token.content, line)
                case "code_block" if TABLE.match(token.content):
                    yield from html_blocks(token.content, line)
                case "fence" | "code_block":
                    yield self._code(token)
                case "html_block":
                    yield from self._html(token.content, line)
                case _:
                    pass

    def _paragraph(self, content: str, line: int) -> Iterator[Block]:
        """The lines of a paragraph, which may begin with a heading in bold."""
        for number, text in enumerate(content.split("\n"), start=line):
            bold = IN_BOLD.match(text.strip())
            if bold and self.is_heading(plain(bold.group(2))):
                yield Heading(plain(bold.group(2)), number, BOLD)
                text = text.strip()[bold.end() :]
            yield Prose(plain(text), number)

    def _code(self, token: Token) -> Code:
        """The lines between the fences, or those that are indented, each with what stands before it in the file."""
        first, _ = token.map or [0, 0]
        above = first + 1 if token.type == "fence" else first
        found: list[Line] = []
        for index, text in enumerate(_lines(token.content), start=above):
            whole = self.lines[index] if index < len(self.lines) else text
            found.append(Line(index + 1, len(whole) - len(text) if whole.endswith(text) else 0, text))
        language, _, _ = token.info.strip().partition(" ")
        return Code(tuple(found), first + 1, language.lower(), token.meta.get("closed", True))

    def _html(self, content: str, line: int) -> Iterator[Block]:
        for block in html_blocks(content, line):
            match block:
                case Prose(text, number) if len(text) <= LONGEST and self.is_heading(text):
                    yield Heading(text, number, BOLD)
                case _:
                    yield block


def _heading(content: str, line: int, level: int) -> Iterator[Block]:
    """The last line of a heading that is underlined; what stands before it is a paragraph with no end."""
    *before, last = content.split("\n")
    for number, text in enumerate(before, start=line):
        yield Prose(plain(text), number)
    yield Heading(plain(last), line + len(before), level)


def _push_heading(state: StateBlock, line: int, level: int, text: str) -> None:
    state.line = line + 1
    state.push("heading_open", f"h{level}", 1).map = [line, line + 1]
    inline = state.push("inline", "", 0)
    inline.map, inline.content, inline.children = [line, line + 1], text, []
    state.push("heading_close", f"h{level}", -1)


def _pipe_rows(tokens: Iterable[Token]) -> Iterator[TableRow]:
    """The rows of the table that begins with the tokens."""
    cells: list[Cell] = []
    line, is_head = 0, False
    for token in tokens:
        match token.type:
            case "tr_open":
                cells, line = [], (token.map or [0])[0] + 1
            case "th_open" | "td_open":
                is_head = token.type == "th_open"
            case "inline":
                cells.append(Cell(plain(token.content), is_head))
            case "tr_close":
                yield TableRow(tuple(cells), line)
            case "table_close":
                return
            case _:
                pass


def plain(text: str) -> str:
    """The text on one line, without tags, links and the marks of emphasis and code."""
    bare = re.sub(r"!?\[([^\[\]]*)\]\([^()]*\)", r"\1", TAG.sub(" ", text))
    bare = re.sub(r"[*`]+|(?<!\w)_+|_+(?!\w)", "", re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", unescape(bare)))
    return " ".join(bare.split())


def _text(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _lines(content: str) -> list[str]:
    return content.removesuffix("\n").split("\n") if content else []
