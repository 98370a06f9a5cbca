# A change of its own, before `removed`: also move the settings of the key "orders" from for_each of the module "worker" to a block module "worker_orders".
moved {
  from = module.worker["orders"]
  to   = module.worker_orders
}
