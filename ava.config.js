/** Runs the tests from their sources, compiled on the fly: `npx ava FILE`, or `npm run test:source`. */
export default {
  extensions: { ts: 'module' },
  files: ['test/**/*.test.ts', '!test/long/**'],
  nodeArguments: ['--import=tsimp/import'],
  // tsc checks the types. The check of tsimp misjudges ava's default export.
  // On an old Node.js, the programs would print a notice: see bin/node-version.ts. Tests in this process must
  // not write into the home of the person who runs them.
  environmentVariables: { TSIMP_DIAG: 'ignore', NODE_NO_WARNINGS: '1', XDG_DATA_HOME: '/dev/null' },
  workerThreads: false,
  timeout: '2m',
};
