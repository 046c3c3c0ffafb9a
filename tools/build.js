/**
 * Builds dist/: `npm run build`. It compiles everything, bundles each program and the inspector's page into
 * one file each, and writes down the licences of what is bundled.
 *
 * The build happens aside, in .build/, and takes the place of dist/ when it is complete. A build that fails
 * leaves dist/ as it was. Nothing is done while dist/ is up to date; delete it to build all the same.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';

const TARGET = 'dist';
/** Where builds are under way, each in a folder that has its process's id as its name. */
const ASIDE = '.build';
/** A file in dist/: the checksum of the sources that it was built from. */
const STAMP = 'sources.sha256';

const PAGE = 'inspector/page';
const CONFIGURATIONS = ['package.json', 'package-lock.json', 'tsconfig.json', 'tools/build.js'];

const sources = fingerprint();
if (readIfThere(join(TARGET, STAMP)) !== sources) {
  await renew().catch((error) => {
    process.stderr.write(`${error.message}\nNothing was built.\n`);
    process.exitCode = 1;
  });
}

async function renew() {
  removeAbandoned();
  const aside = join(ASIDE, String(process.pid));
  try {
    compile(aside);
    const bundles = await Promise.all([bundlePrograms(aside), bundlePage(aside)]);
    writeFileSync(join(aside, 'THIRD-PARTY-LICENSES'), licencesOf(bundles));
    // Sources that changed meanwhile may be in it or not: the next build compiles them again.
    if (fingerprint() === sources) writeFileSync(join(aside, STAMP), sources);
    replaceTarget(aside);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** A checksum of all that a build depends on. */
function fingerprint() {
  const { include } = JSON.parse(readFileSync('tsconfig.json', 'utf8'));
  const hash = createHash('sha256');
  for (const path of [...CONFIGURATIONS, ...[...include, PAGE].flatMap(filesIn)]) {
    hash.update(`${path}\n${readIfThere(path)}\n`);
  }
  return hash.digest('hex');
}

function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((file) => join(file.parentPath, file.name)).sort();
}

function readIfThere(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/**
 * Compiles as tsc does, but writes to another folder: the compiler finds the sources of what the examples
 * import as a package only where dist/ is the output. In this process: a signal that ends it leaves no
 * compiler behind.
 */
function compile(aside) {
  const system = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic) => refuse([diagnostic]) };
  const { fileNames, options } = ts.getParsedCommandLineOfConfigFile('tsconfig.json', {}, system);
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram(fileNames, options, host);
  const { diagnostics } = program.emit(undefined, (path, text) =>
    host.writeFile(join(aside, relative(TARGET, path)), text),
  );
  refuse([...ts.getPreEmitDiagnostics(program), ...diagnostics]);
}

/** Ends the build where the compiler complains. */
function refuse(diagnostics) {
  if (diagnostics.length === 0) return;
  const host = { ...ts.sys, getCanonicalFileName: (name) => name, getNewLine: () => '\n' };
  const format = process.stderr.isTTY ? ts.formatDiagnosticsWithColorAndContext : ts.formatDiagnostics;
  throw new Error(format(diagnostics, { ...host, getCurrentDirectory: () => process.cwd() }).trimEnd());
}

/**
 * One file for each program: it starts sooner, and while it runs it needs no file that another build
 * replaces.
 */
function bundlePrograms(aside) {
  return build({
    entryPoints: ['im-server', 'im-client'].map((name) => join(aside, 'bin', `${name}.js`)),
    outdir: join(aside, 'programs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'warning',
    metafile: true,
    // CommonJS packages call require(), which ES modules do not have.
    banner: {
      js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);",
    },
  });
}

function bundlePage(aside) {
  return build({
    entryPoints: ['main.tsx', 'stately.ts', 'style.css'].map((name) => join(PAGE, name)),
    outdir: join(aside, 'page'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
    metafile: true,
  });
}

/** Name, version and licence of each package that has a file in a bundle. */
function licencesOf(bundles) {
  const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
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

/** Puts a complete build in the place of dist/, also where another build does so at the same time. */
function replaceTarget(aside) {
  const old = `${aside}-old`;
  for (let replaced = false; !replaced; ) {
    try {
      if (existsSync(TARGET)) renameSync(TARGET, old);
      renameSync(aside, TARGET);
      replaced = true;
    } catch (error) {
      // The other build was between these two calls, or is.
      if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    }
    rmSync(old, { recursive: true, force: true });
  }
}

/** Removes what builds left that were killed. */
function removeAbandoned() {
  mkdirSync(ASIDE, { recursive: true });
  for (const name of readdirSync(ASIDE)) {
    if (!isRunning(Number.parseInt(name, 10))) rmSync(join(ASIDE, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
