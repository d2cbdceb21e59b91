import type { EvidenceKind } from '../../kind.js';

const PACKAGE = 'example.com/shop/cart';
const at = (second: number) => `2026-01-15T09:30:0${second}Z`;

const example = [
  { Time: at(0), Action: 'start', Package: PACKAGE },
  { Time: at(0), Action: 'run', Package: PACKAGE, Test: 'TestAdd' },
  { Time: at(1), Action: 'pass', Package: PACKAGE, Test: 'TestAdd', Elapsed: 0.5 },
  { Time: at(1), Action: 'run', Package: PACKAGE, Test: 'TestTotal' },
  { Time: at(1), Action: 'output', Package: PACKAGE, Test: 'TestTotal', Output: '  got 1\n' },
  { Time: at(2), Action: 'fail', Package: PACKAGE, Test: 'TestTotal', Elapsed: 0.25 },
  { Time: at(2), Action: 'fail', Package: PACKAGE, Elapsed: 0.8 },
]
  .map((event) => `${JSON.stringify(event)}\n`)
  .join('');

/** The events of Go's `test2json`. */
export const goTest: EvidenceKind = {
  name: 'go-test',
  summary: 'Test results of Go (`go test -json`)',
  format: 'jsonl',
  uploadFor: { tests: 'go-test' },
  mediaType: 'application/x-ndjson',
  example,
  load: () => import('./parser.js').then(({ parser }) => parser),
};
