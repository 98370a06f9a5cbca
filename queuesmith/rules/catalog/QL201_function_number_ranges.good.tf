resource "aws_lambda_function" "orders" {
  timeout     = 30
  memory_size = 256
}
