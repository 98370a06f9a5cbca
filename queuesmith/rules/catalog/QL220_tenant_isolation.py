from queuesmith.rules.authoring import Pipeline, Problems, Rule, error, known, limits

RULE = Rule(
    "QL220",
    "a queue's function must not use tenant isolation",
    limit="no tenant isolation mode on the function of an SQS mapping",
    reason="Such a function needs a tenant id in each invocation, and an event source mapping cannot give one.",
    remedy="Let a function without tenant isolation process the queue, and invoke the isolated one with the tenant's id.",
    documentation=limits.TENANT_ISOLATION,
)


def check(pipeline: Pipeline) -> Problems:
    function, mapping = pipeline.function, pipeline.mapping
    if known(function.tenant_isolation):
        text = f"{function.label} has tenant isolation, but {mapping.label} cannot give the tenant's id: Lambda rejects this"
        yield error(function, "tenant_isolation", text)
