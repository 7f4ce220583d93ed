// loaded on the first connection only: importing CommonJS statically from here keeps its names in a bundle
export { SecretManagerServiceClient } from '@google-cloud/secret-manager/build/src/v1/index.js';
export { credentials } from '@grpc/grpc-js';
