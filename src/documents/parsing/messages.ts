import type { MessagePort } from 'node:worker_threads';
import type { Batch } from './columns.js';
import type { DocumentHead, DocumentRequest } from './read-document.js';

/** What a worker is given. */
export interface Task extends DocumentRequest {
  readonly port: MessagePort;
}

/** What is wrong with a document, as data: errors lose their class between threads. */
export interface Fault {
  readonly fault: string;
  readonly pointer: string;
  readonly position: { readonly line: number; readonly column?: number } | undefined;
  readonly reason: 'invalid' | 'unrecognized' | 'limit';
}

/** What a worker says on the port; after `head` it waits to be asked, by any message, for each further one. */
export type Message =
  | { readonly type: 'started' }
  | { readonly type: 'fault'; readonly fault: Fault }
  | { readonly type: 'head'; readonly head: DocumentHead }
  | { readonly type: 'batch'; readonly batch: Batch }
  | { readonly type: 'end' };
