variable "name" {
  type = string
}

variable "timeout" {
  type = number
}

variable "visibility" {
  type    = number
  default = null
}

variable "batch_size" {
  type    = number
  default = 10
}

variable "window" {
  type    = number
  default = null
}

variable "dlq_arn" {
  type = string
}

resource "aws_sqs_queue" "this" {
  name                       = var.name
  visibility_timeout_seconds = var.visibility
  redrive_policy = jsonencode({
    deadLetterTargetArn = var.dlq_arn
    maxReceiveCount     = 5
  })
}

data "aws_iam_policy_document" "tls" {
  statement {
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.this.arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.url
  policy    = data.aws_iam_policy_document.tls.json
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = 14
}

module "permissions" {
  source    = "./permissions"
  name      = var.name
  queue_arn = aws_sqs_queue.this.arn
  deletes   = var.name == "good"
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  role          = module.permissions.role_arn
  runtime       = "python3.13"
  handler       = "main.lambda_handler"
  filename      = "orders.zip"
  timeout       = var.timeout
  publish       = true

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this.name
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

resource "aws_lambda_event_source_mapping" "this" {
  event_source_arn                   = aws_sqs_queue.this.arn
  function_name                      = aws_lambda_alias.live.arn
  batch_size                         = var.batch_size
  maximum_batching_window_in_seconds = var.window
  function_response_types            = ["ReportBatchItemFailures"]
}

output "queue" {
  value = aws_sqs_queue.this
}

output "function_name" {
  value = aws_lambda_function.this.function_name
}
