/** Runs the tests as `npm run build` compiled them, on whatever Node.js runs this. */
export default {
  files: ['dist/test/**/*.test.js'],
  workerThreads: false,
  timeout: '2m',
};
