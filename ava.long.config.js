/** Runs what takes long, compiled: `npm run test:long`. */
export default {
  files: ['dist/test/long/*.test.js'],
  workerThreads: false,
  timeout: '10m',
};
