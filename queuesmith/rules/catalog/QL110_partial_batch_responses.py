from queuesmith.rules.authoring import WARNS, Pipeline, Problems, Rule, amount, known, limits, warning

RULE = Rule(
    "QL110",
    "partial batch responses are on",
    limit="`ReportBatchItemFailures` where the batch size is above 1",
    reason="Otherwise one failing message makes the whole batch visible again, and what succeeded is worked twice.",
    remedy='Set function_response_types to ["ReportBatchItemFailures"], and answer with batchItemFailures.',
    source=limits.SQS_ERRORS,
    severities=WARNS,
)


def check(pipeline: Pipeline) -> Problems:
    mapping = pipeline.mapping
    size = known(mapping.batch_size)
    if size > 1 and "ReportBatchItemFailures" not in known(mapping.response_types):
        key = mapping.attribute_path("response_types")
        text = f"{key} has no ReportBatchItemFailures: one failure repeats the whole batch of up to {amount(size)}"
        remedy = f'Set {key} to ["ReportBatchItemFailures"], and let the handler answer with batchItemFailures'
        yield warning(mapping, "response_types", text, remedy)
