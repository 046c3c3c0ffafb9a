/**
 * Which files a file reaches, told from the sources alone: what it imports, what that imports, and so on, and
 * the programs that a test starts.
 */

import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The folders that have sources or tests. */
const ROOMS = [
  'actors',
  'bench',
  'bin',
  'examples',
  'inspector',
  'machines',
  'protocol',
  'storage',
  'supervision',
  'terminal',
  'test',
  'tools',
  'user-files',
];

/** Sources by their paths, seen from the project's folder. */
export type Sources = ReadonlyMap<string, string>;

/** Reads all TypeScript sources and tests, in the order of their paths. */
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

/** The packages that examples import, and the files that are these packages. */
const PACKAGES: Readonly<Record<string, string>> = {
  buddyline: 'actors/client/client-api.ts',
  'buddyline/supervision': 'supervision/supervision-api.ts',
};

/** An import or export of what is in another file. */
const IMPORT = /^(?:import|export) (type )?[^'";]*?from '([^']+)'/gm;

/** A dynamic import, one for its effects, and the address of a file that is started as a process. */
const ADDRESS = /\bimport\(?\s?'(\.[^']+)'|new URL\('(\.[^']+)', import\.meta\.url\)/g;

/** A declaration of which something is left in the compiled file. */
const CODE = /^(?:export )?(?:async |abstract )?(?:const|let|function|class)\b|^export \{/m;

/** These let tests start programs. Which program a test starts is seen in the test. */
const STARTERS: readonly string[] = ['test/helpers/programs.ts', 'test/helpers/terminal.ts'];

/** What in a test, or in a helper of tests, starts a program; and the program's file. */
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

/** A compiled file, or an example or a folder of examples, that a test starts or loads. */
const BUILT = /'dist\/([\w/-]+)\.js'|'(examples\/[\w/-]+)'|builtModule\('([\w/-]+)'\)/g;

interface Links {
  /** Files whose code it loads or starts. */
  readonly code: readonly string[];
  /** Files of which it imports types only. */
  readonly types: readonly string[];
  /** True where nothing is left of the file once it is compiled. */
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
   * The files that a file reaches, itself first and the nearest next. Whoever imports types only reaches a
   * file that has nothing else, and no other: its code does not run.
   */
  of(path: string): ReadonlySet<string> {
    const known = this.#reached.get(path);
    if (known !== undefined) return known;
    const reached = new Set([path]);
    // What is added meanwhile is visited as well.
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

/** Comments may have imports in them, as examples. */
function withoutComments(text: string): string {
  return text.replace(/^\s*(?:\/\*[\s\S]*?\*\/|\/\/.*)/gm, '');
}
