resource "aws_lambda_event_source_mapping" "orders" {
  filter_criteria {
    filter {
      pattern = jsonencode({ body = { status = ["paid"] } })
    }
  }
}

resource "aws_sqs_queue" "audit" {
  name = "audit"
}

resource "aws_lambda_event_source_mapping" "audit" {
  event_source_arn        = aws_sqs_queue.audit.arn
  function_name           = "arn:aws:lambda:eu-central-1:111111111111:function:audit"
  function_response_types = ["ReportBatchItemFailures"]
}
