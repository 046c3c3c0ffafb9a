import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import test from 'ava';
import { temporaryDirectory } from './helpers/programs.js';

/** Each row: a file, an import in it, and the rule that this import breaks, if any. */
const SEEDS: readonly (readonly [file: string, imported: string, rule?: string])[] = [
  ['protocol/a.ts', './id.js'],
  ['protocol/b.ts', 'node:net', 'noRestrictedImports'],
  ['protocol/c.ts', 'xstate', 'noRestrictedImports'],
  ['protocol/d.ts', '../machines/server/connection.js', 'noRestrictedImports'],
  ['machines/a.ts', 'xstate'],
  ['machines/server/b.ts', '../../protocol/id.js'],
  ['machines/server/c.ts', 'node:net', 'noRestrictedImports'],
  ['machines/server/d.ts', '../../storage/store.js', 'noRestrictedImports'],
  ['machines/server/e.ts', '../client/client.js', 'noRestrictedImports'],
  ['machines/client/f.ts', '../../actors/log.js', 'noRestrictedImports'],
  ['storage/a.ts', 'node:fs/promises'],
  ['storage/b.ts', '../protocol/id.js'],
  ['storage/c.ts', 'xstate', 'noRestrictedImports'],
  ['storage/d.ts', '../actors/log.js', 'noRestrictedImports'],
  ['storage/format/a.ts', '../files/lines.js'],
  ['storage/format/b.ts', '../../protocol/id.js'],
  ['storage/format/c.ts', '../../actors/log.js', 'noRestrictedImports'],
  ['storage/postgres/a.ts', 'pg'],
  ['storage/postgres/b.ts', '../tables/user-table.js'],
  ['storage/postgres/c.ts', '../files/disk.js', 'noRestrictedImports'],
  ['storage/postgres/d.ts', '../text/text-store.js', 'noRestrictedImports'],
  ['storage/text/a.ts', 'pg', 'noRestrictedImports'],
  ['keys/a.ts', 'node:tls'],
  ['keys/b.ts', '../protocol/id.js'],
  ['keys/c.ts', '@scure/bip39'],
  ['keys/d.ts', '@scure/bip39/wordlists/english.js'],
  ['keys/e.ts', '../storage/store.js', 'noRestrictedImports'],
  ['keys/f.ts', '../actors/log.js', 'noRestrictedImports'],
  ['keys/g.ts', '@noble/hashes', 'noRestrictedImports'],
  ['protocol/e.ts', '../keys/identity.js', 'noRestrictedImports'],
  ['machines/client/g.ts', '../../keys/identity.js', 'noRestrictedImports'],
  ['storage/e.ts', '../keys/identity.js', 'noRestrictedImports'],
  ['terminal/d.ts', '../keys/identity.js', 'noRestrictedImports'],
  ['inspector/server/e.ts', '../../keys/identity.js', 'noRestrictedImports'],
  ['actors/server/g.ts', '../../keys/tls.js'],
  ['user-files/d.ts', '../keys/identity.js'],
  ['user-files/a.ts', '../storage/files/lines.js'],
  ['user-files/b.ts', '../storage/text/text-store.js', 'noRestrictedImports'],
  ['user-files/c.ts', '../actors/log.js', 'noRestrictedImports'],
  ['terminal/a.ts', '../machines/client/events.js'],
  ['terminal/b.ts', '../actors/log.js', 'noRestrictedImports'],
  ['terminal/c.ts', '../supervision/mailbox.js', 'noRestrictedImports'],
  ['inspector/server/a.ts', '../../supervision/lifecycle.js'],
  ['inspector/server/b.ts', '../../actors/client/tree.js', 'noRestrictedImports'],
  ['inspector/server/c.ts', '../../storage/store.js', 'noRestrictedImports'],
  ['actors/server/a.ts', '../../machines/server/connection.js'],
  ['actors/server/b.ts', '../../storage/store.js'],
  ['actors/server/c.ts', '../../storage/text/text-store.js', 'noRestrictedImports'],
  ['actors/client/keyring.ts', '../../user-files/key-file.js'],
  ['actors/client/server-identification.ts', '../../storage/text/text-store.js', 'noRestrictedImports'],
  ['actors/client/a.ts', '../../user-files/key-file.js', 'noRestrictedImports'],
  ['actors/server/d.ts', '../../bin/logger.js', 'noRestrictedImports'],
  ['supervision/a.ts', 'xstate'],
  ['supervision/f.ts', 'node:module', 'noRestrictedImports'],
  ['supervision/xstate-internals.ts', 'node:module'],
  ['supervision/b.ts', '../actors/server/store.js', 'noRestrictedImports'],
  ['supervision/c.ts', '../protocol/id.js', 'noRestrictedImports'],
  ['bin/a.ts', '../storage/text/text-store.js'],
  ['inspector/page/a.ts', 'preact/hooks'],
  ['inspector/page/b.ts', '../server/frame.js'],
  ['inspector/page/c.ts', '../../actors/log.js', 'noRestrictedImports'],
  ['inspector/page/d.ts', 'node:net', 'noRestrictedImports'],
  ['inspector/page/e.ts', '../../protocol/id.js', 'noRestrictedImports'],
  ['machines/x.ts', './y.js', 'noImportCycles'],
  ['machines/y.ts', './x.js', 'noImportCycles'],
];

