import type { MessagePort, TransferListItem } from 'node:worker_threads';
import { DocumentFault } from '../fault.js';
import type { Message, Task } from './messages.js';
import { readDocument } from './read-document.js';

/** Returns a function that waits for the next request on a port. It resolves to false after the port is closed. */
function requestsOn(port: MessagePort): () => Promise<boolean> {
  let waiting = 0;
  let closed = false;
  let wake = () => {};
  port.on('message', () => {
    waiting += 1;
    wake();
  });
  port.on('close', () => {
    closed = true;
    wake();
  });
  return async () => {
    while (waiting === 0 && !closed) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    waiting -= 1;
    return !closed;
  };
}

async function sendDocument(
  { port, ...request }: Task,
  requested: () => Promise<boolean>,
): Promise<void> {
  const send = (message: Message, transfer: TransferListItem[] = []) =>
    port.postMessage(message, transfer);
  try {
    send({ type: 'started' });
    const { head, testNames, batches } = await readDocument(request);
    const buffers = head.document.chunks.map(({ buffer }) => buffer as ArrayBuffer);
    if (testNames) buffers.push(testNames.tests.buffer, testNames.groups.buffer);
    send({ type: 'head', head, testNames }, buffers);
    for (const batch of batches) {
      if (!(await requested())) return;
      send({ type: 'batch', batch });
    }
    if (await requested()) send({ type: 'end' });
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    const { fault, pointer, position, reason } = error;
    send({ type: 'fault', fault: { fault, pointer, position, reason } });
  }
}

/**
 * Reads one document in a worker thread. Sends its rows in batches, each only on request, so that the main thread
 * copies at most one batch at a time.
 */
export default async function work(task: Task): Promise<void> {
  const requested = requestsOn(task.port);
  await sendDocument(task, requested);
  // Waits until the other side closes the port. The end of this task would overtake the last message.
  while (await requested());
}
