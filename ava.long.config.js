/** Runs the compiled tests that take long: `npm run test:long`. */
export default {
  files: ['dist/test/long/*.test.js'],
  workerThreads: false,
  // On an old Node.js, the programs would print a notice: see bin/node-version.ts. Tests in this process must
  // not write into the home of the person who runs them.
  environmentVariables: { NODE_NO_WARNINGS: '1', XDG_DATA_HOME: '/dev/null' },
  timeout: '10m',
};
