/** Runs the compiled tests in dist/, on the current Node.js: `npm test`. */
export default {
  files: ['dist/test/**/*.test.js', '!dist/test/long/**'],
  workerThreads: false,
  // More than the number of processors, because many tests wait for a program or for time to pass.
  concurrency: 4,
  timeout: '2m',
};
