variable "name" {
  type = string
}

variable "queue_arn" {
  type = string
}

variable "deletes" {
  type = bool
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "consume" {
  statement {
    actions   = concat(["sqs:ReceiveMessage", "sqs:GetQueueAttributes"], var.deletes ? ["sqs:DeleteMessage"] : ["sqs:SendMessage"])
    resources = [var.queue_arn]
  }
}

resource "aws_iam_policy" "consume" {
  name   = "${var.name}-consume"
  policy = data.aws_iam_policy_document.consume.json
}

resource "aws_iam_role" "this" {
  name               = var.name
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "consume" {
  role       = aws_iam_role.this.name
  policy_arn = aws_iam_policy.consume.arn
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

output "role_arn" {
  value      = aws_iam_role.this.arn
  depends_on = [aws_iam_role_policy_attachment.consume]
}
