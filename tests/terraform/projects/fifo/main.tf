# Two FIFO workers with `count`. Their faults exist only on FIFO queues.
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "topics" {
  type    = list(string)
  default = ["mails", "orders"]
}

resource "aws_sqs_queue" "work" {
  count                       = length(var.topics)
  name                        = "${var.topics[count.index]}.fifo"
  fifo_queue                  = true
  content_based_deduplication = true
  deduplication_scope         = "queue"
  fifo_throughput_limit       = "perMessageGroupId"
  visibility_timeout_seconds  = 90
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[count.index].arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "dead" {
  count      = 2
  name       = "${element(var.topics, count.index)}-dlq${count.index == 0 ? ".fifo" : ""}"
  fifo_queue = count.index == 0
}

resource "aws_iam_role" "worker" {
  name_prefix        = "worker-"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }] })
}

resource "aws_iam_role_policy_attachment" "worker" {
  role       = aws_iam_role.worker.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
}

resource "aws_lambda_function" "worker" {
  count         = 2
  function_name = "worker-${count.index}"
  role          = aws_iam_role.worker.arn
  runtime       = "python3.13"
  handler       = "main.lambda_handler"
  filename      = "orders.zip"
  timeout       = 15
  depends_on    = [aws_iam_role_policy_attachment.worker]
}

resource "aws_lambda_event_source_mapping" "worker" {
  count                              = 2
  event_source_arn                   = aws_sqs_queue.work[count.index].arn
  function_name                      = aws_lambda_function.worker[count.index].function_name
  batch_size                         = 11
  maximum_batching_window_in_seconds = count.index
  function_response_types            = ["ReportBatchItemFailures"]
}
