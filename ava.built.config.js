/** Runs the compiled tests in dist/, on the current Node.js: `npm test`. */
export default {
  files: ['dist/test/**/*.test.js', '!dist/test/long/**'],
  workerThreads: false,
  // On an old Node.js, the programs would print a notice: see bin/node-version.ts.
  environmentVariables: { NODE_NO_WARNINGS: '1' },
  // More than the number of processors, because many tests wait for a program or for time to pass.
  concurrency: 4,
  timeout: '2m',
};
