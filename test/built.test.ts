import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { build } from 'esbuild';
import { temporaryDirectory } from './helpers/programs.js';

/** The names of the packages that contain the given files. */
function packagesIn(paths: readonly string[]): string[] {
  return paths.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
}

test('THIRD-PARTY-LICENSES lists each bundled package with its version and licence', async (t) => {
  const page = await build({
    entryPoints: ['inspector/page/main.tsx', 'inspector/page/stately.ts'],
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'dist/page',
  });
  const paths = Object.keys(page.metafile.inputs);
  for (const program of ['im-server', 'im-client']) {
    // In a bundle that is not minified, esbuild marks each part with its source file.
    const bundle = await readFile(`dist/programs/${program}.js`, 'utf8');
    paths.push(...bundle.split('\n').filter((line) => line.startsWith('// ')));
  }
  const bundled = new Set(packagesIn(paths));
  for (const name of ['commander', 'enquirer', 'pino', 'xstate', 'preact']) t.true(bundled.has(name), name);
  const named = (await readFile('dist/THIRD-PARTY-LICENSES', 'utf8')).matchAll(
    /^(\S+) \d+\.\d+\.\d+ \(\S+\)$/gm,
  );
  t.deepEqual([...new Set([...named].map(([, name]) => name))].sort(), [...bundled].sort());
});

for (const name of ['im-client', 'im-server']) {
  test(`${name} in an unbuilt checkout prints the build command`, async (t) => {
    const checkout = await temporaryDirectory(t);
    await cp('package.json', join(checkout, 'package.json'));
    await mkdir(join(checkout, 'bin'));
    await cp(join('bin', name), join(checkout, 'bin', name));
    const program = spawn(process.execPath, [join(checkout, 'bin', name), '--version']);
    const [stdout, stderr, [code]] = await Promise.all([
      text(program.stdout),
      text(program.stderr),
      once(program, 'exit'),
    ]);
    t.is(code, 1);
    t.is(stdout, '');
    t.is(stderr, `${name}: not built yet: run npm run build\n`);
  });
}
