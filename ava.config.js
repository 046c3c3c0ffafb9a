/** Runs the tests from their sources, compiled on the fly: `npx ava FILE`, or `npm run test:source`. */
export default {
  extensions: { ts: 'module' },
  files: ['test/**/*.test.ts', '!test/long/**'],
  nodeArguments: ['--import=tsimp/import'],
  // tsc checks the types. The check of tsimp misjudges ava's default export.
  environmentVariables: { TSIMP_DIAG: 'ignore' },
  workerThreads: false,
  timeout: '2m',
};
