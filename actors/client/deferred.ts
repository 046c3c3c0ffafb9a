/** A promise that is resolved or rejected from outside. An unhandled rejection does not end the process. */
export class Deferred<TValue> {
  readonly promise: Promise<TValue>;
  resolve!: (value: TValue) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.promise.catch(() => {});
  }
}
