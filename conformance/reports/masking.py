"""Masks what is nobody's business: tokens whole, telephone numbers but for their last two digits.

Message keys are not masked, for they are what one looks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from conformance.spellings import any_spelling

#: Forms of a token as short as this are common words, and would be masked everywhere.
_SHORT = 6
_LOOPBACK = re.compile(r"127\.0\.0\.1:[0-9]+")
#: A telephone number in JSON, or in the text of a breach, where Python wrote it.
_TO = re.compile(r"""(\\?["']to\\?["']\s*:\s*\\?["']?)([^"',}\]]*[0-9][^"',}\]]*)""")

Mask = Callable[[str], str]


def masker(tokens: tuple[str, ...], numbers: tuple[str, ...]) -> Mask:
    """A function that masks what was seen: tokens, telephone numbers, and the port of a server on this machine."""
    mask = secret_masker(tokens, numbers)
    # The scripted server's port is another one each time.
    return lambda text: _LOOPBACK.sub("127.0.0.1:<port>", mask(text))


def secret_masker(tokens: tuple[str, ...], numbers: tuple[str, ...]) -> Mask:
    """A function that masks tokens and telephone numbers alone."""
    secret = _either(each for token in tokens for each in _forms(token))
    private = _either(numbers)

    def mask(text: str) -> str:
        text = secret.sub("<token>", text)
        text = private.sub(lambda found: _stars(found[0]), text)
        return _TO.sub(lambda found: found[1] + _stars(found[2]), text)

    return mask


def credentials(value: str, tokens: Iterable[str]) -> str:
    """The value of an Authorization header, told without giving it away."""
    scheme, _, given = value.partition(" ")
    for token in tokens:
        if given == token:
            return f"{scheme} <token>"
        if given and given.lower() == token.lower():
            return f"{scheme} <token, in other letters>"
        if given and token.startswith(given):
            return f"{scheme} <token, its first {len(given)} of {len(token)} letters>"
        if given and token.endswith(given):
            return f"{scheme} <token, its last {len(given)} of {len(token)} letters>"
        if given.startswith(token):
            return f"{scheme} <token, with more behind it>"
    return f"{scheme} <another token>" if given else scheme


def _either(texts: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of the texts in any spelling, longest first; one that matches nothing if there is none."""
    listed = sorted({each for each in texts if each}, key=len, reverse=True)
    return re.compile("|".join(map(any_spelling, listed)) or r"(?!)")


def _forms(token: str) -> Iterator[str]:
    """A token, and what the probes send in its place: all but a letter of it is as good as all of it."""
    yield token
    if len(token) > _SHORT:
        yield from (token[:-1], token[1:], token.swapcase())


def _stars(number: str) -> str:
    return re.sub(r"[0-9](?=.*[0-9].*[0-9])", "*", number)
