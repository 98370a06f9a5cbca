"""Starts moto's server under its own Python, with the one call of CloudWatch's that it lacks: PutCompositeAlarm.

Its PutMetricAlarm takes a composite alarm's rule as well, and its DescribeAlarms answers with both kinds.
"""

import sys

from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse
from moto.server import main

CloudWatchResponse.put_composite_alarm = CloudWatchResponse.put_metric_alarm
Alarm.alarm_rule = property(lambda alarm: alarm.rule)

main(sys.argv[1:])
