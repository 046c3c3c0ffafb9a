/**
 * Finds the files that a file reaches: its imports, their imports and so on, and the programs that a test
 * starts. Reads the sources, but runs none of them.
 */

import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The folders with sources or tests. */
const ROOMS = [
  'actors',
  'bench',
  'bin',
  'examples',
  'inspector',
  'keys',
  'machines',
  'protocol',
  'storage',
  'supervision',
  'terminal',
  'test',
  'tools',
  'user-files',
];

/** Sources by their paths, relative to the project's folder. */
export type Sources = ReadonlyMap<string, string>;

/** Reads all TypeScript sources and tests, sorted by path. */
export async function readSources(): Promise<Sources> {
  const paths: string[] = [];
  for (const room of ROOMS) {
    for (const file of await readdir(room, { recursive: true })) paths.push(join(room, file));
  }
  const sources = new Map<string, string>();
  for (const path of paths.sort()) {
    if (/\.tsx?$/.test(path)) sources.set(path, await readFile(path, 'utf8'));
  }
  return sources;
}

/** The packages that examples import, each with the file that the package exports. */
const PACKAGES: Readonly<Record<string, string>> = {
  buddyline: 'actors/client/client-api.ts',
  'buddyline/supervision': 'supervision/supervision-api.ts',
};

/** An import from another file, or a re-export. */
const IMPORT = /^(?:import|export) (type )?[^'";]*?from '([^']+)'/gm;

/** A dynamic import, an import for side effects, or the URL of a file that is started as a process. */
const ADDRESS = /\bimport\(?\s?'(\.[^']+)'|new URL\('(\.[^']+)', import\.meta\.url\)/g;

/** A declaration that produces code in the compiled file. */
const CODE = /^(?:export )?(?:async |abstract )?(?:const|let|function|class)\b|^export \{/m;

/** Helpers that start programs. The test decides which program. */
const STARTERS: readonly string[] = ['test/helpers/programs.ts', 'test/helpers/terminal.ts'];

/** Expressions with which a test or a helper starts a program, each with the program's file. */
const STARTS: readonly (readonly [start: RegExp, file: string])[] = [
  [/\bstartServerProgram\(/, 'bin/im-server.ts'],
  [/\bTerminal\.client\(/, 'bin/im-client.ts'],
  [/\b(?:Program|programPath)\((?=[\s\S]*'im-server')/, 'bin/im-server.ts'],
  [/\b(?:Program|programPath)\((?=[\s\S]*'im-client')/, 'bin/im-client.ts'],
  [/'im-server'[\s\S]*\b(?:Program|programPath)\(/, 'bin/im-server.ts'],
  [/'im-client'[\s\S]*\b(?:Program|programPath)\(/, 'bin/im-client.ts'],
  [/'dist\/page\/'/, 'inspector/page/main.tsx'],
  [/'dist\/page\/'/, 'inspector/page/stately.ts'],
];

/** A compiled file, an example, or a folder of examples that a test starts or loads. */
const BUILT = /'dist\/([\w/-]+)\.js'|'(examples\/[\w/-]+)'|builtModule\('([\w/-]+)'\)/g;

interface Links {
  /** Files whose code the file loads or starts. */
  readonly code: readonly string[];
  /** Files from which the file imports only types. */
  readonly types: readonly string[];
  /** True if the compiled file has no code. */
  readonly isTypesOnly: boolean;
}

/** The files that each file reaches. */
export class Reach {
  readonly #paths: readonly string[];
  readonly #links = new Map<string, Links>();
  readonly #reached = new Map<string, ReadonlySet<string>>();

  constructor(sources: Sources) {
    this.#paths = [...sources.keys()];
    for (const [path, text] of sources) this.#links.set(path, this.#linksOf(path, withoutComments(text)));
  }

  /**
   * The files that a file reaches: itself first, and nearer files before farther ones. A type-only import
   * runs no code, so it counts only if the imported file has no code.
   */
  filesFrom(path: string): ReadonlySet<string> {
    const known = this.#reached.get(path);
    if (known !== undefined) return known;
    const reached = new Set([path]);
    // A Set's iteration also visits the paths added during the loop.
    for (const each of reached) {
      const { code = [], types = [] } = this.#links.get(each) ?? {};
      for (const next of code) reached.add(next);
      for (const next of types) if (this.#links.get(next)?.isTypesOnly) reached.add(next);
    }
    this.#reached.set(path, reached);
    return reached;
  }

  #linksOf(path: string, text: string): Links {
    const [code, types]: [string[], string[]] = [[], []];
    for (const [, isType, from = ''] of text.matchAll(IMPORT)) {
      (isType ? types : code).push(...this.#found(path, from));
    }
    for (const [, imported, started] of text.matchAll(ADDRESS)) {
      code.push(...this.#found(path, imported ?? started ?? ''));
    }
    if (path.startsWith('test/') && !STARTERS.includes(path)) code.push(...this.#startedBy(text));
    return { code, types, isTypesOnly: !CODE.test(text) };
  }

  #found(path: string, from: string): string[] {
    const file = PACKAGES[from] ?? join(dirname(path), from).replace(/\.js$/, '.ts');
    return [file, `${file}x`].filter((candidate) => this.#paths.includes(candidate));
  }

  #startedBy(text: string): string[] {
    const named = [...text.matchAll(BUILT)].flatMap(([, compiled, example, module]) => {
      const name = compiled ?? example ?? module;
      return this.#paths.filter((path) => path === `${name}.ts` || path.startsWith(`${name}/`));
    });
    return [...STARTS.filter(([start]) => start.test(text)).map(([, file]) => file), ...named];
  }
}

/** Removes comments, which may contain imports as examples. */
function withoutComments(text: string): string {
  return text.replace(/^\s*(?:\/\*[\s\S]*?\*\/|\/\/.*)/gm, '');
}
