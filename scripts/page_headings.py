"""What a heading says of the examples and tables under it: which way they go, and how they are called."""

from __future__ import annotations

import re
from http import HTTPStatus

from attrs import frozen

from scripts.page_records import Kind


@frozen
class Topic:
    """What is under a heading: requests or responses, where it says so, and the title that it gives them."""

    kind: Kind | None = None
    title: str = ""


KINDS = {"request": Kind.REQUEST, "response": Kind.RESPONSE, "reply": Kind.RESPONSE, "answer": Kind.RESPONSE}
NOUN = re.compile(r"(request|response|reply|answer)s?", re.IGNORECASE)
#: Words beside those that set no example apart from another.
PLAIN_WORDS = frozenset(
    (
        *("a", "an", "and", "the", "api", "http", "https", "json", "rest", "raw", "full", "complete", "typical"),
        *("example", "examples", "sample", "samples", "body", "bodies", "payload", "payloads", "message", "code"),
    )
)
EXAMPLE_WORDS = frozenset(("example", "examples", "sample", "samples"))
#: Headings of tables that speak of responses without the word, or with words that would make a title otherwise.
TABLE = re.compile(
    r"(?:(?:http|api|possible|common|return|result|response|status|error|all)\s+)*"
    r"(?:responses|(?:status|response|error|return|result)\s+(?:codes?|messages?|table)|status(?:es)?|errors|codes)",
    re.IGNORECASE,
)
STATUS = re.compile(r"(?:(?:HTTP(?:/[0-9.]+)?|status|code)\s*:?\s*)*[1-5][0-9]{2}(?:\s+\D+|\s*\(\D+\))?", re.IGNORECASE)
PHRASES = frozenset(status.phrase.lower() for status in HTTPStatus)
NEUTRAL = frozenset(("usage", "use", "overview", "description", "summary", "introduction", "notes", "note", "remarks"))
NUMBERING = re.compile(r"\(?\d+[.)]\s+")
NUMBER = re.compile(r"#?\d+")
#: What stands between the name of a thing and its title. Of the words, the last group is a part of the title.
JOINT = re.compile(
    r"\s*:\s*|\s+[-–—]+\s+|\s*[–—]\s*|\s*(?=\()"
    r"|\s+(?:with|for|of)\s+|\s+(?=(?:without|when|if|in|on|to|after|before)\s)",
    re.IGNORECASE,
)
BOTH = re.compile(r"\b(requests?)\s*(?:/|&|and|\+)\s*responses?\b", re.IGNORECASE)
#: More words than these before the noun are a sentence.
MOST_WORDS = 4


def topic(heading: str) -> Topic | None:
    """What a heading says; None if it is none of those that belong on a page."""
    text = NUMBERING.sub("", heading.strip(), count=1).strip().rstrip(":").strip()
    if text.lower() in NEUTRAL:
        return Topic()
    if TABLE.fullmatch(text):
        return Topic(Kind.RESPONSE)
    if STATUS.fullmatch(text) and not text.lower().endswith(("response", "responses")):
        return Topic(Kind.RESPONSE, text)
    if BOTH.search(text):
        both = topic(BOTH.sub(r"\1", text))
        return both and Topic(None, both.title)
    joint = JOINT.search(text)
    main = (text[: joint.start()] if joint else text).split()
    rest = _without_brackets(text[joint.end() :].strip()) if joint else ""
    if " ".join(main).lower() in PHRASES:
        return Topic(Kind.RESPONSE, text)
    nouns = [index for index, word in enumerate(main) if NOUN.fullmatch(word)]
    if nouns:
        return _of_noun(main, nouns[0], rest)
    if any(word.lower() in EXAMPLE_WORDS for word in main):
        return _of_example(_distinct(main), rest)
    return None


def of_line(said: Topic, line: str, outer: Topic) -> Topic:
    """What a line says that nothing marks as a heading: its words may be prose, so they count for little."""
    words = line.lower().rstrip(":").split()
    if EXAMPLE_WORDS.intersection(words) or STATUS.fullmatch(" ".join(words)):
        return said
    return Topic(said.kind if len(words) <= 2 else outer.kind or said.kind)


def _of_noun(words: list[str], at: int, rest: str) -> Topic | None:
    """`Error Response`, `Response Example 2`, `Response 400 Bad Request`, `Example Request with Short Code`."""
    before, after = _distinct(words[:at]), " ".join(_distinct(words[at + 1 :]))
    if at > MOST_WORDS or (after and not NUMBER.fullmatch(after) and not STATUS.fullmatch(after)):
        return None
    own = " ".join(filter(None, (*before, after)))
    return Topic(KINDS[words[at].lower().removesuffix("s")], _joined(own[:1].upper() + own[1:], rest))


def _of_example(numbers: list[str], rest: str) -> Topic | None:
    """`Examples`, `Example 1: Request`, `Sample: Mixed Responses`."""
    if not all(NUMBER.fullmatch(each) for each in numbers):
        return None
    number = " ".join(numbers)
    inner = topic(rest) if rest else None
    if inner is None:
        return Topic(None, _joined(number, rest))
    return Topic(inner.kind, _joined(number, rest if inner.title else ""))


def _distinct(words: list[str]) -> list[str]:
    return [word for word in words if word.lower() not in PLAIN_WORDS]


def _joined(first: str, second: str) -> str:
    return ": ".join(filter(None, (first, second)))


def _without_brackets(text: str) -> str:
    return text[1:-1].strip() if text.startswith("(") and text.endswith(")") else text
