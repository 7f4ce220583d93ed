apiVersion: v1
kind: ConfigMap
metadata:
  name: a-tpl-without-underscore
data:
  a: b
