variable "create" {
  type    = bool
  default = true
}

variable "create_role" {
  type    = bool
  default = true
}

variable "function_name" {
  type = string
}

variable "timeout" {
  type = number
}

variable "lambda_role" {
  type    = string
  default = ""
}

variable "logging_log_group" {
  type    = string
  default = null
}

variable "environment_variables" {
  type    = map(string)
  default = {}
}

variable "event_source_mapping" {
  type    = any
  default = {}
}

variable "policy_statements" {
  type    = any
  default = {}
}

locals {
  create = var.create
}

resource "aws_cloudwatch_log_group" "lambda" {
  count             = local.create ? 1 : 0
  name              = coalesce(var.logging_log_group, "/aws/lambda/${var.function_name}")
  retention_in_days = 30
}

resource "aws_iam_role" "lambda" {
  count              = local.create && var.create_role ? 1 : 0
  name               = var.function_name
  assume_role_policy = data.aws_iam_policy_document.assume_role[0].json
}

data "aws_iam_policy_document" "assume_role" {
  count = local.create && var.create_role ? 1 : 0
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "logs" {
  count = local.create && var.create_role ? 1 : 0
  statement {
    actions   = compact(["logs:CreateLogStream", "logs:PutLogEvents"])
    resources = flatten([for _, v in ["%v:*", "%v:*:*"] : format(v, try(aws_cloudwatch_log_group.lambda[0].arn, ""))])
  }
}

data "aws_iam_policy_document" "additional_inline" {
  count = local.create && var.create_role && length(var.policy_statements) > 0 ? 1 : 0
  dynamic "statement" {
    for_each = var.policy_statements
    content {
      effect    = try(statement.value.effect, null)
      actions   = try(statement.value.actions, null)
      resources = try(statement.value.resources, null)
    }
  }
}

resource "aws_iam_role_policy" "logs" {
  count  = local.create && var.create_role ? 1 : 0
  name   = "${var.function_name}-logs"
  role   = aws_iam_role.lambda[0].name
  policy = data.aws_iam_policy_document.logs[0].json
}

resource "aws_iam_role_policy" "additional_inline" {
  count  = local.create && var.create_role && length(var.policy_statements) > 0 ? 1 : 0
  name   = "${var.function_name}-inline"
  role   = aws_iam_role.lambda[0].name
  policy = data.aws_iam_policy_document.additional_inline[0].json
}

resource "aws_lambda_function" "this" {
  count         = local.create ? 1 : 0
  function_name = var.function_name
  role          = var.create_role ? aws_iam_role.lambda[0].arn : var.lambda_role
  runtime       = "python3.13"
  handler       = "main.lambda_handler"
  filename      = "orders.zip"
  timeout       = var.timeout

  dynamic "environment" {
    for_each = length(keys(var.environment_variables)) == 0 ? [] : [true]
    content {
      variables = var.environment_variables
    }
  }

  dynamic "logging_config" {
    for_each = [true]
    content {
      log_group  = try(aws_cloudwatch_log_group.lambda[0].name, null)
      log_format = "Text"
    }
  }

  depends_on = [aws_cloudwatch_log_group.lambda]
}

resource "aws_lambda_event_source_mapping" "this" {
  for_each = { for k, v in var.event_source_mapping : k => v if local.create }

  function_name                      = aws_lambda_function.this[0].arn
  event_source_arn                   = try(each.value.event_source_arn, null)
  batch_size                         = try(each.value.batch_size, null)
  maximum_batching_window_in_seconds = lookup(each.value, "maximum_batching_window_in_seconds", null)
  enabled                            = try(each.value.enabled, true)
  starting_position                  = try(each.value.starting_position, null)
  parallelization_factor             = try(each.value.parallelization_factor, null)
  maximum_retry_attempts             = try(each.value.maximum_retry_attempts, null)
  bisect_batch_on_function_error     = try(each.value.bisect_batch_on_function_error, null)
  topics                             = try(each.value.topics, null)
  queues                             = try(each.value.queues, null)
  function_response_types            = try(each.value.function_response_types, null)

  dynamic "scaling_config" {
    for_each = try([each.value.scaling_config], [])
    content {
      maximum_concurrency = try(scaling_config.value.maximum_concurrency, null)
    }
  }

  dynamic "filter_criteria" {
    for_each = try(each.value.filter_criteria, null) != null ? [true] : []
    content {
      dynamic "filter" {
        for_each = try(flatten([each.value.filter_criteria]), [])
        content {
          pattern = try(filter.value.pattern, null)
        }
      }
    }
  }
}

output "lambda_function_arn" {
  value = try(aws_lambda_function.this[0].arn, "")
}
