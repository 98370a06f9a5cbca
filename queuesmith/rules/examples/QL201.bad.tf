resource "aws_lambda_function" "orders" {
  timeout     = 1200
  memory_size = 256
}
