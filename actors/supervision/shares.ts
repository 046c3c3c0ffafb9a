/**
 * Keeps any one kind of children from taking all the room that a dynamic supervisor has.
 *
 * Kinds are counted only while there are so many children that one kind could have too many: to tell what kind a child
 * is may cost more than the child does.
 */

export interface ShareOptions<TInput> {
  /** Most children of one kind. */
  readonly limit: number;
  /** What kind of child an input makes. */
  readonly kindOf: (input: TInput) => string;
}

export class Shares<TInput> {
  readonly #options: ShareOptions<TInput>;
  readonly #children = new Map<object, TInput>();
  /** What kind each child is, and how many there are of each; empty while nobody needs to know. */
  readonly #kinds = new Map<object, string>();
  readonly #counts = new Map<string, number>();

  constructor(options: ShareOptions<TInput>) {
    this.#options = options;
  }

  /** Whether there may be one more child, which this input makes. */
  admits(input: TInput): boolean {
    const { limit, kindOf } = this.#options;
    if (this.#children.size < limit) return true;
    if (this.#kinds.size === 0) for (const [child, its] of this.#children) this.#count(child, its);
    return (this.#counts.get(kindOf(input)) ?? 0) < limit;
  }

  /** Takes note of a child; of one that is known already, it is none. */
  add(child: object, input: TInput): void {
    if (this.#children.has(child)) return;
    this.#children.set(child, input);
    if (this.#kinds.size > 0) this.#count(child, input);
  }

  /** Takes note that there is a child no more. */
  remove(child: object): void {
    this.#children.delete(child);
    const kind = this.#kinds.get(child);
    if (kind === undefined) return;
    this.#kinds.delete(child);
    this.#counts.set(kind, (this.#counts.get(kind) as number) - 1);
    if (this.#counts.get(kind) === 0) this.#counts.delete(kind);
    if (this.#children.size > this.#options.limit / 2) return;
    this.#kinds.clear();
    this.#counts.clear();
  }

  #count(child: object, input: TInput): void {
    const kind = this.#options.kindOf(input);
    this.#kinds.set(child, kind);
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }
}
