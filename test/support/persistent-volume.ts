/** A volume of 20 GiB for whichever claim asks for one without naming a class: there is no provisioner beside a test's control plane. */
export function persistentVolume(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { capacity: { storage: '20Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/nonexistent' } },
  };
}
