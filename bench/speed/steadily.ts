/**
 * Calls a function at a steady rate, a few times every millisecond.
 *
 * @param rate Calls in a second.
 * @param act Receives the number of earlier calls.
 */
export function steadily(rate: number, ms: number, act: (number: number) => void): Promise<void> {
  const startedMs = performance.now();
  let done = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const passedMs = Math.min(performance.now() - startedMs, ms);
      const due = Math.floor((passedMs * rate) / 1_000);
      while (done < due) act(done++);
      if (passedMs < ms) return;
      clearInterval(timer);
      resolve();
    }, 1);
  });
}
