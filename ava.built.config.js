/** Runs the tests as `npm run build` compiled them, on the Node.js that runs this: `npm test`. */
export default {
  files: ['dist/test/**/*.test.js', '!dist/test/long/**'],
  workerThreads: false,
  // More than processors: many files wait, for a program or for time to pass.
  concurrency: 4,
  timeout: '2m',
};
