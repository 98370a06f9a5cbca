resource "aws_lambda_function" "orders" {
  function_name = "orders"
  tenancy_config {
    tenant_isolation_mode = "PER_TENANT"
  }
}
