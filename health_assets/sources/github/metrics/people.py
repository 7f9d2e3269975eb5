"""Who is a person: bots are not developers, and an automatic review is not a review by somebody."""

from collections.abc import Collection

BOT_SUFFIX = "[bot]"


def is_bot(login: str | None, *, flagged: bool, bots: Collection[str]) -> bool:
    """True for an account GitHub calls a bot, a login that ends in [bot], or one of `bots` (any case)."""
    name = (login or "").casefold()
    return flagged or name.endswith(BOT_SUFFIX) or name in {bot.casefold() for bot in bots}
