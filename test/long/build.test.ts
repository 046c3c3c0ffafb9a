import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { temporaryDirectory } from '../helpers/programs.js';

/** The smallest set of sources that can be built. */
const SOURCES = {
  'package.json': '{ "type": "module" }',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      ...{ module: 'nodenext', target: 'es2023', lib: ['es2023'], types: [], strict: true },
      ...{ rootDir: '.', outDir: 'dist' },
    },
    include: ['bin'],
  }),
  'bin/im-server.ts': 'export const version: number = 1;\n',
  'bin/im-client.ts': 'export const version: number = 1;\n',
  'inspector/page/main.tsx': '',
  'inspector/page/stately.ts': '',
  'inspector/page/style.css': '',
};

/** A temporary checkout of these sources, with the real build script. */
async function checkout(t: ExecutionContext): Promise<string> {
  const root = await temporaryDirectory(t);
  for (const [path, source] of Object.entries(SOURCES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), source);
  }
  await mkdir(join(root, 'tools'));
  await cp('tools/build.js', join(root, 'tools/build.js'));
  await symlink(resolve('node_modules'), join(root, 'node_modules'));
  return root;
}

function startBuild(t: ExecutionContext, root: string) {
  const build = spawn(process.execPath, ['tools/build.js'], { cwd: root });
  t.teardown(() => build.kill('SIGKILL'));
  return build;
}

async function runBuild(t: ExecutionContext, root: string) {
  const build = startBuild(t, root);
  const [stderr, [code]] = await Promise.all([text(build.stderr), once(build, 'close')]);
  return { code, stderr };
}

const server = (root: string) => readFile(join(root, 'dist/programs/im-server.js'), 'utf8');

test('a build runs once for the same sources, and again when a source changes', async (t) => {
  const root = await checkout(t);
  t.deepEqual(await runBuild(t, root), { code: 0, stderr: '' });
  const { ino } = await stat(join(root, 'dist'));
  t.deepEqual(await runBuild(t, root), { code: 0, stderr: '' });
  t.is((await stat(join(root, 'dist'))).ino, ino);
  await writeFile(join(root, 'bin/im-server.ts'), 'export const version: number = 2;\n');
  t.deepEqual(await runBuild(t, root), { code: 0, stderr: '' });
  t.regex(await server(root), /version = 2/);
  t.deepEqual(await readdir(join(root, '.build')), []);
});

test('a build that fails reports the error and keeps the previous build', async (t) => {
  const root = await checkout(t);
  await runBuild(t, root);
  await writeFile(join(root, 'bin/im-server.ts'), "export const version: number = 'two';\n");
  const { code, stderr } = await runBuild(t, root);
  t.is(code, 1);
  t.regex(stderr, /bin\/im-server\.ts\(1,14\): error TS2322/);
  t.regex(await server(root), /version = 1/);
  t.deepEqual(await readdir(join(root, '.build')), []);
});

test('two concurrent builds both succeed', async (t) => {
  const root = await checkout(t);
  const results = await Promise.all([runBuild(t, root), runBuild(t, root)]);
  t.deepEqual(results, Array(2).fill({ code: 0, stderr: '' }));
  t.regex(await server(root), /version = 1/);
  t.true(existsSync(join(root, 'dist/page/main.js')));
  t.deepEqual(await readdir(join(root, '.build')), []);
});

test('a build removes the files of an earlier build that was killed', async (t) => {
  const root = await checkout(t);
  const build = startBuild(t, root);
  const built = join(root, '.build', String(build.pid), 'bin');
  while (!existsSync(built)) await setImmediate();
  build.kill('SIGKILL');
  await once(build, 'close');
  t.true(existsSync(built));
  t.deepEqual(await runBuild(t, root), { code: 0, stderr: '' });
  t.deepEqual(await readdir(join(root, '.build')), []);
});
