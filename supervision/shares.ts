/**
 * Keeps any one kind of children from taking all the room that a dynamic supervisor has.
 *
 * Kinds are counted only while there are so many children that one kind could have too many: to tell what
 * kind a child is may cost more than the child does.
 */

export interface ShareOptions<TInput> {
  /** Most children of one kind. */
  readonly limit: number;
  /** What kind of child an input makes. */
  readonly kindOf: (input: TInput) => string;
}

interface HasInput {
  readonly input: unknown;
}

export class Shares<TInput> {
  readonly #options: ShareOptions<TInput>;
  readonly #all: () => readonly HasInput[];
  /** What kind each child is, and how many there are of each; empty while nobody needs to know. */
  readonly #kinds = new Map<HasInput, string>();
  readonly #counts = new Map<string, number>();

  /** @param all All children that there are. */
  constructor(options: ShareOptions<TInput>, all: () => readonly HasInput[]) {
    this.#options = options;
    this.#all = all;
  }

  /**
   * Whether there may be one more child, which this input makes.
   *
   * @param count How many children there are.
   */
  admits(input: TInput, count: number): boolean {
    const { limit, kindOf } = this.#options;
    if (this.#kinds.size === 0) {
      if (count < limit) return true;
      for (const child of this.#all()) this.#count(child);
    }
    return (this.#counts.get(kindOf(input)) ?? 0) < limit;
  }

  /** Takes note of a child; of one that is known already, it is none. */
  add(child: HasInput): void {
    if (this.#kinds.size > 0 && !this.#kinds.has(child)) this.#count(child);
  }

  /** Takes note that there is a child no more. */
  remove(child: HasInput): void {
    const kind = this.#kinds.get(child);
    if (kind === undefined) return;
    this.#kinds.delete(child);
    this.#counts.set(kind, (this.#counts.get(kind) ?? 1) - 1);
    if (this.#counts.get(kind) === 0) this.#counts.delete(kind);
    if (this.#kinds.size > this.#options.limit / 2) return;
    this.#kinds.clear();
    this.#counts.clear();
  }

  #count(child: HasInput): void {
    const kind = this.#options.kindOf(child.input as TInput);
    this.#kinds.set(child, kind);
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }
}
