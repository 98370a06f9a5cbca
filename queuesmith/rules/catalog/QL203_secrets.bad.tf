resource "aws_lambda_function" "orders" {
  environment {
    variables = {
      DB_PASSWORD = "correct horse battery staple"
    }
  }
}
