resource "aws_lambda_function" "orders" {
  environment {
    variables = {
      DB_PASSWORD_PARAMETER = "/orders/db-password"
    }
  }
}
