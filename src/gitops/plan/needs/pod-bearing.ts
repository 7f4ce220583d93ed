import { type KubeObject, parseApiVersion } from '../../../api/object.ts';
import { type Found, select } from './field.ts';

/** Where the built-in kinds that start pods have the pod's spec. Jobs that hooks are made of are Jobs. */
const podSpecs: Readonly<Record<string, string>> = {
  '/Pod': 'spec',
  '/PodTemplate': 'template.spec',
  '/ReplicationController': 'spec.template.spec',
  'apps/ReplicaSet': 'spec.template.spec',
  'apps/Deployment': 'spec.template.spec',
  'apps/StatefulSet': 'spec.template.spec',
  'apps/DaemonSet': 'spec.template.spec',
  'batch/Job': 'spec.template.spec',
  'batch/CronJob': 'spec.jobTemplate.spec.template.spec',
};

/** The pod specs inside an object of a built-in kind. */
export function podSpecsOf(object: KubeObject): readonly Found[] {
  const path = podSpecs[`${parseApiVersion(object.apiVersion).group}/${object.kind}`];
  return path === undefined ? [] : select(object, path);
}
