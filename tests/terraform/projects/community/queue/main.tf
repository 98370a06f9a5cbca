variable "create" {
  type    = bool
  default = true
}

variable "create_dlq" {
  type    = bool
  default = true
}

variable "name" {
  type    = string
  default = null
}

variable "visibility_timeout_seconds" {
  type    = number
  default = null
}

variable "kms_master_key_id" {
  type    = string
  default = null
}

variable "redrive_policy" {
  type    = any
  default = {}
}

locals {
  name = try(trimsuffix(var.name, ".fifo"), "")
}

resource "aws_sqs_queue" "this" {
  count                      = var.create ? 1 : 0
  name                       = local.name
  visibility_timeout_seconds = var.visibility_timeout_seconds
  kms_master_key_id          = var.kms_master_key_id
  sqs_managed_sse_enabled    = var.kms_master_key_id != null ? null : true
}

resource "aws_sqs_queue" "dlq" {
  count                   = var.create && var.create_dlq ? 1 : 0
  name                    = "${local.name}-dlq"
  sqs_managed_sse_enabled = try(coalesce(null, true), null)
}

resource "aws_sqs_queue_redrive_policy" "dlq" {
  count     = var.create && var.create_dlq ? 1 : 0
  queue_url = aws_sqs_queue.this[0].url
  redrive_policy = jsonencode(merge(
    { deadLetterTargetArn = aws_sqs_queue.dlq[0].arn, maxReceiveCount = 5 },
    var.redrive_policy,
  ))
}

resource "aws_sqs_queue_redrive_allow_policy" "dlq" {
  count     = var.create && var.create_dlq ? 1 : 0
  queue_url = aws_sqs_queue.dlq[0].url
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.this[0].arn]
  })
}

output "queue_arn" {
  value = try(aws_sqs_queue.this[0].arn, null)
}

output "dead_letter_queue_arn" {
  value = try(aws_sqs_queue.dlq[0].arn, null)
}
