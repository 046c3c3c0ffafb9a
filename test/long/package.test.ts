import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import anyTest, { type ExecutionContext } from 'ava';
import { isInstalled } from '../helpers/installed.js';
import { startRegistry } from '../helpers/local-registry.js';
import { emptyEnvironment, Program, temporaryDirectory } from '../helpers/programs.js';

const test = anyTest.serial;

// Programs run asynchronously, because ava could not end a blocked process.
const run = promisify(execFile);

/** Packs a checkout. Returns the path of the tarball. */
async function pack(t: ExecutionContext, checkout: string, umask: string): Promise<string> {
  const target = await temporaryDirectory(t);
  const command = `umask ${umask} && exec npm pack --pack-destination "$0"`;
  await run('sh', ['-c', command, target], { cwd: checkout });
  const [name = ''] = await readdir(target);
  return join(target, name);
}

/** Copies the sources of this checkout, without its build, to another directory. */
async function copyCheckout(t: ExecutionContext): Promise<string> {
  const copy = join(await temporaryDirectory(t), 'a path with spaces');
  await mkdir(copy);
  const list = 'git ls-files -z --cached --others --exclude-standard';
  const files = `${list} | xargs -0 sh -c 'for file; do [ ! -e "$file" ] || printf "%s\\0" "$file"; done' sh`;
  await run('sh', ['-c', `umask 077 && ${files} | tar -c --null -T - | tar -x -C "$0"`, copy]);
  await symlink(resolve('node_modules'), join(copy, 'node_modules'));
  return copy;
}

test('two checkouts of the same sources give the same package, byte by byte', async (t) => {
  const here = await readFile(await pack(t, '.', '022'));
  const there = await readFile(await pack(t, await copyCheckout(t), '077'));
  t.true(here.equals(there));
});

test('the manifest of the package has no script that npm runs when the package is installed', async (t) => {
  const { stdout } = await run('tar', ['-xzOf', await pack(t, '.', '022'), 'package/package.json']);
  const { scripts } = JSON.parse(stdout) as { scripts: object };
  const installing = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare'];
  t.deepEqual(
    Object.keys(scripts).filter((name) => installing.includes(name)),
    [],
  );
});

test('npm install -g gives programs, man pages and completions that work', async (t) => {
  if (!isInstalled(t, 'man')) return;
  const prefix = await temporaryDirectory(t);
  const tarball = await pack(t, '.', '022');
  const environment = emptyEnvironment(t);
  const env = { ...environment, PATH: `${join(prefix, 'bin')}:${environment['PATH']}` };
  const registry = await startRegistry(t);
  await run('npm', ['install', '-g', '--prefix', prefix, '--registry', registry, tarball], { env });

  const server = new Program(
    t,
    { name: 'im-server', path: join(prefix, 'bin/im-server'), environment: env },
    ...['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0'],
    ...['--data', join(await temporaryDirectory(t), 'data')],
  );
  const [, port = ''] = await server.expect(/^im-server ready tcp=\S+:(\d+)/);
  const registered = await run('im-client', ['register', 'alice', '--tcp-port', port], { env });
  t.is(registered.stdout, '200 OK\n');

  for (const name of ['im-server', 'im-client']) {
    const { stdout: path } = await run('man', ['-w', name], { env });
    t.is(path.trim(), await realpath(join(prefix, `share/man/man1/${name}.1`)));
    t.regex((await run('man', [name], { env: { ...env, MANPAGER: 'cat' } })).stdout, /SYNOPSIS/i);
    const ask = `source <(${name} completion bash) && complete -p ${name}`;
    t.regex((await run('bash', ['-c', ask], { env })).stdout, new RegExp(`-F \\S+ ${name}`));
  }

  const program = join(await temporaryDirectory(t), 'bot.mjs');
  await mkdir(join(program, '../node_modules'));
  await symlink(join(prefix, 'lib/node_modules/buddyline'), join(program, '../node_modules/buddyline'));
  await writeFile(program, "import { createClient } from 'buddyline'; console.log(typeof createClient);");
  t.is((await run('node', [program])).stdout, 'function\n');
  const licences = join(prefix, 'lib/node_modules/buddyline/dist/THIRD-PARTY-LICENSES');
  t.regex(await readFile(licences, 'utf8'), /^preact \S+ \(MIT\)$/m);
});
