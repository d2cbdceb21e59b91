import { Type } from '@sinclair/typebox';
import { nullableString, parameter, schemaRef, uuid } from '../../contract/schemas.js';

/** The largest number that JSON parsers of all languages keep. */
const MAX = Number.MAX_SAFE_INTEGER;

const count = (description: string, minimum = 0) =>
  Type.Integer({ minimum, maximum: MAX, description });
const hash = (description: string) => Type.String({ description: `${description}, in base64` });
const hashes = (description: string) =>
  Type.Array(Type.String(), { description: `${description}, in base64` });

const logNumber = Type.Integer({
  minimum: 1,
  maximum: 2_147_483_647,
  description: 'Number of the log',
  examples: [1],
});

const checkpoint = nullableString({
  description: 'Signed note of the tree of this size. null: none was signed of this size',
});

const exampleNote = [
  'srp.invalid/0123456789abcdef\n2\nQnDFKVOGt6qLUZ1CHpp6GPSrXHZ0FhIYBVn5ixSmYn8=\n\n',
  '— srp.invalid/0123456789abcdef AAAA\n',
].join('');

export const LogProof = Type.Object(
  {
    origin: Type.String({ description: 'Origin of the log' }),
    index: count('Index of the entry, from 0'),
    size: count('Size of the tree'),
    entry: hash('Entry: the commitment to the event, 32 bytes'),
    leafHash: hash('Hash of the entry as a leaf'),
    rootHash: hash('Root of the tree'),
    hashes: hashes('Audit path from the sibling of the leaf up (RFC 6962, section 2.1.1)'),
    checkpoint,
  },
  {
    $id: 'LogProof',
    description: 'Shows that an entry is in the log',
    examples: [
      {
        origin: 'srp.invalid/0123456789abcdef',
        index: 1,
        size: 2,
        entry: 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=',
        leafHash: 'Kd2Rjj1UCL0PKCNRuTcPyqQUMkvvvlG+mYMYhc5tp+g=',
        rootHash: 'QnDFKVOGt6qLUZ1CHpp6GPSrXHZ0FhIYBVn5ixSmYn8=',
        hashes: ['bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0='],
        checkpoint: exampleNote,
      },
    ],
  },
);

export const LogConsistency = Type.Object(
  {
    origin: Type.String({ description: 'Origin of the log' }),
    from: count('Size of the smaller tree'),
    to: count('Size of the larger tree'),
    fromRootHash: hash('Root of the smaller tree'),
    toRootHash: hash('Root of the larger tree'),
    hashes: hashes('Proof of RFC 6962, section 2.1.2'),
    checkpoint,
  },
  {
    $id: 'LogConsistency',
    description: 'Shows that one tree is the beginning of another',
    examples: [
      {
        origin: 'srp.invalid/0123456789abcdef',
        from: 1,
        to: 2,
        fromRootHash: 'bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=',
        toRootHash: 'QnDFKVOGt6qLUZ1CHpp6GPSrXHZ0FhIYBVn5ixSmYn8=',
        hashes: ['Kd2Rjj1UCL0PKCNRuTcPyqQUMkvvvlG+mYMYhc5tp+g='],
        checkpoint: exampleNote,
      },
    ],
  },
);

const from = Type.String({ description: 'Time from which the key signs' });
const until = nullableString({ description: 'Time from which it does not. null: it signs now' });

export const LogKeys = Type.Object(
  {
    log: Type.Array(
      Type.Object({
        origin: Type.String({ description: 'Origin of the log that the key signs' }),
        vkey: Type.String({ description: 'Public key of signed notes (C2SP signed-note)' }),
        from,
        until,
        log: Type.Unsafe<number | null>({
          type: ['integer', 'null'],
          description: 'Number of the log in paths. null: the database does not have it',
        }),
      }),
    ),
    verdicts: Type.Array(
      Type.Object({
        keyId: Type.String({ description: 'Id of the key in envelopes' }),
        publicKey: Type.String({ description: 'Public key, PEM' }),
        from,
        until,
      }),
    ),
  },
  {
    $id: 'LogKeys',
    description: 'Public keys, oldest first',
    examples: [
      {
        log: [
          {
            origin: 'srp.invalid/0123456789abcdef',
            vkey: 'srp.invalid/0123456789abcdef+530d903a+ASGfb1/0cHhCP6UoSbQHaiLDAg0bJJT4dLVTL1wJ2mfA',
            from: '2026-01-15T10:00:00.000Z',
            until: null,
            log: 1,
          },
        ],
        verdicts: [],
      },
    ],
  },
);

export const ProofQuery = Type.Object(
  {
    index: Type.Optional({
      ...count('Index of the entry. Give either this or `event`'),
      examples: [0],
    }),
    event: parameter(uuid(), 'Event of the entry. Give either this or `index`'),
    size: Type.Optional(count('Size of the tree. If absent: that of the latest checkpoint', 1)),
    log: parameter(logNumber, 'Number of the log. If absent: the current one'),
  },
  { additionalProperties: false },
);

export const ConsistencyQuery = Type.Object(
  {
    from: { ...count('Size of the smaller tree'), examples: [0] },
    to: Type.Optional(count('Size of the larger tree. If absent: that of the latest checkpoint')),
    log: parameter(logNumber, 'Number of the log. If absent: the current one'),
  },
  { additionalProperties: false },
);

/** Longer than any path of a tile. */
const tile = Type.String({
  maxLength: 100,
  description: 'Level and index as in C2SP tlog-tiles: `0/x001/234`, `entries/000.p/8`',
  examples: ['0/000'],
});

export const TileParams = Type.Object({ '*': tile });
export const LogParams = Type.Object({ log: logNumber });
export const LogTileParams = Type.Object({ log: logNumber, '*': tile });

export const LogProofRef = schemaRef(LogProof);
export const LogConsistencyRef = schemaRef(LogConsistency);
export const LogKeysRef = schemaRef(LogKeys);
