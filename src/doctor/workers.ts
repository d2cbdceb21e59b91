import { totalmem } from 'node:os';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Config } from '../config/config.js';
import { evidenceWorker } from '../features/evidence/index.js';
import { decisionWorker } from '../features/verdicts/index.js';
import { type Finding, fail, ok, warn } from './finding.js';

const MAX_LOAD_MS = 20_000;
const MIB = 1024 * 1024;
/** What the server needs by itself, one large document, and one large decision. */
const SERVER_MIB = 250;
const DOCUMENT_MIB = 500;
const DECISION_MIB = 300;

const LOAD = `
  const { parentPort, workerData } = require('node:worker_threads');
  import(workerData).then(({ default: work }) => parentPort.postMessage(typeof work));
`;

/** Loads the code of a worker in a thread, as the server does. @returns why it cannot be used */
function load(path: string): Promise<string | undefined> {
  const worker = new Worker(LOAD, { eval: true, workerData: pathToFileURL(path).href });
  return new Promise<string | undefined>((resolve) => {
    const late = setTimeout(() => resolve(`not loaded within ${MAX_LOAD_MS} ms`), MAX_LOAD_MS);
    const end = (reason?: string) => {
      clearTimeout(late);
      resolve(reason);
    };
    worker.once('message', (type) => end(type === 'function' ? undefined : 'it does no work'));
    worker.once('error', (error) => end((error as Error).message.split('\n')[0]));
    worker.once('exit', (code) => end(`it ended with ${code}`));
  }).finally(() => worker.terminate());
}

/** The memory that this process may use, in MiB: that of the container, or of the machine. */
function memoryMib(): number {
  const limit = process.constrainedMemory();
  const total = totalmem();
  return Math.floor((limit > 0 ? Math.min(limit, total) : total) / MIB);
}

/** Loads the workers that parse documents and make large decisions, and compares their number with the memory. */
export async function checkWorkers(config: Config): Promise<Finding[]> {
  const { EVIDENCE_WORKERS: documents, DECISION_WORKERS: decisions } = config;
  const findings: Finding[] = [];
  for (const path of [evidenceWorker(), decisionWorker()]) {
    const reason = await load(path);
    if (reason !== undefined)
      findings.push(fail(`${path}: ${reason}`, 'install the server again: npm ci, npm run build'));
  }
  const needed = SERVER_MIB + documents * DOCUMENT_MIB + decisions * DECISION_MIB;
  const memory = memoryMib();
  if (needed > memory) {
    const found = `the largest documents and decisions need ${needed} MiB, and there are ${memory}`;
    findings.push(
      warn(found, 'set EVIDENCE_WORKERS=1 and DECISION_WORKERS=1, or give it more memory'),
    );
  }
  if (findings.length > 0) return findings;
  return [
    ok(
      `EVIDENCE_WORKERS=${documents} and DECISION_WORKERS=${decisions} load, ${memory} MiB of memory`,
    ),
  ];
}
