from queuesmith.rules.authoring import Pipeline, Problems, Rule, amount, known, limits, warning

RULE = Rule(
    "QL110",
    "partial batch responses must be enabled",
    limit="`ReportBatchItemFailures` if the batch size is above 1",
    reason="Otherwise one failed message returns the whole batch to the queue, and successful messages are processed twice.",
    remedy='Set function_response_types to ["ReportBatchItemFailures"], and return batchItemFailures from the handler.',
    documentation=limits.SQS_ERRORS,
    severity="warning",
)


def check(pipeline: Pipeline) -> Problems:
    mapping = pipeline.mapping
    size = known(mapping.batch_size)
    if size > 1 and "ReportBatchItemFailures" not in known(mapping.response_types):
        key = mapping.attribute_path("response_types")
        text = f"{key} has no ReportBatchItemFailures: one failed message makes a batch of up to {amount(size)} visible again"
        remedy = f'Set {key} to ["ReportBatchItemFailures"], and return batchItemFailures from the handler'
        yield warning(mapping, "response_types", text, remedy)
