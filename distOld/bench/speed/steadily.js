/**
 * Does something so many times in a second, a few at a time, whatever comes of it.
 *
 * @param act Is told how many times it was called before.
 */
export function steadily(rate, ms, act) {
    const startedMs = performance.now();
    let done = 0;
    return new Promise((resolve) => {
        const timer = setInterval(() => {
            const passedMs = Math.min(performance.now() - startedMs, ms);
            const due = Math.floor((passedMs * rate) / 1_000);
            while (done < due)
                act(done++);
            if (passedMs < ms)
                return;
            clearInterval(timer);
            resolve();
        }, 1);
    });
}
