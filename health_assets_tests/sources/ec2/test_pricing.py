"""One price or none: what the price list says about a product."""

import json

import pytest

from health_assets.model.errors import ContractError
from health_assets.sources.ec2.pricing import Product, hourly_price

PRODUCT = Product("m6i.xlarge", "RunInstances", "default")


def entry(price="0.192", *, currency="USD", unit="Hrs", **attributes):
    named = {"instanceType": "m6i.xlarge", "operation": "RunInstances", **attributes}
    dimension = {"unit": unit, "pricePerUnit": {currency: price}}
    return json.dumps(
        {"product": {"attributes": named}, "terms": {"OnDemand": {"t": {"priceDimensions": {"d": dimension}}}}}
    )


def test_the_one_hourly_price_is_the_price():
    assert 0.192 == hourly_price([entry()], PRODUCT)


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [entry(currency="CNY")],
        [entry(unit="Quantity")],
        [entry(operation="RunInstances:0002")],
        [entry(instanceType="m6i.large")],
        [entry(marketoption="CapacityBlock")],
        [entry(), entry("0.3")],
    ],
    ids=["nothing", "yuan", "no hours", "other system", "other type", "capacity block", "two prices"],
)
def test_anything_else_is_no_price(entries):
    assert hourly_price(entries, PRODUCT) is None


def test_the_same_price_twice_is_one():
    assert 0.192 == hourly_price([entry(), entry("0.1920000000")], PRODUCT)


@pytest.mark.parametrize("text", ["{", "[]", "{}", entry("much")])
def test_an_entry_that_cannot_be_read_is_refused(text):
    with pytest.raises(ContractError, match="price list"):
        hourly_price([text], PRODUCT)


def test_the_filters_leave_one_product_of_one_region():
    filters = {one["Field"]: one["Value"] for one in PRODUCT.filters(region="eu-central-1")}
    assert {
        "instanceType": "m6i.xlarge",
        "operation": "RunInstances",
        "tenancy": "Shared",
        "regionCode": "eu-central-1",
        "capacitystatus": "Used",
    } == filters
