resource "aws_lambda_event_source_mapping" "orders" {
  filter_criteria {
    filter {
      pattern = jsonencode({ body = { status = ["paid"] } })
    }
  }
}
