resource "aws_lambda_function" "orders" {
  dead_letter_config {
    target_arn = "arn:aws:sqs:eu-central-1:111111111111:orders-dlq"
  }
}
