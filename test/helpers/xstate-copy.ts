/**
 * Copies of XState, unchanged or altered. They stand for a project that has its own copy of XState, or
 * another version.
 */

import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExecutionContext } from 'ava';
import { build } from 'esbuild';
import type * as Supervision from '../../supervision/supervision-api.js';
import { temporaryDirectory } from './programs.js';

/** A replacement in every source file of a copy. */
export type Alteration = readonly [found: string | RegExp, by: string];

/** The version in a copy's manifest. */
export const COPY_VERSION = '5.99.0';

/** Copies XState into the `node_modules` of a directory. */
async function copyInto(directory: string, alteration?: Alteration): Promise<string> {
  const from = resolve('node_modules/xstate');
  const to = join(directory, 'node_modules/xstate');
  await mkdir(join(to, 'dist'), { recursive: true });
  const manifest = await readFile(join(from, 'package.json'), 'utf8');
  await writeFile(
    join(to, 'package.json'),
    manifest.replace(/"version": "[^"]+"/, `"version": "${COPY_VERSION}"`),
  );
  let isAltered = alteration === undefined;
  for (const file of await readdir(join(from, 'dist'))) {
    if (!/\.cjs\.m?js$/.test(file)) continue;
    const source = await readFile(join(from, 'dist', file), 'utf8');
    const written = alteration === undefined ? source : source.replaceAll(...alteration);
    isAltered ||= written !== source;
    await writeFile(join(to, 'dist', file), written);
  }
  if (!isAltered) throw new Error(`nothing in xstate matches ${alteration}`);
  return to;
}

/** A copy of XState beside the one that the tests and the library use. */
export async function anotherXState(
  t: ExecutionContext,
  alteration?: Alteration,
): Promise<typeof import('xstate')> {
  const copy = await copyInto(await temporaryDirectory(t), alteration);
  return import(pathToFileURL(join(copy, 'dist/xstate.cjs.mjs')).href);
}

/** Loads the supervision library so that it uses an altered copy of XState, and no other. */
export async function libraryWithXState(
  t: ExecutionContext,
  alteration: Alteration,
): Promise<typeof Supervision> {
  const directory = await temporaryDirectory(t);
  await copyInto(directory, alteration);
  await symlink(resolve('node_modules/nanoid'), join(directory, 'node_modules/nanoid'));
  const outfile = join(directory, 'supervision.mjs');
  await build({
    entryPoints: ['supervision/supervision-api.ts'],
    bundle: true,
    external: ['xstate', 'nanoid'],
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
    outfile,
  });
  return import(pathToFileURL(outfile).href);
}
