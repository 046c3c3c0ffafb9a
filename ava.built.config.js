/** Runs the tests as `npm run build` compiled them, on the Node.js that runs this: `npm test`. */
export default {
  files: ['dist/test/**/*.test.js', '!dist/test/long/**'],
  workerThreads: false,
  timeout: '2m',
};
