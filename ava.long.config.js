/** Runs the compiled tests that take long: `npm run test:long`. */
export default {
  files: ['dist/test/long/*.test.js'],
  workerThreads: false,
  timeout: '10m',
};
