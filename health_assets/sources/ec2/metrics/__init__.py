"""The measures of EC2: pure functions of a View, one module a family.

What is not known of one instance (size, price, age, CPU) makes the sum over all of them missing, with how many stand in
the way: a sum that leaves some out would be a smaller number.
"""

from health_assets.model.metric import Family
from health_assets.sources.ec2.metrics import cost, ebs, instances

FAMILIES: tuple[Family, ...] = (instances.FAMILY, ebs.FAMILY, cost.FAMILY)
