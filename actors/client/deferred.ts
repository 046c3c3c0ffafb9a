/** A promise that is settled from outside. A rejection that is not waited for is no error of the process. */
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
