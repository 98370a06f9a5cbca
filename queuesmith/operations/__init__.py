"""Operations on a deployed worker: functions that receive boto3 clients and return results."""

from typing import TYPE_CHECKING

from queuesmith.common.lazy import lazy_exports

if TYPE_CHECKING:
    from queuesmith.operations.arrival_history import ArrivalHistory, read_arrivals
    from queuesmith.operations.dropping import DropResult, drop_messages
    from queuesmith.operations.export_file import ExportFile
    from queuesmith.operations.invocation.handler_run import InvocationResult, build_events, check_handler, run_handler
    from queuesmith.operations.invocation.local_function import QUEUE_VARIABLES, LocalFunction
    from queuesmith.operations.invocation_times import Invocation, measurable, read_invocations
    from queuesmith.operations.log_reading import LogEvent, follow_log, parse_event, parse_level, read_log
    from queuesmith.operations.message_lines import read_export
    from queuesmith.operations.messages import Message
    from queuesmith.operations.metric_history import MetricHistory, read_history
    from queuesmith.operations.pausing import SwitchResult, switch_mapping, switch_worker
    from queuesmith.operations.peeking import PeekResult, ShownMessage, peek_messages
    from queuesmith.operations.purging import PURGE_DURATION, PurgeResult, purge_queue
    from queuesmith.operations.redriving import (
        NOT_JSON,
        EditError,
        Editor,
        RedriveResult,
        expression_editor,
        program_editor,
        redrive_messages,
    )
    from queuesmith.operations.rejected_file import RejectedFile
    from queuesmith.operations.releasing import Release, ReleaseResult
    from queuesmith.operations.selecting import MessageFilter, all_of, matcher, reason_matcher, where_matcher
    from queuesmith.operations.sending import SendResult, send_messages
    from queuesmith.operations.status_reading import read_status
    from queuesmith.operations.triaging import BY_REASON, MessageGroup, TriageResult, triage_messages, triage_queue
    from queuesmith.operations.worker_status import FunctionStatus, QueueStatus, WorkerStatus

__all__ = [
    "BY_REASON",
    "NOT_JSON",
    "PURGE_DURATION",
    "QUEUE_VARIABLES",
    "ArrivalHistory",
    "DropResult",
    "EditError",
    "Editor",
    "ExportFile",
    "FunctionStatus",
    "Invocation",
    "InvocationResult",
    "LocalFunction",
    "LogEvent",
    "Message",
    "MessageFilter",
    "MessageGroup",
    "MetricHistory",
    "PeekResult",
    "PurgeResult",
    "QueueStatus",
    "RedriveResult",
    "RejectedFile",
    "Release",
    "ReleaseResult",
    "SendResult",
    "ShownMessage",
    "SwitchResult",
    "TriageResult",
    "WorkerStatus",
    "all_of",
    "build_events",
    "check_handler",
    "drop_messages",
    "expression_editor",
    "follow_log",
    "matcher",
    "measurable",
    "parse_event",
    "parse_level",
    "peek_messages",
    "program_editor",
    "purge_queue",
    "read_arrivals",
    "read_export",
    "read_history",
    "read_invocations",
    "read_log",
    "read_status",
    "reason_matcher",
    "redrive_messages",
    "run_handler",
    "send_messages",
    "switch_mapping",
    "switch_worker",
    "triage_messages",
    "triage_queue",
    "where_matcher",
]

__getattr__ = lazy_exports(__name__)  # the commands start without loading boto3
