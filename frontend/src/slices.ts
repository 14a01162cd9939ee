// Many cards on a page draw in turn, so that the page stays responsive.

const SLICE = 10; // ms
const waiting: (() => void)[] = [];

function work(): void {
  const begun = performance.now();
  while (waiting.length && performance.now() - begun < SLICE) waiting.shift()?.();
  if (waiting.length) setTimeout(work);
}

/** Do something at once, or after what others have to do if that takes long. */
export function inTurn(action: () => void): Promise<void> {
  return new Promise((done, fail) => {
    waiting.push(() => {
      try {
        action();
        done();
      } catch (error) {
        fail(error as Error);
      }
    });
    if (waiting.length === 1) queueMicrotask(work);
  });
}