/**
 * Each row: a file that looks up an address, and the rule that the look-up breaks, if any. An actor must get
 * the addresses of its neighbours as input.
 */
const LOOK_UPS: readonly (readonly [file: string, rule?: string])[] = [
  ['actors/server/server-tree.ts'],
  ['actors/client/client-tree.ts'],
  ['actors/client/core.ts'],
  ['actors/client/create-client.ts'],
  ['actors/server/presence.ts', 'noRestrictedImports'],
  ['actors/client/heartbeat.ts', 'noRestrictedImports'],
  ['actors/look-up.ts', 'noRestrictedImports'],
  ['inspector/server/look-up.ts'],
  ['bench/look-up.ts'],
];

/** Each row: a file, a clock that it uses in place of the scope's, and the rule that this breaks, if any. */
const CLOCKS: readonly (readonly [file: string, clock: string, rule?: string])[] = [
  ['actors/server/e.ts', 'performance.now', 'noRestrictedGlobals'],
  ['actors/server/f.ts', 'Date.now', 'noRestrictedGlobals'],
  ['actors/client/g.ts', 'setTimeout', 'noRestrictedGlobals'],
  ['actors/client/h.ts', 'setInterval', 'noRestrictedGlobals'],
  ['supervision/d.ts', 'performance.now', 'noRestrictedGlobals'],
  ['supervision/e.ts', 'setImmediate'],
  ['inspector/server/d.ts', 'Date.now', 'noRestrictedGlobals'],
  ['inspector/server/watch.ts', 'Date.now'],
  ['inspector/server/recorder.ts', 'performance.now', 'noRestrictedGlobals'],
  ['bench/a.ts', 'performance.now'],
];

function sourceThatImports(imported: string): string {
  return `import type { Thing } from '${imported}';\n\nexport type Other = Thing;\n`;
}

/** Every seed: a file, its source, and the rule that it breaks, if any. */
const SEEDED: readonly (readonly [file: string, source: string, rule: string | undefined])[] = [
  ...SEEDS.map(([file, imported, rule]) => [file, sourceThatImports(imported), rule] as const),
  ...LOOK_UPS.map(([file, rule]) => {
    const mailbox = relative(dirname(file), 'supervision/mailbox.js');
    return [
      file,
      `import { addressOf } from '${mailbox}';\n\nexport const found = addressOf;\n`,
      rule,
    ] as const;
  }),
  ...CLOCKS.map(([file, clock, rule]) => [file, `export const clock = ${clock};\n`, rule] as const),
];

test('the linter reports every forbidden import and clock, and no other', async (t) => {
  const directory = await temporaryDirectory(t);
  await copyFile('biome.json', join(directory, 'biome.json'));
  for (const [file, source] of SEEDED) {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await writeFile(join(directory, file), source);
  }
  const biome = resolve('node_modules/.bin/biome');
  const args = ['lint', '--vcs-enabled=false', '--max-diagnostics=none', '--colors=off', '.'];
  const report = await new Promise<string>((done) => {
    execFile(biome, args, { cwd: directory }, (_error, stdout, stderr) => done(stdout + stderr));
  });
  for (const [file, source, rule] of SEEDED) {
    const [, found] = report.match(new RegExp(`^${file}:\\d+:\\d+ lint/\\w+/(\\w+)`, 'm')) ?? [];
    t.is(found, rule, `${file}: ${source}`);
  }
});

test('a machine never imports another machine', async (t) => {
  const files = (await readdir('machines', { recursive: true })).filter((file) => file.endsWith('.ts'));
  const sources = new Map<string, string>();
  for (const file of files) sources.set(file, await readFile(join('machines', file), 'utf8'));
  const machines = files.filter((file) => sources.get(file)?.includes('createMachine('));
  t.true(machines.length >= 3);
  for (const file of files) {
    const imports = [...(sources.get(file) ?? '').matchAll(/from '(\.[^']+)'/g)].map(([, path]) =>
      join(dirname(file), path ?? '').replace(/\.js$/, '.ts'),
    );
    for (const imported of imports) t.false(machines.includes(imported), `${file} imports ${imported}`);
  }
});
