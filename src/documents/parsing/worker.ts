import type { MessagePort, TransferListItem } from 'node:worker_threads';
import { DocumentFault } from '../fault.js';
import type { Message, Task } from './messages.js';
import { readDocument } from './read-document.js';

/** Waits for the next question on a port; false once it is closed. */
function questionsOn(port: MessagePort): () => Promise<boolean> {
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

async function handOver({ port, ...request }: Task, asked: () => Promise<boolean>): Promise<void> {
  const say = (message: Message, transfer: TransferListItem[] = []) =>
    port.postMessage(message, transfer);
  try {
    say({ type: 'started' });
    const { head, batches } = await readDocument(request);
    const buffers = head.document.chunks.map(({ buffer }) => buffer as ArrayBuffer);
    say({ type: 'head', head }, buffers);
    for (const batch of batches) {
      if (!(await asked())) return;
      say({ type: 'batch', batch });
    }
    if (await asked()) say({ type: 'end' });
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    const { fault, pointer, position, reason } = error;
    say({ type: 'fault', fault: { fault, pointer, position, reason } });
  }
}

/**
 * Reads one document in a thread of its own and hands over what it holds piece by piece, each when it is asked for: the
 * thread that answers requests never has more than one of them to copy.
 */
export default async function work(task: Task): Promise<void> {
  const asked = questionsOn(task.port);
  await handOver(task, asked);
  // The other side closes the port when it has read the last message; the end of this task would overtake it.
  while (await asked());
}
