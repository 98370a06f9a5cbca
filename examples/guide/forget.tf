# In the old configuration, in place of the module block. The queue and its DLQ are not deleted.
removed {
  from = module.jobs_queue
  lifecycle {
    destroy = false
  }
}
