import type { MessagePort } from 'node:worker_threads';
import type { FaultReason } from '../fault.js';
import type { Batch } from './columns.js';
import type { DocumentHead, DocumentRequest } from './read-document.js';
import type { TestNames } from './test-names.js';

/** The input of a worker. */
export interface Task extends DocumentRequest {
  readonly port: MessagePort;
}

/** A `DocumentFault` as data, because errors lose their class between threads. */
export interface Fault {
  readonly fault: string;
  readonly pointer: string;
  readonly position: { readonly line: number; readonly column?: number } | undefined;
  readonly reason: FaultReason;
}

/** A worker's messages on the port. After `head`, the worker sends each message only on request: any message counts. */
export type Message =
  | { readonly type: 'started' }
  | { readonly type: 'fault'; readonly fault: Fault }
  | {
      readonly type: 'head';
      readonly head: DocumentHead;
      readonly testNames: TestNames | undefined;
    }
  | { readonly type: 'batch'; readonly batch: Batch }
  | { readonly type: 'end' };
