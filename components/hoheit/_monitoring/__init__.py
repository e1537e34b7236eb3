"""What MonitoringStack knows: configuration, rules, dashboards, pods, network rules, register."""
