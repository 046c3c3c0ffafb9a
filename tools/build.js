/**
 * Builds dist/: `npm run build`. It compiles all sources, bundles each program and the inspector's page into
 * one file each, and collects the licences of the bundled packages.
 *
 * A build works in .build/, and replaces dist/ when it is complete. A failed build leaves dist/ unchanged. If
 * dist/ is up to date, the build does nothing; delete dist/ to force a build.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';

const TARGET = 'dist';
/** The directory of running builds. Each build has a subdirectory named after its process id. */
const WORK = '.build';
/** A file in dist/ with the checksum of the sources of the build. */
const STAMP = 'sources.sha256';

const PAGE = 'inspector/page';
const CONFIGURATIONS = ['package.json', 'package-lock.json', 'tsconfig.json', 'tools/build.js'];

const sources = fingerprint();
if (readIfExists(join(TARGET, STAMP)) !== sources) {
  await rebuild().catch((error) => {
    process.stderr.write(`${error.message}\nNothing was built.\n`);
    process.exitCode = 1;
  });
}

async function rebuild() {
  removeAbandoned();
  const output = join(WORK, String(process.pid));
  try {
    compile(output);
    const bundles = await Promise.all([bundlePrograms(output), bundlePage(output)]);
    writeFileSync(join(output, 'THIRD-PARTY-LICENSES'), licencesOf(bundles, output));
    // Without a stamp, the next build compiles again. This is needed if a source changed during this build.
    if (fingerprint() === sources) writeFileSync(join(output, STAMP), sources);
    replaceTarget(output);
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/** Computes a checksum of all files that a build depends on. */
function fingerprint() {
  const { include } = JSON.parse(readFileSync('tsconfig.json', 'utf8'));
  const hash = createHash('sha256');
  for (const path of [...CONFIGURATIONS, ...[...include, PAGE].flatMap(filesIn)]) {
    hash.update(`${path}\n${readIfExists(path)}\n`);
  }
  return hash.digest('hex');
}

function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((file) => join(file.parentPath, file.name)).sort();
}

function readIfExists(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/**
 * Compiles as tsc does, but writes to another directory. The configured output must stay dist/: only then
 * does the compiler resolve the examples' imports of this package to its sources. The compiler runs in this
 * process, so a signal leaves no compiler running.
 */
function compile(output) {
  const system = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic) => refuse([diagnostic]) };
  const { fileNames, options } = ts.getParsedCommandLineOfConfigFile('tsconfig.json', {}, system);
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram(fileNames, options, host);
  const { diagnostics } = program.emit(undefined, (path, text) =>
    host.writeFile(join(output, relative(TARGET, path)), text),
  );
  refuse([...ts.getPreEmitDiagnostics(program), ...diagnostics]);
}

/** Throws if the compiler reported anything. */
function refuse(diagnostics) {
  if (diagnostics.length === 0) return;
  const host = { ...ts.sys, getCanonicalFileName: (name) => name, getNewLine: () => '\n' };
  const format = process.stderr.isTTY ? ts.formatDiagnosticsWithColorAndContext : ts.formatDiagnostics;
  throw new Error(format(diagnostics, { ...host, getCurrentDirectory: () => process.cwd() }).trimEnd());
}

/**
 * Bundles each program into one file. A bundle starts faster, and a running program needs no file that a
 * build may replace.
 */
function bundlePrograms(output) {
  return build({
    ...bundling(output),
    entryPoints: ['im-server', 'im-client'].map((name) => join('bin', `${name}.js`)),
    outdir: 'programs',
    platform: 'node',
    target: 'node20.19',
    // An optional package, which the server loads only for a directory in PostgreSQL.
    external: ['pg'],
    // Bundled CommonJS packages call require(), which ES modules do not have.
    banner: {
      js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);",
    },
  });
}

function bundlePage(output) {
  return build({
    ...bundling(output),
    entryPoints: ['main.tsx', 'stately.ts', 'style.css'].map((name) => resolve(PAGE, name)),
    outdir: 'page',
    minify: true,
    target: 'es2022',
  });
}

/** The options of both bundles. The same sources give the same bytes in every checkout. */
function bundling(output) {
  return {
    // A bundle names its sources relative to this directory, whose own name differs from build to build.
    absWorkingDir: resolve(output),
    preserveSymlinks: true,
    bundle: true,
    format: 'esm',
    logLevel: 'warning',
    metafile: true,
  };
}

/** Formats the name, version and licence of each package that has a file in a bundle. */
function licencesOf(bundles, output) {
  const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const paths = inputs.map((path) => relative('', join(output, path)));
  const folders = new Set(paths.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  const entries = new Map([...folders].map(licenceIn));
  return [...entries.keys()]
    .sort()
    .map((title) => `${title}\n\n${entries.get(title)}`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function licenceIn(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
  if (texts.length === 0) throw new Error(`${name} has no licence text: bundle another package`);
  const text = texts.map((file) => `${readFileSync(join(folder, file), 'utf8').trim()}\n`).join('\n');
  return [`${name} ${version} (${license})`, text];
}

/** Replaces dist/ by a complete build, even if another build does the same at the same time. */
function replaceTarget(output) {
  const old = `${output}-old`;
  for (let replaced = false; !replaced; ) {
    try {
      if (existsSync(TARGET)) renameSync(TARGET, old);
      renameSync(output, TARGET);
      replaced = true;
    } catch (error) {
      // Another build changed dist/ between the check and the renames.
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    }
    rmSync(old, { recursive: true, force: true });
  }
}

/** Removes the directories of builds that were killed. */
function removeAbandoned() {
  mkdirSync(WORK, { recursive: true });
  for (const name of readdirSync(WORK)) {
    if (!isRunning(Number.parseInt(name, 10))) rmSync(join(WORK, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
