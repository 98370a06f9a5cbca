"""The Lambda runtimes with their end dates, and the environment variables that Lambda reserves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

READ_ON = date(2026, 10, 20)
"""When the table of runtimes was last compared with its sources."""


@dataclass(frozen=True)
class EndDates:
    """The end dates of a runtime."""

    deprecated: date | None
    """From this date on, the runtime gets no security updates."""
    blocked: date | None
    """From this date on, Lambda refuses to create functions with it."""


RUNTIMES = {
    "nodejs": EndDates(date(2016, 8, 30), date(2016, 9, 30)),
    "nodejs4.3": EndDates(date(2020, 3, 5), date(2020, 2, 3)),
    "nodejs4.3-edge": EndDates(date(2020, 3, 5), date(2019, 3, 31)),
    "nodejs6.10": EndDates(date(2019, 8, 12), date(2019, 7, 12)),
    "nodejs8.10": EndDates(date(2020, 3, 6), date(2020, 2, 4)),
    "nodejs10.x": EndDates(date(2021, 7, 30), date(2021, 7, 30)),
    "nodejs12.x": EndDates(date(2023, 3, 31), date(2023, 3, 31)),
    "nodejs14.x": EndDates(date(2023, 12, 4), date(2024, 1, 9)),
    "nodejs16.x": EndDates(date(2024, 6, 12), date(2027, 2, 1)),
    "nodejs18.x": EndDates(date(2025, 9, 1), date(2027, 2, 1)),
    "nodejs20.x": EndDates(date(2026, 4, 30), date(2027, 2, 1)),
    "nodejs22.x": EndDates(date(2027, 4, 30), date(2027, 6, 1)),
    "nodejs24.x": EndDates(date(2028, 4, 30), date(2028, 6, 1)),
    "python2.7": EndDates(date(2021, 7, 15), date(2021, 7, 15)),
    "python3.6": EndDates(date(2022, 7, 18), date(2022, 7, 18)),
    "python3.7": EndDates(date(2023, 12, 4), date(2024, 1, 9)),
    "python3.8": EndDates(date(2024, 10, 14), date(2027, 2, 1)),
    "python3.9": EndDates(date(2025, 12, 15), date(2027, 2, 1)),
    "python3.10": EndDates(date(2026, 10, 31), date(2027, 2, 1)),
    "python3.11": EndDates(date(2027, 6, 30), date(2027, 7, 31)),
    "python3.12": EndDates(date(2028, 10, 31), date(2028, 11, 30)),
    "python3.13": EndDates(date(2029, 6, 30), date(2029, 7, 31)),
    "python3.14": EndDates(date(2029, 6, 30), date(2029, 7, 31)),
    "java8": EndDates(date(2024, 1, 8), date(2024, 2, 8)),
    "java8.al2": EndDates(date(2027, 6, 30), date(2027, 7, 31)),
    "java8.al2023": EndDates(date(2029, 6, 30), None),
    "java11": EndDates(date(2027, 6, 30), date(2027, 7, 31)),
    "java11.al2023": EndDates(date(2029, 6, 30), None),
    "java17": EndDates(date(2027, 6, 30), date(2027, 7, 31)),
    "java17.al2023": EndDates(date(2029, 6, 30), None),
    "java21": EndDates(date(2029, 6, 30), date(2029, 7, 31)),
    "java25": EndDates(date(2029, 6, 30), date(2029, 7, 31)),
    "dotnetcore1.0": EndDates(date(2019, 6, 27), date(2019, 6, 30)),
    "dotnetcore2.0": EndDates(date(2019, 5, 30), date(2019, 4, 30)),
    "dotnetcore2.1": EndDates(date(2022, 1, 5), date(2022, 1, 5)),
    "dotnetcore3.1": EndDates(date(2023, 4, 3), date(2023, 4, 3)),
    "dotnet6": EndDates(date(2024, 12, 20), date(2027, 2, 1)),
    "dotnet8": EndDates(date(2026, 11, 10), date(2027, 2, 1)),
    "dotnet10": EndDates(date(2028, 11, 14), date(2028, 12, 14)),
    "ruby2.5": EndDates(date(2021, 7, 30), date(2021, 7, 30)),
    "ruby2.7": EndDates(date(2023, 12, 7), date(2024, 1, 9)),
    "ruby3.2": EndDates(date(2026, 3, 31), date(2027, 2, 1)),
    "ruby3.3": EndDates(date(2027, 3, 31), date(2027, 4, 30)),
    "ruby3.4": EndDates(date(2028, 3, 31), date(2028, 4, 30)),
    "ruby4.0": EndDates(date(2029, 3, 31), date(2029, 4, 30)),
    "go1.x": EndDates(date(2024, 1, 8), date(2024, 2, 8)),
    "provided": EndDates(date(2024, 1, 8), date(2024, 2, 8)),
    "provided.al2": EndDates(date(2026, 7, 31), date(2027, 2, 1)),
    "provided.al2023": EndDates(date(2029, 6, 30), date(2029, 7, 31)),
}
"""As of `READ_ON`. From cfn-lint's table of that date, compared with endoflife.date: AWS has moved the later dates several
times. The table does not contain runtimes in preview (nodejs26.x, python3.15) or runtimes that exist as images only.
"""

RESERVED_VARIABLES = frozenset(
    {
        "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_MAX_CONCURRENCY", "AWS_LAMBDA_METADATA_API",
        "AWS_LAMBDA_METADATA_TOKEN", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "_HANDLER", "_X_AMZN_TRACE_ID",
    }
)  # fmt: skip
"""Lambda refuses functions that set one of these."""
