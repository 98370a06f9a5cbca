"""Starts moto's server in its own Python environment and adds the one CloudWatch call that moto lacks: PutCompositeAlarm.
The server listens on the socket that it gets as standard input.

moto's PutMetricAlarm also accepts the rule of a composite alarm, and its DescribeAlarms returns both kinds.
"""

import moto.server
from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse
from werkzeug.serving import make_server


def serve(host, port, app, request_handler, **_):  # type: ignore[no-untyped-def]
    """Replaces werkzeug's run_simple, which accepts no socket."""
    make_server(host, port, app, threaded=True, request_handler=request_handler, fd=0).serve_forever()


CloudWatchResponse.put_composite_alarm = CloudWatchResponse.put_metric_alarm
Alarm.alarm_rule = property(lambda alarm: alarm.rule)

moto.server.run_simple = serve
moto.server.main()
