"""What happens to the two workers of `config/alarms.toml`, minute by minute: first every metric is just below its alarm's
threshold, then at it, then below it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.localstack.alarm_cases import CASES, PAGING
from tests.localstack.alarm_metrics import memory_used, queue_wait
from tests.localstack.alarm_world import AlarmWorld, Metric

ORDERS, TENANTS = "alarms-orders", "alarms-tenants"
IN_FLIGHT = 1_199
"""Messages in flight, one less than 1 % of the 120,000 that a queue can have."""
LONGEST = 45
"""Minutes in which an alarm must change."""


class Story:
    """The acts, in their order. `started` and `ended` have the minutes at which each alarm's condition began and ended."""

    def __init__(self, world: AlarmWorld) -> None:
        self.world, self.sqs = world, world.sqs
        self.started: dict[str, int] = {}
        self.ended: dict[str, int] = {}
        self.queue, self.dlq = (world.outputs[f"orders_{name}_url"] for name in ("queue", "dead_letter_queue"))
        self.handles: list[str] = []
        """The receipt handles of the messages in flight."""
        self.is_processing = True
        """Whether four messages arrive, and four are deleted, in each five minutes."""
        functions = world.client("lambda")
        self.mapping = functions.list_event_source_mappings(FunctionName=ORDERS)["EventSourceMappings"][0]["UUID"]
        self.variables = functions.get_function_configuration(FunctionName=ORDERS)["Environment"]["Variables"]
        (self.filter,) = world.client("logs").describe_metric_filters()["metricFilters"]

    def run(self) -> None:
        """All acts."""
        self.just_below()
        self.other_alarms()
        self.silence()
        self.below_again()
        for act in (self.full_dlq, self.expiring_dlq, self.old_messages, self.old_messages_of_a_quiet_group):
            act()
        self.morning()

    def just_below(self) -> None:
        """Everything is just below its threshold, also the time without a message: 14 minutes."""
        self.send(IN_FLIGHT)
        self.receive(IN_FLIGHT)
        self.send(19)
        self.send(2, self.dlq)
        self.levels(at=False)
        self.ages(540 - 1)
        self.put(self.of_queue(ORDERS, "ApproximateAgeOfOldestMessage", dead_letter=True), 691_200 - 1)
        self.put(self.of_queue(TENANTS, "ApproximateNumberOfMessagesVisible"), 500)
        self.put(self.of_queue(TENANTS, "ApproximateAgeOfOldestMessage"), 100_000)
        self.put(self.of_queue(TENANTS, "ApproximateAgeOfOldestMessageInQuietGroups"), 540 - 1)
        for minute in range(35):
            self.is_processing = not 10 < minute < 25
            self.next_minute()

    def other_alarms(self) -> None:
        """The alarms that do not page are at their thresholds."""
        others = {case.alarm for case in CASES if case.alarm.split("-", 1)[1] not in {*PAGING, "page", "no-messages"}}
        self.start(others)
        self.send(1)
        self.receive(1)
        self.send(1)
        self.levels(at=True)
        self.until(others, "ALARM")

    def silence(self) -> None:
        """No message arrives, and none is deleted."""
        while self.world.minute % 5 != 1:
            self.next_minute()
        self.is_processing = False
        self.start({"orders-no-messages"})
        self.until({"orders-no-messages"}, "ALARM")
        self.is_processing = True

    def below_again(self) -> None:
        """All of them are just below their thresholds again."""
        self.end(set(self.started))
        self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=self.handles.pop())
        self.delete(1)
        self.levels(at=False)
        self.until(set(self.started), "OK")

    def full_dlq(self) -> None:
        """A third message in the DLQ."""
        self.page({"orders-dead-letter-depth"}, lambda: self.send(1, self.dlq), lambda: self.delete(1, self.dlq))

    def expiring_dlq(self) -> None:
        """The oldest message in the DLQ is about to expire."""
        age = self.of_queue(ORDERS, "ApproximateAgeOfOldestMessage", dead_letter=True)
        self.page({"orders-dead-letter-expiry"}, lambda: self.put(age, 691_200), lambda: self.put(age, 691_200 - 1))

    def old_messages(self) -> None:
        """The oldest message is late, and stays for ten minutes just below the time at which it counts as about to expire."""
        self.start({"orders-oldest-message-age", "orders-page"})
        self.ages(276_480 - 1)
        self.until({"orders-oldest-message-age", "orders-page"}, "ALARM")
        for _ in range(10):
            self.next_minute()

        def recover() -> None:
            self.end({"orders-oldest-message-age"})
            self.ages(540 - 1)

        self.page({"orders-expiry"}, lambda: self.ages(276_480), recover)

    def old_messages_of_a_quiet_group(self) -> None:
        """The oldest message of a quiet message group is late."""
        age = self.of_queue(TENANTS, "ApproximateAgeOfOldestMessageInQuietGroups")
        late = {"tenants-oldest-message-age"}
        self.page(late, lambda: self.put(age, 540), lambda: self.put(age, 540 - 1), worker="tenants")

    def morning(self) -> None:
        """At 06:00, messages are expected on the queue on which none has arrived. Then one arrives."""
        while self.world.time is None or self.world.time.hour < 6:
            self.next_minute()
        silent = {"tenants-no-messages"}
        self.start(silent)
        self.until(silent, "ALARM")
        self.end(silent)
        self.send(1, self.world.outputs["tenants_queue_url"])
        self.until(silent, "OK")

    def page(self, alarms: set[str], begin: Callable[[], object], end: Callable[[], object], worker: str = "orders") -> None:
        """These alarms go off and page, and recover."""
        both = {*alarms, f"{worker}-page"}
        self.start(both)
        begin()
        self.until(both, "ALARM")
        self.end(both)
        end()
        self.until(both, "OK")

    def start(self, alarms: Iterable[str]) -> None:
        """Note the minute at which their conditions begin, if it is the first time."""
        for alarm in alarms:
            self.started.setdefault(alarm, self.world.minute)

    def end(self, alarms: Iterable[str]) -> None:
        """Note the minute at which their conditions end."""
        for alarm in alarms:
            self.ended.setdefault(alarm, self.world.minute)

    def until(self, alarms: Iterable[str], state: str) -> None:
        """Let minutes pass until the alarms are in this state."""
        names, begin = {f"alarms-{alarm}" for alarm in alarms}, self.world.minute
        while others := {name for name in names if self.world.states[name] != state}:
            passed = self.world.minute - begin
            assert passed < LONGEST, f"not {state} after {passed} minutes: {sorted(others)}"
            self.next_minute()

    def next_minute(self) -> None:
        """Let a minute pass."""
        if self.is_processing and self.world.minute % 5 == 0:
            self.send(4)
            self.delete(4)
        self.world.next_minute()

    def levels(self, *, at: bool) -> None:
        """The metrics of the alarms that do not page: at their thresholds, or just below."""
        more, of_function = (1 if at else 0), (("FunctionName", ORDERS),)
        for name, count in {"Errors": 9 + more, "Invocations": 100, "Throttles": 4 + more}.items():
            self.sample(Metric("AWS/Lambda", name, of_function), count)
        durations = [100.0] * 98 + ([24_000.0] * 2 if at else [100.0, 30_000.0])
        self.sample(Metric("AWS/Lambda", "Duration", of_function), *durations)
        failed = Metric("AWS/Lambda", "FailedInvokeEventCount", (("EventSourceMappingUUID", self.mapping),))
        self.sample(failed, 4 + more)
        memory_metric, megabytes = memory_used(self.filter, 408 + more)
        metric, waits = queue_wait(self.variables, [1.0] * 98 + ([60.0] * 2 if at else [1.0, 90.0]))
        self.sample(metric, *waits)
        self.put(Metric("AWS/Lambda", "ConcurrentExecutions", of_function), 8 + more)
        self.put(memory_metric, megabytes)
        self.put(self.of_queue(TENANTS, "ApproximateNumberOfNoisyGroups"), 1 + more)
        self.put(self.of_queue(TENANTS, "ApproximateNumberOfMessagesVisibleInQuietGroups"), 19 + more)

    def ages(self, seconds: int) -> None:
        """Set the age of the oldest message."""
        self.put(self.of_queue(ORDERS, "ApproximateAgeOfOldestMessage"), seconds)

    def put(self, metric: Metric, *values: float) -> None:
        """Publish these values of a metric from now on, every minute."""
        self.world.levels[metric] = values

    def sample(self, metric: Metric, *values: float) -> None:
        """Publish these values of a metric from now on, once in five minutes."""
        self.world.samples[metric] = values

    def of_queue(self, worker: str, name: str, *, dead_letter: bool = False) -> Metric:
        """A metric of a worker's queue, or of its DLQ."""
        return Metric("AWS/SQS", name, (("QueueName", f"{worker}-dlq" if dead_letter else worker),))

    def send(self, count: int, queue: str = "") -> None:
        """Send messages, by default to the queue of `orders`."""
        for first in range(0, count, 10):
            entries = [{"Id": str(number), "MessageBody": "order"} for number in range(first, min(first + 10, count))]
            self.sqs.send_message_batch(QueueUrl=queue or self.queue, Entries=entries)

    def receive(self, count: int) -> None:
        """Receive messages, which stay in flight."""
        while count:
            request = {"MaxNumberOfMessages": min(count, 10), "VisibilityTimeout": 43_200}
            messages = self.sqs.receive_message(QueueUrl=self.queue, **request)["Messages"]
            self.handles += [message["ReceiptHandle"] for message in messages]
            count -= len(messages)

    def delete(self, count: int, queue: str = "") -> None:
        """Receive and delete messages."""
        messages = self.sqs.receive_message(QueueUrl=queue or self.queue, MaxNumberOfMessages=count)["Messages"]
        assert len(messages) == count
        for message in messages:
            self.sqs.delete_message(QueueUrl=queue or self.queue, ReceiptHandle=message["ReceiptHandle"])
