"""Starts moto's server under its own Python, with the one call of CloudWatch's that it lacks: PutCompositeAlarm. It listens on
the socket that it finds as its standard input.

Its PutMetricAlarm takes a composite alarm's rule as well, and its DescribeAlarms answers with both kinds.
"""

import moto.server
from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse
from werkzeug.serving import make_server  # type: ignore[import-not-found] # moto's environment has it


def serve(host, port, app, request_handler, **_):  # type: ignore[no-untyped-def]
    """As werkzeug's run_simple, which takes no socket."""
    make_server(host, port, app, threaded=True, request_handler=request_handler, fd=0).serve_forever()


CloudWatchResponse.put_composite_alarm = CloudWatchResponse.put_metric_alarm
Alarm.alarm_rule = property(lambda alarm: alarm.rule)

moto.server.run_simple = serve
moto.server.main()
