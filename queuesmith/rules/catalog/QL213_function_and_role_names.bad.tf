resource "aws_lambda_function" "orders" {
  function_name = "orders-of-the-online-shop-in-central-europe-and-of-all-its-partner-shops"
}
