"""List and spot prices of running instances: what is known from the records, what has to be read, what is unknown.

An instance without a known price has none: nothing is guessed from another size, system or zone.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

import pandas as pd

from health_assets.model.errors import ContractError
from health_assets.model.record import Record

#: Placement.Tenancy -> the price list's word
TENANCIES = {"default": "Shared", "dedicated": "Dedicated", "host": "Host"}
PRICE_AGE = timedelta(days=1)
#: A price that could not be read again for so long is no longer known.
PRICE_LIMIT = timedelta(days=2)
#: One request each; a few a tick keep a region within its budget, and 15 minutes later the next ones follow.
PRICES_A_TICK = 2
PRICES_AT_FIRST = 25


class Product(NamedTuple):
    """What a list price is the price of; operation is UsageOperation, which tells system and licence apart."""

    instance_type: str
    operation: str
    tenancy: str

    def filters(self, *, region: str) -> list[dict[str, str]]:
        """Filters of get_products that leave only this product in `region`."""
        fields = {
            "instanceType": self.instance_type,
            "operation": self.operation,
            "tenancy": TENANCIES.get(self.tenancy, self.tenancy),
            "regionCode": region,
            "capacitystatus": "Used",
        }
        return [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in fields.items()]


class PriceCalls(Protocol):
    """The calls of the client that prices need."""

    def list_price(self, filters: Sequence[Mapping[str, str]]) -> list[str]:
        """Entries of the price list."""
        ...

    def spot_prices(self, types: Sequence[str], platforms: Sequence[str], *, now: datetime) -> list[Mapping[str, Any]]:
        """The spot prices in force."""
        ...


class Prices:
    """Prices of one region as of `now`."""

    def __init__(self, calls: PriceCalls, *, region: str, now: datetime) -> None:
        self._calls = calls
        self._region = region
        self._now = now
        self._hourly: dict[Product, tuple[float | None, datetime]] = {}
        self._spot: dict[tuple[str, str, str], float] = {}

    def read(self, running: Sequence[Record], known: pd.DataFrame) -> None:
        """Reads what is due. known: stored instances, whose prices are used again for a day."""
        self._take_known(known)
        for product in self._due({_product(one.data) for one in running}):
            entries = self._calls.list_price(product.filters(region=self._region))
            self._hourly[product] = (hourly_price(entries, product), self._now)
        spot = [one.data for one in running if one.data["lifecycle"] == "spot" and one.data["platform"]]
        if spot:
            types = sorted({data["instance_type"] for data in spot})
            platforms = sorted({data["platform"] for data in spot})
            self._take_spot(self._calls.spot_prices(types, platforms, now=self._now))

    def hourly(self, data: Mapping[str, Any]) -> float | None:
        """Dollars an hour on demand of an instance; None = not known."""
        return self._hourly.get(_product(data), (None, None))[0] if data["operation"] else None

    def read_at(self, data: Mapping[str, Any]) -> datetime | None:
        """When the price list was asked for it."""
        return self._hourly.get(_product(data), (None, None))[1] if data["operation"] else None

    def spot(self, data: Mapping[str, Any]) -> float | None:
        """Dollars an hour of a spot instance in its zone; None = not known, or no spot instance."""
        if data["lifecycle"] != "spot":
            return None
        return self._spot.get((data["instance_type"], data["platform"], data["zone"]))

    def _take_known(self, known: pd.DataFrame) -> None:
        for row in known[known["list_price_at"].notna()].sort_values("list_price_at").to_dict("records"):
            at = row["list_price_at"].to_pydatetime()
            if self._now - at < PRICE_LIMIT:
                price = None if pd.isna(row["list_price"]) else float(row["list_price"])
                self._hourly[_product(row)] = (price, at)

    def _due(self, wanted: Iterable[Product]) -> list[Product]:
        """What to ask for now: all of it when nothing is known yet, else a few, those never asked for first."""
        never = sorted(one for one in wanted if one.operation and one not in self._hourly)
        if not self._hourly:
            return never[:PRICES_AT_FIRST]
        aged = [one for one in wanted if one in self._hourly and self._now - self._hourly[one][1] >= PRICE_AGE]
        return [*never, *sorted(aged, key=lambda one: self._hourly[one][1])][:PRICES_A_TICK]

    def _take_spot(self, rows: Iterable[Mapping[str, Any]]) -> None:
        newest: dict[tuple[str, str, str], datetime] = {}
        for row in rows:
            try:
                platform = row["ProductDescription"].removesuffix(" (Amazon VPC)")
                place = (row["InstanceType"], platform, row["AvailabilityZone"])
                at, price = row["Timestamp"], float(row["SpotPrice"])
            except (KeyError, ValueError, AttributeError) as error:
                raise ContractError(f"a spot price cannot be read: {type(error).__name__}") from error
            if place not in newest or newest[place] < at:
                newest[place], self._spot[place] = at, price


def _product(data: Mapping[Any, Any]) -> Product:
    return Product(data["instance_type"], data["operation"], data["tenancy"])


def hourly_price(entries: Iterable[str], product: Product) -> float | None:
    """Dollars an hour in the entries (JSON texts); None when they name no price or several. Raises ContractError."""
    found = {price for entry in entries for price in _prices(_parsed(entry), product)}
    return found.pop() if len(found) == 1 else None


def _parsed(entry: str) -> Mapping[str, Any]:
    try:
        parsed = json.loads(entry)
    except ValueError:
        raise ContractError("an entry of the price list is no JSON") from None
    if not isinstance(parsed, dict):
        raise ContractError("an entry of the price list is no object")
    return parsed


def _prices(entry: Mapping[str, Any], product: Product) -> Iterable[float]:
    try:
        attributes = entry["product"]["attributes"]
        if attributes["instanceType"] != product.instance_type or attributes["operation"] != product.operation:
            return
        if attributes.get("marketoption", "OnDemand") != "OnDemand":
            return  # capacity blocks are sold at other prices under the same type
        for term in entry["terms"].get("OnDemand", {}).values():
            for dimension in term["priceDimensions"].values():
                if dimension["unit"].lower() in {"hrs", "hours"} and "USD" in dimension["pricePerUnit"]:
                    yield float(dimension["pricePerUnit"]["USD"])
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ContractError(f"an entry of the price list cannot be read: {type(error).__name__}") from error
