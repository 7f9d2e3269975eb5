"""A stand-in for EC2, CloudWatch and the AWS price list: the calls that the source makes, in AWS's own protocols."""
