"""Sends a file, compressed if the client asks for it and the readings allow it."""

import zlib
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from alphacast_pandas.emulator.queries.exports import Export
from alphacast_pandas.emulator.readings import Readings

GZIP = 31  # zlib's window size of 15 bits, and 16 for the head and tail of a gzip file


def file_reply(
    export: Export, kind: str, *, accepted: str, readings: Readings, is_sized: bool = False
) -> Response:
    """Return a file as the answer; `accepted` is the client's `Accept-Encoding`."""
    headers = {"content-type": kind}
    if readings.transfer == "gzip":
        headers["vary"] = "Accept-Encoding"
        if takes_gzip(accepted):
            headers["content-encoding"] = "gzip"
            return StreamingResponse(compressed(export.pieces()), headers=headers)
    if is_sized:
        headers["content-length"] = str(export.size)
    return StreamingResponse(export.pieces(), headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Return whether an `Accept-Encoding` names gzip and does not exclude it."""
    for item in accepted.lower().split(","):
        coding, _, words = item.partition(";")
        if coding.strip() in {"gzip", "x-gzip", "*"}:
            weight = words.replace(" ", "").removeprefix("q=")
            return weight.strip("0.") != "" or not weight
    return False


async def compressed(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Give the pieces of a gzip file that holds `pieces`."""
    deflater = zlib.compressobj(level=1, wbits=GZIP)
    async for piece in pieces:
        if packed := deflater.compress(piece):
            yield packed
    yield deflater.flush()
