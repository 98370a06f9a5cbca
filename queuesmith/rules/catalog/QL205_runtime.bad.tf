resource "aws_lambda_function" "orders" {
  runtime = "python3.8"
}
