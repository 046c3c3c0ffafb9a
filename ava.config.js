/**
 * Runs the tests as they are written, compiled on the fly: `npx ava FILE`, and `npm run test:source` for all.
 */
export default {
  extensions: { ts: 'module' },
  files: ['test/**/*.test.ts', '!test/long/**'],
  nodeArguments: ['--import=tsimp/import'],
  // Types are checked by tsc; tsimp's own check misjudges ava's default export.
  environmentVariables: { TSIMP_DIAG: 'ignore' },
  workerThreads: false,
  timeout: '2m',
};
