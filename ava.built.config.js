/** Runs the compiled tests in dist/, on the current Node.js: `npm test`. */
export default {
  files: ['dist/test/**/*.test.js', '!dist/test/long/**'],
  workerThreads: false,
  // On an old Node.js, the programs would print a notice: see bin/node-version.ts. Tests in this process must
  // not write into the home of the person who runs them.
  environmentVariables: { NODE_NO_WARNINGS: '1', XDG_DATA_HOME: '/dev/null' },
  // More than the number of processors, because many tests wait for a program or for time to pass.
  concurrency: 4,
  timeout: '2m',
};
