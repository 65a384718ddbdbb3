"""A page as a list of blocks: headings, code, tables and prose, whether Markdown or HTML says so.

CommonMark with pipe tables, but for what pages do besides: a heading needs no blank after its number signs, a line of
bold text is a heading by its looks, and an HTML table goes on to its end over empty lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from scripts.page_blocks import PSEUDO, Block, Code, Heading, Line, Prose, Table
from scripts.page_tables import html_table, pipe_table

HEADING = re.compile(r"(#{1,6})[ \t]*([^#\s].*?)[ \t]*#*")
BOLD = re.compile(r"(?:\*\*|__)\s*(.+?)\s*(?:\*\*|__)\s*:?")
HTML_HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1\s*>", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^>]*>", re.DOTALL)
TABLE_BEGINS = re.compile(r"<table\b", re.IGNORECASE)
TABLE_ENDS = re.compile(r"</table\s*>", re.IGNORECASE)
FENCE = re.compile(r"\s*(?:`{3,}|~{3,})")
HTML_TABLE = "page_table"


def blocks(lines: Sequence[str]) -> list[Block]:
    """The blocks of a page in their order; `lines` are those of the file."""
    tokens = _markdown().parse("\n".join(lines))
    return list(_blocks(tokens, lines))


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark").enable("table")
    markdown.block.ruler.at("heading", _heading, {"alt": ["paragraph", "reference", "blockquote"]})
    interrupts = {"alt": ["paragraph", "reference", "blockquote"]}
    markdown.block.ruler.before("html_block", HTML_TABLE, _html_table, interrupts)
    return markdown


def _heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    match = HEADING.fullmatch(_text(state, start))
    if match is None or state.is_code_block(start):
        return False
    if not silent:
        state.line = start + 1
        token = state.push("heading_open", f"h{len(match.group(1))}", 1)
        token.map = [start, start + 1]
        inline = state.push("inline", "", 0)
        inline.map, inline.content, inline.children = [start, start + 1], match.group(2), []
        state.push("heading_close", f"h{len(match.group(1))}", -1)
    return True


def _html_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if not TABLE_BEGINS.match(_text(state, start)) or state.is_code_block(start):
        return False
    last = start
    while last < end - 1 and not TABLE_ENDS.search(_text(state, last)):
        last += 1
    if not silent:
        state.line = last + 1
        token = state.push(HTML_TABLE, "table", 0)
        token.map = [start, last + 1]
        token.content = "\n".join(_text(state, number) for number in range(start, last + 1))
    return True


def _text(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _blocks(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[Block]:
    holder = ""
    level = 0
    for index, token in enumerate(tokens):
        line = (token.map or [0])[0] + 1
        match token.type:
            case "heading_open":
                holder, level = "heading", int(token.tag[1:])
            case "table_open":
                holder = "table"
                yield Table(tuple(pipe_table(_until(tokens, index, "table_close"))), line)
            case "paragraph_open":
                holder = "paragraph"
            case "inline" if holder == "heading":
                yield Heading(plain(token.content), line, level)
            case "inline" if holder == "paragraph":
                yield from _paragraph(token.content, line)
            case "fence" | "code_block":
                yield _code(token, lines)
            case "page_table":
                yield Table(tuple(html_table(token.content, line)), line)
            case "html_block":
                yield from _html(token.content, line)
            case _:
                pass


def _until(tokens: Sequence[Token], start: int, kind: str) -> Sequence[Token]:
    end = next(index for index in range(start, len(tokens)) if tokens[index].type == kind)
    return tokens[start : end + 1]


def _paragraph(content: str, line: int) -> Iterator[Block]:
    """The lines of a paragraph: bold ones are headings by their looks."""
    for number, text in enumerate(content.split("\n"), start=line):
        bold = BOLD.fullmatch(text.strip())
        yield Heading(plain(bold.group(1)), number, PSEUDO) if bold else Prose(plain(text), number)


def _code(token: Token, lines: Sequence[str]) -> Code:
    """The lines between the fences, or those that are indented, each with what stands before it in the file."""
    first, last = token.map or [0, 0]
    above = first + 1 if token.type == "fence" else first
    content = token.content.split("\n")[:-1] if token.content else []
    found: list[Line] = []
    for number, text in enumerate(content, start=above):
        whole = lines[number] if number < len(lines) else text
        found.append(Line(number + 1, len(whole) - len(text) if whole.endswith(text) else 0, text))
    closed = token.type != "fence" or (last - 1 > first and FENCE.match(_bare(lines[last - 1])) is not None)
    return Code(tuple(found), first + 1, closed)


def _bare(line: str) -> str:
    """The line without what a list or a quotation puts before it."""
    return re.sub(r"^[\s>]+", "", line)


def _html(content: str, line: int) -> Iterator[Block]:
    found = list(HTML_HEADING.finditer(content))
    for match in found:
        yield Heading(plain(match.group(2)), line + content.count("\n", 0, match.start()), int(match.group(1)))
    text = plain(HTML_HEADING.sub("", content))
    if text:
        yield Prose(text, line)


def plain(text: str) -> str:
    """The text on one line, without tags and the marks of emphasis and code."""
    bare = re.sub(r"[*`]+|(?<!\w)_+|_+(?!\w)", "", TAG.sub("", text)).replace("\u00a0", " ")
    return " ".join(bare.split())
