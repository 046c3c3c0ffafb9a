/** Runs the compiled tests that take long: `npm run test:long`. */
export default {
  files: ['dist/test/long/*.test.js'],
  workerThreads: false,
  // On an old Node.js, the programs would print a notice: see bin/node-version.ts.
  environmentVariables: { NODE_NO_WARNINGS: '1' },
  timeout: '10m',
};
