/*
 * What is used of client-node, by name: a bundler then leaves out the rest, which is fifteen megabytes of generated models.
 * This file is loaded dynamically, when a cluster is opened, and by nobody else.
 */
export { KubeConfig } from '@kubernetes/client-node';
