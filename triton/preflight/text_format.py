"""Reads protobuf's text format, of which a config.pbtxt is written, without the schema."""

from __future__ import annotations

import re
from typing import Dict, List, Union

# A message is {name: [value, ...]}: every field may be repeated, and only the schema would tell which are.
Message = Dict[str, List[Union[str, "Message"]]]

TOKEN = re.compile(
    r"""(?P<skip>[\s,;]+|\#[^\n]*)
      | (?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
      | (?P<word>[A-Za-z0-9_.+-]+)
      | (?P<mark>[{}\[\]<>:])""",
    re.VERBOSE,
)


class TextFormatError(ValueError):
    """The text is not protobuf text format."""


def parse_text_format(text: str) -> Message:
    """Returns the message of a text. Scalars stay strings, as `"32"` or `"TYPE_FP32"`.

    Raises TextFormatError, with the line, when the text cannot be read.
    """
    tokens: list[tuple[str, str, int]] = []
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        line = text.count("\n", 0, position) + 1
        if match is None:
            raise TextFormatError(f"line {line}: '{text[position]}' is not expected")
        if match.lastgroup != "skip":
            tokens.append((str(match.lastgroup), match.group(), line))
        position = match.end()
    message, rest = _message(tokens, 0, None)
    if rest != len(tokens):
        raise TextFormatError(f"line {tokens[rest][2]}: '{tokens[rest][1]}' closes nothing")
    return message


def _message(tokens: list[tuple[str, str, int]], at: int, end: str | None) -> tuple[Message, int]:
    """The fields from `at` up to the mark `end` (None: all), and the position behind it."""
    message: Message = {}
    while at < len(tokens):
        kind, token, line = tokens[at]
        if token == end and kind == "mark":
            return message, at + 1
        if kind != "word":
            if end is None and kind == "mark" and token in "}>":
                return message, at
            raise TextFormatError(f"line {line}: a name is expected, not '{token}'")
        at += 1
        if at < len(tokens) and tokens[at][1] == ":" and tokens[at][0] == "mark":
            at += 1
        values, at = _values(tokens, at, line)
        message.setdefault(token, []).extend(values)
    if end is not None:
        raise TextFormatError(f"'{end}' is missing at the end")
    return message, at


def _values(tokens: list[tuple[str, str, int]], at: int, line: int) -> tuple[list[str | Message], int]:
    """The value at `at`, or all of a list in brackets, and the position behind."""
    if at >= len(tokens):
        raise TextFormatError(f"line {line}: a value is missing")
    kind, token, line = tokens[at]
    if kind == "word":
        return [token], at + 1
    if kind == "string":
        return [re.sub(r"\\(.)", r"\1", token[1:-1])], at + 1
    if token in "{<":
        message, at = _message(tokens, at + 1, "}" if token == "{" else ">")
        return [message], at
    if token != "[":
        raise TextFormatError(f"line {line}: a value is expected, not '{token}'")
    values: list[str | Message] = []
    at += 1
    while at < len(tokens) and tokens[at][1] != "]":
        more, at = _values(tokens, at, line)
        values += more
    if at >= len(tokens):
        raise TextFormatError(f"line {line}: ']' is missing")
    return values, at + 1
