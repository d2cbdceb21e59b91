import { AppError } from '../../shared/app-error.js';

/** Memory for documents that are being received or read. */
export interface MemoryBudget {
  /**
   * Waits until there is room, in the order of arrival.
   * @param bytes how much; never more than the whole
   * @returns a function that gives it back; calling it again does nothing
   * @throws {AppError} `overloaded` when there is none in time
   */
  take(bytes: number): Promise<() => void>;
}

interface Waiting {
  readonly bytes: number;
  start(): void;
}

export function memoryBudget(total: number, timeoutMs: number): MemoryBudget {
  let free = total;
  const queue: Waiting[] = [];

  const admit = () => {
    for (let first = queue[0]; first && first.bytes <= free; first = queue[0]) {
      queue.shift();
      free -= first.bytes;
      first.start();
    }
  };

  const grant = (bytes: number) => {
    let given = true;
    return () => {
      if (!given) return;
      given = false;
      free += bytes;
      admit();
    };
  };

  return {
    take(asked) {
      const bytes = Math.min(asked, total);
      return new Promise((resolve, reject) => {
        const waiting: Waiting = {
          bytes,
          start() {
            clearTimeout(timer);
            resolve(grant(bytes));
          },
        };
        const timer = setTimeout(() => {
          queue.splice(queue.indexOf(waiting), 1);
          admit(); // those behind may be smaller
          const detail = 'Too many documents are being received; try again';
          reject(new AppError('overloaded', detail, { headers: { 'retry-after': '5' } }));
        }, timeoutMs);
        queue.push(waiting);
        admit();
      });
    },
  };
}
